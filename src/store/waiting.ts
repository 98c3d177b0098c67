import { type HistoryBatch, type Minute, together, type Visit } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";

/** As many addresses as the core holds: an hour of a full disk must not fill the memory. */
const MAX_VISITS = 65_536;
/** Two days. */
const MAX_MINUTES = 2880;
const MAX_BLOCKED = 4096;

/** Batches that could not be written yet, as one, and what was too much to be kept. */
export interface Waiting {
  readonly batch: HistoryBatch | undefined;
  /** Visits, minutes and blocks that were dropped. */
  readonly lost: number;
}

export const NOTHING: Waiting = { batch: undefined, lost: 0 };

/** With a later batch of the same run. */
export function wait({ batch, lost }: Waiting, later: HistoryBatch): Waiting {
  if (batch === undefined) return { batch: later, lost };
  const visits = new Map<Ip, Visit>();
  // Who left and came back stands twice in one batch.
  for (const visit of batch.visits) {
    const before = visits.get(visit.ip);
    visits.set(visit.ip, before === undefined ? visit : together(before, visit));
  }
  const minutes = new Map<number, Minute>(batch.minutes.map((minute) => [minute.at, minute]));
  const blocked = [...batch.blocked];
  let dropped = lost;
  for (const visit of later.visits) {
    const before = visits.get(visit.ip);
    if (before === undefined && visits.size >= MAX_VISITS) dropped++;
    else visits.set(visit.ip, before === undefined ? visit : together(before, visit));
  }
  for (const minute of later.minutes) {
    const before = minutes.get(minute.at);
    if (before === undefined && minutes.size >= MAX_MINUTES) dropped++;
    else minutes.set(minute.at, before === undefined ? minute : sum(before, minute));
  }
  for (const ip of later.blocked) {
    if (blocked.length < MAX_BLOCKED) blocked.push(ip);
    else dropped++;
  }
  return {
    batch: { session: later.session, visits: [...visits.values()], minutes: [...minutes.values()], blocked },
    lost: dropped,
  };
}

function sum(a: Minute, b: Minute): Minute {
  return {
    at: a.at,
    requests: a.requests + b.requests,
    bytes: a.bytes + b.bytes,
    inBytes: a.inBytes + b.inBytes,
    outBytes: a.outBytes + b.outBytes,
    authFailures: a.authFailures + b.authFailures,
    addresses: a.addresses + b.addresses,
    sockets: Math.max(a.sockets, b.sockets),
  };
}
