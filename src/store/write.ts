import { type HistoryBatch, MAX_PATHS, MAX_RULES, type Minute, type Visit } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import type { Database } from "./database.ts";
import { keyOf } from "./key.ts";
import { cutText, MAX_COUNTRY, MAX_ORG, MAX_PATH, MAX_RULE, pack, unpack } from "./texts.ts";

/** Rows between two moments in which somebody else may be answered: a few milliseconds. */
const ROWS = 500;
/** Names of runs that are remembered: only the newest can still be running. */
const MAX_SESSIONS = 1000;

/** The largest sum: beyond it a number of ours would not be exact, and reading it would throw. */
const TOP = Number.MAX_SAFE_INTEGER;
const plus = (column: string): string => `${column} = min(${column} + excluded.${column}, ${TOP})`;

const SESSION =
  "INSERT INTO sessions (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id";
const OLD_SESSIONS = "DELETE FROM sessions WHERE id <= (SELECT max(id) FROM sessions) - ?";

const ADDRESS = `INSERT INTO addresses (ip, first_seen, last_seen, requests, bytes, in_bytes, out_bytes, auth_failures,
    flagged, sessions, session, blocks, flagged_sessions, flagged_session)
  VALUES (:ip, :first, :last, :requests, :bytes, :inBytes, :outBytes, :authFailures,
    :flagged, 1, :session, 0, :flagged > 0, iif(:flagged > 0, :session, 0))
  ON CONFLICT (ip) DO UPDATE SET
    last_seen = max(last_seen, excluded.last_seen),
    ${["requests", "bytes", "in_bytes", "out_bytes", "auth_failures", "flagged"].map(plus).join(", ")},
    sessions = sessions + (session <> excluded.session),
    session = excluded.session,
    flagged_sessions = flagged_sessions + (excluded.flagged > 0 AND flagged_session <> excluded.session),
    flagged_session = iif(excluded.flagged > 0, excluded.session, flagged_session)`;

/** By itself: to name an indexed column above would write its index each time. Only clocks that went back come to this. */
const EARLIER = "UPDATE addresses SET first_seen = :first WHERE ip = :ip AND first_seen > :first";

const KNOWN = "SELECT country, org, rules, paths FROM details WHERE ip = ?";
const DETAILS = "INSERT OR REPLACE INTO details (ip, country, org, rules, paths) VALUES (?, ?, ?, ?, ?)";

/** Whoever was blocked without ever having been seen was seen then, in no session. */
const BLOCKED = `INSERT INTO addresses (ip, first_seen, last_seen, requests, bytes, in_bytes, out_bytes, auth_failures,
    flagged, sessions, session, blocks, flagged_sessions, flagged_session)
  VALUES (:ip, :at, :at, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)
  ON CONFLICT (ip) DO UPDATE SET blocks = blocks + 1`;

const MINUTE = `INSERT INTO minutes (at, requests, bytes, in_bytes, out_bytes, auth_failures, addresses, sockets)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (at) DO UPDATE SET
    ${["requests", "bytes", "in_bytes", "out_bytes", "auth_failures", "addresses"].map(plus).join(", ")},
    sockets = max(sockets, excluded.sockets)`;

/**
 * Adds a batch to what is known, in steps, inside a transaction of the caller's. `at` is now (epoch ms): what is said to
 * have been later was then.
 */
export function* writeBatch(database: Database, batch: HistoryBatch, at: number): Generator<void, void> {
  const session = sessionOf(database, batch.session);
  yield* inSteps(batch.visits, visitWriter(database, session, at));
  const minute = database.prepare(MINUTE);
  yield* inSteps(batch.minutes, (it: Minute) => {
    const { requests, bytes, inBytes, outBytes, authFailures, addresses, sockets } = it;
    const counts = [requests, bytes, inBytes, outBytes, authFailures, addresses, sockets].map(whole);
    minute.run(whole(it.at), ...counts);
  });
  const blocked = database.prepare(BLOCKED);
  yield* inSteps(batch.blocked, (ip: Ip) => blocked.run({ ip: keyOf(ip), at: whole(at) }));
}

function sessionOf(database: Database, name: string): number {
  database.prepare(OLD_SESSIONS).run(MAX_SESSIONS);
  return Number(database.prepare(SESSION).get(name)?.id);
}

function visitWriter(database: Database, session: number, at: number): (visit: Visit) => void {
  const address = database.prepare(ADDRESS);
  const earlier = database.prepare(EARLIER);
  const known = database.prepare(KNOWN);
  const details = database.prepare(DETAILS);
  return (visit) => {
    const ip = keyOf(visit.ip);
    const last = Math.min(whole(visit.lastSeen), whole(at));
    const first = Math.min(whole(visit.firstSeen), last);
    address.run({
      ip,
      last,
      first,
      requests: whole(visit.requests),
      bytes: whole(visit.bytes),
      inBytes: whole(visit.inBytes),
      outBytes: whole(visit.outBytes),
      authFailures: whole(visit.authFailures),
      flagged: whole(visit.flagged),
      session,
    });
    earlier.run({ ip, first });
    const { country, org, rules, paths } = visit;
    if (country === undefined && org === undefined && rules.length + paths.length === 0) return;
    const before = known.get(ip);
    const after = [
      country === undefined ? textOrNull(before?.country) : cutText(country, MAX_COUNTRY),
      org === undefined ? textOrNull(before?.org) : cutText(org, MAX_ORG),
      pack([...unpack(before?.rules), ...rules], MAX_RULES, MAX_RULE),
      pack([...paths, ...unpack(before?.paths)], MAX_PATHS, MAX_PATH),
    ] as const;
    if (before !== undefined && isSame(before, after)) return;
    details.run(ip, ...after);
  };
}

function isSame(before: Readonly<Record<string, unknown>>, after: readonly unknown[]): boolean {
  return ["country", "org", "rules", "paths"].every((column, i) => before[column] === after[i]);
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Does the work for each of them, with a break after every few. */
export function* inSteps<T>(items: Iterable<T>, work: (item: T) => unknown): Generator<void, void> {
  let done = 0;
  for (const item of items) {
    if (done++ % ROWS === ROWS - 1) yield;
    work(item);
  }
}

/** A count, or a time, as the database keeps it: whole, not negative, exact. */
export function whole(value: number): number {
  return value > 0 ? Math.min(Math.round(value), TOP) : 0;
}
