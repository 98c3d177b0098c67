import type { KernelEvent } from "../model/event.ts";
import type { Minute } from "../model/history.ts";
import type { Counts } from "./state.ts";

const MINUTE = 60_000;
/** Minutes kept for whoever writes them down: beyond some hours nobody does. */
const KEPT = 240;

type Sums = Omit<Minute, "at" | "sockets">;

/** The host's totals, minute by minute. */
export interface Minutes {
  /** When the one under way began; 0 before the first. */
  at: number;
  /** The totals as they were then. */
  from: Sums;
  /** The most sockets at once in it. */
  sockets: number;
  /** Since start: addresses that came, and bytes that the interfaces carried. */
  entered: number;
  inBytes: number;
  outBytes: number;
  /** Those that are over and were not taken yet. */
  over: Minute[];
}

export function createMinutes(): Minutes {
  const from = { requests: 0, bytes: 0, inBytes: 0, outBytes: 0, authFailures: 0, addresses: 0 };
  return { at: 0, from, sockets: 0, entered: 0, inBytes: 0, outBytes: 0, over: [] };
}

/** Core time is `now` (epoch ms). */
export function turnMinute(minutes: Minutes, counts: Counts, now: number): void {
  const at = Math.floor(now / MINUTE) * MINUTE;
  if (at <= minutes.at) return;
  if (minutes.at > 0) closeMinute(minutes, counts);
  minutes.at = at;
}

/** The minutes that are over, and what there is of the one under way, which goes on from none. */
export function takeMinutes(minutes: Minutes, counts: Counts): Minute[] {
  if (minutes.at > 0) closeMinute(minutes, counts);
  const { over } = minutes;
  minutes.over = [];
  return over;
}

function closeMinute(minutes: Minutes, counts: Counts): void {
  const { from, over } = minutes;
  const now = sumsOf(minutes, counts);
  const minute: Minute = {
    at: minutes.at,
    requests: now.requests - from.requests,
    bytes: now.bytes - from.bytes,
    inBytes: now.inBytes - from.inBytes,
    outBytes: now.outBytes - from.outBytes,
    authFailures: now.authFailures - from.authFailures,
    addresses: now.addresses - from.addresses,
    sockets: minutes.sockets,
  };
  over.push(minute);
  if (over.length > KEPT) over.shift();
  minutes.from = now;
  minutes.sockets = 0;
}

function sumsOf({ entered, inBytes, outBytes }: Minutes, { requests, bytes, authFailures }: Counts): Sums {
  return { requests, bytes, inBytes, outBytes, authFailures, addresses: entered };
}

/** Adds what the default interfaces carried between two readings of their counters; a counter that went back was reset. */
export function addCarried(minutes: Minutes, before: KernelEvent, after: KernelEvent): void {
  for (const { name, default: standard, inBytes, outBytes } of after.interfaces) {
    const old = standard && before.interfaces.find((counters) => counters.name === name);
    if (!old) continue;
    minutes.inBytes += Math.max(0, inBytes - old.inBytes);
    minutes.outBytes += Math.max(0, outBytes - old.outBytes);
  }
}
