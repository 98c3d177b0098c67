import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAX_PATHS } from "../model/history.ts";
import { parseIp } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import { type Database, fileAt, openForeign, openImmutable, type Row } from "./database.ts";
import { keyOf } from "./key.ts";
import { cutText, MAX_ORG, MAX_PATH, pack, unpack } from "./texts.ts";
import { inSteps, whole } from "./write.ts";

const COPY = "history.db";
const MAX_COPY = 2 ** 30;
/** Rows taken over at most, and read from each text: the file is somebody else's. */
const MAX_ROWS = 1_000_000;
const MAX_TEXT = 2048;
/** The longest spelling of an address, of a time and of a country; a longer one is none. */
const MAX_IP = 45;
const MAX_TIME = 40;

/** Of the columns that this tool counts too often, requests and bytes, nothing is asked. */
const READ = `SELECT substr(ip, 1, ${MAX_IP + 1}) AS ip, substr(first_seen_ever, 1, ${MAX_TIME}) AS first,
    substr(last_seen_ever, 1, ${MAX_TIME}) AS last, sessions_seen AS sessions, suspicious_count AS flagged,
    substr(country_code, 1, 3) AS country, substr(as_org, 1, ${MAX_ORG + 1}) AS org,
    substr(last_paths, 1, ${MAX_TEXT}) AS paths
  FROM ip_history LIMIT ${MAX_ROWS}`;

/** Its own runs count as ours do, and it flags an address once in a run. */
const ADDRESS = `INSERT INTO addresses (ip, first_seen, last_seen, requests, bytes, in_bytes, out_bytes, auth_failures,
    flagged, sessions, session, blocks, flagged_sessions, flagged_session)
  VALUES (:ip, :first, :last, 0, 0, 0, 0, 0, :flagged, :sessions, 0, 0, :flagged, 0)
  ON CONFLICT (ip) DO UPDATE SET
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen),
    flagged = flagged + excluded.flagged,
    sessions = sessions + excluded.sessions,
    flagged_sessions = flagged_sessions + excluded.flagged_sessions`;

const KNOWN = "SELECT country, org, rules, paths FROM details WHERE ip = ?";
const DETAILS = "INSERT OR REPLACE INTO details (ip, country, org, rules, paths) VALUES (?, ?, ?, ?, ?)";

/** Most runs that a row is believed. */
const MAX_RUNS = 1_000_000;

/** The other tool's database cannot be read: no reason not to keep our own. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

interface Read {
  readonly ip: Uint8Array;
  readonly first: number;
  readonly last: number;
  readonly sessions: number;
  readonly flagged: number;
  readonly country: string | null;
  readonly org: string | null;
  readonly paths: readonly string[];
}

/**
 * Adds what the table `ip_history` of NetherGaze 0.2 holds, each value of it looked at, in steps, inside a transaction of the
 * caller's. Returns of how many addresses; undefined where there is no such file. Its times are ISO 8601, without a zone
 * UTC. Throws {@link Unreadable}, and errors of our own database.
 */
export function* takeOver(database: Database, path: string, at: number): Generator<void, number | undefined> {
  if (fileAt(path) === undefined) return undefined;
  const address = database.prepare(ADDRESS);
  const known = database.prepare(KNOWN);
  const details = database.prepare(DETAILS);
  let taken = 0;
  yield* inSteps(rowsOf(path), (row) => {
    for (const { ip, first, last, sessions, flagged, country, org, paths } of rowOf(row, at)) {
      address.run({ ip, first, last, sessions, flagged });
      const before = known.get(ip);
      const all = pack([...unpack(before?.paths), ...paths], MAX_PATHS, MAX_PATH);
      const rules = textOr(before?.rules, "");
      details.run(ip, textOr(before?.country, country), textOr(before?.org, org), rules, all);
      taken++;
    }
  });
  return taken;
}

/** Nothing is written beside it: its log, where there is one, is read from a copy. */
function* rowsOf(path: string): Generator<Row, void> {
  let copy: string | undefined;
  try {
    const file = statSync(path);
    if (!file.isFile()) throw new Error("it is no file");
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (log !== undefined && log.size > 0) {
      if (!log.isFile() || file.size + log.size > MAX_COPY) throw new Error("its log is too large to copy");
      copy = mkdtempSync(join(tmpdir(), "nethergaze-former-"));
      copyFileSync(path, join(copy, COPY));
      copyFileSync(`${path}-wal`, join(copy, `${COPY}-wal`));
    }
    const source = copy === undefined ? openImmutable(path) : openForeign(join(copy, COPY));
    try {
      yield* source.prepare(READ).iterate();
    } finally {
      source.close();
      if (copy !== undefined) rmSync(copy, { recursive: true });
    }
  } catch (error) {
    throw new Unreadable(messageOf(error));
  }
}

function textOr<T>(value: unknown, other: T): string | T {
  return typeof value === "string" ? value : other;
}

function rowOf({ ip, first, last, sessions, flagged, country, org, paths }: Row, at: number): Read[] {
  const address = typeof ip === "string" ? parseIp(ip) : undefined;
  const [from, to] = [timeOf(first, at), timeOf(last, at)];
  if (address === undefined || from === undefined || to === undefined) return [];
  return [
    {
      ip: keyOf(address),
      first: Math.min(from, to),
      last: Math.max(from, to),
      sessions: Math.max(1, runsOf(sessions)),
      flagged: runsOf(flagged),
      country: typeof country === "string" && /^[A-Z]{2}$/.test(country) ? country : null,
      org: typeof org === "string" && org !== "" ? cutText(org, MAX_ORG) : null,
      // It writes the newest last, with commas between: a path that has some falls apart.
      paths: typeof paths === "string" ? paths.split(",").filter(Boolean).reverse() : [],
    },
  ];
}

function runsOf(value: unknown): number {
  return typeof value === "number" ? Math.min(whole(value), MAX_RUNS) : 0;
}

/** A time between 1970 and now. */
function timeOf(value: unknown, at: number): number | undefined {
  if (typeof value !== "string") return undefined;
  const [, day, clock, zone] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?$/.exec(value) ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const time = new Date(`${day}T${clock}${zone ?? "Z"}`).getTime();
  return time >= 0 ? Math.min(Math.floor(time), at) : undefined;
}
