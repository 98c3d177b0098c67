import { atOnce, type Database, numberAt } from "./database.ts";

/** How long, and up to which size of its file, an address is remembered that does not come back. */
export interface Keep {
  readonly days: number;
  readonly megabytes: number;
}

const DAY = 86_400_000;
/** The host's minutes are kept so long. */
const MINUTES_DAYS = 30;
/** Rows of one transaction, and pages given back at once: a few milliseconds. */
const ROWS = 500;
const PAGES = 100;
/** Transactions at a time: what is left is done the next time. */
const STEPS = 200;
/**
 * Of a file that is too large, so much may be filled. Addresses go from everywhere in it, and the holes they leave are filled
 * again by new ones: the file itself gets no smaller for the first of them, so its size says nothing of how many must go.
 */
const FILLED = 0.5;
/** To measure what is filled is to read the whole file: so often at most (ms). */
const MEASURE_AGAIN = 3_600_000;

const OLD = `SELECT ip FROM addresses WHERE last_seen < ? ORDER BY last_seen LIMIT ${ROWS}`;
const OLDEST_QUIET = `SELECT ip FROM addresses WHERE flagged = 0 ORDER BY last_seen LIMIT ?`;
const OLDEST = `SELECT ip FROM addresses ORDER BY last_seen LIMIT ?`;

/** What of one time is to be remembered for the next. */
export interface Tending {
  measured: number;
}

/**
 * Forgets, in small transactions, whoever did not come back for `keep.days`, then, where the file has more than
 * `keep.megabytes`, those who came last longest ago, whoever was flagged last of all; gives free pages back.
 */
export function* tend(database: Database, keep: Keep, at: number, tending: Tending): Generator<void, void> {
  database.prepare("DELETE FROM minutes WHERE at < ?").run(at - MINUTES_DAYS * DAY);
  yield;
  const old = database.prepare(OLD);
  for (let step = 0; step < STEPS; step++) {
    const keys = keysOf(old.all(at - keep.days * DAY));
    if (keys.length > 0) forget(database, keys);
    yield;
    if (keys.length < ROWS) break;
  }
  yield* shrink(database, keep.megabytes * 1e6, at, tending);
  for (let step = 0; step < STEPS && pragma(database, "freelist_count") > 0; step++) {
    database.exec(`PRAGMA incremental_vacuum(${PAGES})`);
    yield;
  }
}

function* shrink(database: Database, limit: number, at: number, tending: Tending): Generator<void, void> {
  const size = pragma(database, "page_count") * pragma(database, "page_size");
  if (size <= limit || Math.abs(at - tending.measured) < MEASURE_AGAIN) return;
  const filled = numberAt(
    database.prepare("SELECT sum(pgsize - unused) AS n FROM dbstat WHERE aggregate = TRUE").get(),
    "n",
  );
  const rows = numberAt(database.prepare("SELECT count(*) AS n FROM addresses").get(), "n");
  yield;
  let surplus = Math.ceil(rows * (1 - (FILLED * limit) / filled));
  const quiet = database.prepare(OLDEST_QUIET);
  const any = database.prepare(OLDEST);
  for (let step = 0; step < STEPS && surplus > 0; step++) {
    const count = Math.min(ROWS, surplus);
    let keys = keysOf(quiet.all(count));
    if (keys.length === 0) keys = keysOf(any.all(count));
    if (keys.length === 0) break;
    forget(database, keys);
    surplus -= keys.length;
    yield;
  }
  // Where more is to go, the next time goes on.
  if (surplus <= 0) tending.measured = at;
}

function forget(database: Database, keys: readonly Uint8Array[]): void {
  const address = database.prepare("DELETE FROM addresses WHERE ip = ?");
  const details = database.prepare("DELETE FROM details WHERE ip = ?");
  atOnce(database, () => {
    for (const key of keys) {
      address.run(key);
      details.run(key);
    }
  });
}

function keysOf(rows: readonly Readonly<Record<string, unknown>>[]): Uint8Array[] {
  return rows.flatMap(({ ip }) => (ip instanceof Uint8Array ? [ip] : []));
}

function pragma(database: Database, name: "freelist_count" | "page_count" | "page_size"): number {
  return numberAt(database.prepare(`PRAGMA ${name}`).get(), name);
}
