import type { Cidr } from "../model/cidr.ts";
import type { HistoryEvent } from "../model/event.ts";
import type { Minute, Past } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import { type Database, numberAt, type Row, type Value } from "./database.ts";
import { ipOf, keyOf, keysOf } from "./key.ts";
import { ALIKE, HEAVY, type HeavyColumn } from "./schema.ts";
import { unpack } from "./texts.ts";

/** What lists can be sorted by, the largest or newest first, but addresses from the lowest on. */
export const HISTORY_SORTS = [
  "last",
  "first",
  "ip",
  "sessions",
  "requests",
  "bytes",
  "in",
  "out",
  "auth",
  "flagged",
  "blocks",
] as const;
export type HistorySort = (typeof HISTORY_SORTS)[number];

const COLUMN = {
  last: "last_seen",
  first: "first_seen",
  ip: "ip",
  sessions: "sessions",
  requests: "requests",
  bytes: "bytes",
  in: "in_bytes",
  out: "out_bytes",
  auth: "auth_failures",
  flagged: "flagged",
  blocks: "blocks",
} as const satisfies Record<HistorySort, string>;

/** Past the host's own minutes: what a month has, and a day that a clock was set back. */
const MAX_MINUTES = 31 * 1440;

/** All that is known of an address. */
export interface Remembered extends Past {
  readonly country?: string;
  readonly org?: string;
  /** Runs of the program in which it was flagged. */
  readonly flaggedSessions: number;
}

export interface ListQuery {
  readonly within?: Cidr | undefined;
  /** Seen since then (epoch ms). */
  readonly since?: number | undefined;
  /** Flagged at least once; who was so in several runs comes first. */
  readonly flagged: boolean;
  readonly sort: HistorySort;
  readonly limit: number;
}

const JOINED = `SELECT a.*, d.country, d.org, d.rules, d.paths FROM addresses AS a LEFT JOIN details AS d ON d.ip = a.ip`;
const SESSION = "SELECT id FROM sessions WHERE name = ?";
const ONE = `${JOINED} WHERE a.ip = ?`;

/** What is known of each of the addresses of which anything is; the run of that name, which asks, is not counted among the runs. */
export function remembered(database: Database, ips: readonly Ip[], session?: string): Remembered[] {
  const one = database.prepare(ONE);
  const own = session === undefined ? undefined : database.prepare(SESSION).get(session)?.id;
  return ips.flatMap((ip) => {
    const row = one.get(keyOf(ip));
    if (row === undefined) return [];
    const found = rememberedOf(row);
    if (own === undefined || row.session !== own) return found;
    return found.flatMap((past) => (past.sessions > 1 ? [{ ...past, sessions: past.sessions - 1 }] : []));
  });
}

/** The first of a list, and how many there are. */
export function list(database: Database, query: ListQuery): { rows: Remembered[]; total: number } {
  const { conditions, values } = conditionsOf(query);
  const keys = firstKeys(database, query, conditions, values);
  const one = database.prepare(ONE);
  const rows = keys.flatMap((key) => {
    const row = one.get(key);
    return row === undefined ? [] : rememberedOf(row);
  });
  if (rows.length < query.limit) return { rows, total: rows.length };
  const count = database.prepare(`SELECT count(*) AS n FROM addresses${where(conditions)}`).get(...values);
  return { rows, total: numberAt(count, "n") };
}

/** Who was flagged in more than one run, most often first. */
export function recurring(database: Database, limit: number): Remembered[] {
  const keys = database
    .prepare(
      "SELECT ip FROM addresses WHERE flagged_sessions > 1 ORDER BY flagged_sessions DESC, last_seen DESC LIMIT ?",
    )
    .all(limit);
  const one = database.prepare(ONE);
  return keys.flatMap(({ ip }) => (ip instanceof Uint8Array ? rememberedOf(one.get(ip) ?? {}) : []));
}

/** The host's minutes from `from` on and before `to` (epoch ms), oldest first; those in which nobody looked are missing. */
export function minutesOf(database: Database, from: number, to: number): Minute[] {
  return database
    .prepare("SELECT * FROM minutes WHERE at >= ? AND at < ? ORDER BY at LIMIT ?")
    .all(from, to, MAX_MINUTES)
    .map((row) => ({
      at: numberAt(row, "at"),
      requests: numberAt(row, "requests"),
      bytes: numberAt(row, "bytes"),
      inBytes: numberAt(row, "in_bytes"),
      outBytes: numberAt(row, "out_bytes"),
      authFailures: numberAt(row, "auth_failures"),
      addresses: numberAt(row, "addresses"),
      sockets: numberAt(row, "sockets"),
    }));
}

/** As the core is told it. */
export function eventOf(past: Remembered, at: number): HistoryEvent {
  const { country: _, org: __, flaggedSessions: ___, ...rest } = past;
  return { kind: "history", at, ...rest };
}

function conditionsOf({ within, since, flagged }: ListQuery): { conditions: string[]; values: Value[] } {
  return {
    conditions: [
      ...(within === undefined ? [] : ["ip BETWEEN ? AND ?"]),
      ...(since === undefined ? [] : ["last_seen >= ?"]),
      ...(flagged ? ["flagged >= 1"] : []),
    ],
    values: [...(within === undefined ? [] : keysOf(within)), ...(since === undefined ? [] : [since])],
  };
}

/**
 * Keys of the first rows. Where the index of the heavy ones has as many as are wanted, nobody below them can belong to
 * them; else those below them are searched for as well. Of flagged ones those of several runs come first. SQLite knows
 * nothing of how many there are of what: where it would choose badly, it is told which index to read.
 */
function firstKeys(
  database: Database,
  { flagged, sort, limit }: ListQuery,
  conditions: readonly string[],
  values: readonly Value[],
): Uint8Array[] {
  const column = COLUMN[sort];
  const order = column === "ip" ? "ip" : `${column} DESC`;
  const keys: Uint8Array[] = [];
  const search = (more: readonly string[], by = order, index?: string): void => {
    if (keys.length === limit) return;
    const from = index === undefined ? "" : ` INDEXED BY ${index}`;
    const found = database
      .prepare(`SELECT ip FROM addresses${from}${where([...conditions, ...more])} ORDER BY ${by} LIMIT ?`)
      .all(...values, limit - keys.length);
    for (const { ip } of found) if (ip instanceof Uint8Array) keys.push(ip);
  };
  if (flagged) search(["flagged_sessions > 1"], order, "by_recurring");
  const rest = flagged ? ["flagged_sessions <= 1"] : [];
  if (flagged && areFew(database)) search(rest, order, "heavy_flagged");
  else if (isHeavy(column)) {
    search([...rest, `${column} >= ${HEAVY[column]}`]);
    search([...rest, `${column} < ${HEAVY[column]}`], ALIKE.includes(column) ? "last_seen DESC" : order);
  } else search(rest);
  return keys;
}

/** So many rows are looked up one by one faster than all are read. */
const FEW = 20_000;

/** Whether few addresses were ever flagged. */
function areFew(database: Database): boolean {
  const counted = database.prepare(
    "SELECT count(*) AS n FROM (SELECT 1 FROM addresses INDEXED BY heavy_flagged WHERE flagged >= 1 LIMIT ?)",
  );
  return numberAt(counted.get(FEW), "n") < FEW;
}

function isHeavy(column: string): column is HeavyColumn {
  return column in HEAVY;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

function rememberedOf(row: Row): Remembered[] {
  const ip = ipOf(row.ip);
  if (ip === undefined) return [];
  return [
    {
      ip,
      firstSeen: numberAt(row, "first_seen"),
      lastSeen: numberAt(row, "last_seen"),
      sessions: numberAt(row, "sessions"),
      requests: numberAt(row, "requests"),
      bytes: numberAt(row, "bytes"),
      inBytes: numberAt(row, "in_bytes"),
      outBytes: numberAt(row, "out_bytes"),
      authFailures: numberAt(row, "auth_failures"),
      flagged: numberAt(row, "flagged"),
      rules: unpack(row.rules),
      blocks: numberAt(row, "blocks"),
      paths: unpack(row.paths),
      flaggedSessions: numberAt(row, "flagged_sessions"),
      ...(typeof row.country === "string" && { country: row.country }),
      ...(typeof row.org === "string" && { org: row.org }),
    },
  ];
}
