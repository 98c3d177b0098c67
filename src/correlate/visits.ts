import { MAX_PATHS, type Visit } from "../model/history.ts";
import { forgetMemory, keepLeft, lastTold, setTold, TOLD, toldOf } from "./memory.ts";
import { isKept, previousRecord } from "./recent.ts";
import { ACTIVITY, BORN, HIDDEN, isMarked, LAST_AUTH, LAST_REQUEST, LAST_SEEN, MET, read } from "./record.ts";
import type { State } from "./state.ts";

/**
 * What the next addresses did since that was last taken, of at most `limit` places of the table, and of all that left.
 * `done` says that the end of the table was reached: the next call begins anew.
 */
export function takeVisits(state: State, limit: number): { visits: Visit[]; done: boolean } {
  const { memory, addresses } = state;
  const visits: Visit[] = [];
  const end = Math.min(addresses.top, memory.takeHand + limit);
  for (let slot = memory.takeHand; slot < end; slot++) {
    const visit = addresses.cellOf[slot] === -1 ? undefined : takeVisit(state, slot);
    if (visit !== undefined) visits.push(visit);
  }
  const done = end >= addresses.top;
  memory.takeHand = done ? 0 : end;
  if (done) {
    visits.push(...memory.left.values());
    memory.left = new Map();
  }
  return { visits, done };
}

/** Who leaves takes with them what history was not told: it is kept until that is taken. */
export function leaveMemory(state: State, slot: number): void {
  const { memory } = state;
  if (memory.keeps) {
    const visit = takeVisit(state, slot);
    if (visit !== undefined) keepLeft(memory, visit);
  }
  forgetMemory(memory, slot);
}

/**
 * What the address of a slot did since that was last taken; undefined for nothing. Of whom only packets or half-open
 * connections are known, history is told nothing unless a verdict was raised: anybody can forge those by the million.
 */
function takeVisit(state: State, slot: number): Visit | undefined {
  const { memory, records, subject, origins } = state;
  // Who is not listed is not remembered either.
  if (isMarked(records, slot, HIDDEN)) return undefined;
  const flags = memory.flags.get(slot);
  if (flags === undefined && !isMet(state, slot)) return undefined;
  const lastSeen = read(records, slot, LAST_SEEN);
  subject.slot = slot;
  const now = TOLD.map((field) => subject[field] ?? 0);
  // A log's times are whole seconds, and its lines come late: the newest time alone says nothing of what was told.
  const same = now.every((value, i) => value === toldOf(memory, slot, i));
  if (flags === undefined && same && lastSeen === lastTold(memory, slot)) return undefined;
  // A count that went back was of another source: what was told of it stays.
  const [requests = 0, bytes = 0, inBytes = 0, outBytes = 0, authFailures = 0] = now.map((value, i) =>
    Math.max(0, value - toldOf(memory, slot, i)),
  );
  const { country, org } = origins.of[slot] ?? {};
  const visit: Visit = {
    ip: subject.ip,
    firstSeen: subject.firstSeen,
    lastSeen,
    requests,
    bytes,
    inBytes,
    outBytes,
    authFailures,
    flagged: flags?.count ?? 0,
    rules: [...(flags?.rules ?? [])],
    paths: requests > 0 ? pathsOf(state, slot) : [],
    ...(country !== undefined && { country }),
    ...(org !== undefined && { org }),
  };
  setTold(memory, slot, now, lastSeen);
  return visit;
}

function isMet({ records }: State, slot: number): boolean {
  return (
    read(records, slot, ACTIVITY) > 0 &&
    (isMarked(records, slot, MET) ||
      read(records, slot, LAST_REQUEST) > 0 ||
      read(records, slot, LAST_AUTH) > 0)
  );
}

/** The different paths it asked for last, newest first. */
function pathsOf({ recent, lines, records }: State, slot: number): string[] {
  const paths = new Set<string>();
  const born = read(records, slot, BORN);
  let seq = read(records, slot, LAST_REQUEST);
  for (let i = 0; i < 2 * MAX_PATHS && seq > born && isKept(recent, seq); i++) {
    const event = lines.read(seq);
    if (event.kind === "request" && event.path !== undefined) paths.add(event.path);
    seq = previousRecord(recent, seq);
  }
  return [...paths].slice(0, MAX_PATHS);
}
