/** "NtGz": tells our file from any other program's (the application id of the file format). */
export const APPLICATION_ID = 0x4e74477a;

/**
 * From these values on an address is in the index of that column: whoever is at the head of a list is there, and the many
 * others cost no write.
 */
export const HEAVY = {
  sessions: 2,
  requests: 1000,
  bytes: 10_000_000,
  in_bytes: 1_000_000,
  out_bytes: 10_000_000,
  auth_failures: 1,
  flagged: 1,
  blocks: 1,
} as const;
export type HeavyColumn = keyof typeof HEAVY;

/** Columns in which all who are not in the index are alike: they follow by when they were seen last. */
export const ALIKE: readonly string[] = ["sessions", "auth_failures", "flagged", "blocks"];

/**
 * How a database of each version becomes one of the next; the first makes an empty file version 1. A step that was
 * published is never changed. Numbers that lists are sorted by lie in rows as narrow as can be, because a million of them
 * are read for a list; texts lie in a table of their own. `last_seen` and `flagged` stand first: they are asked most.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE addresses (
    ip BLOB NOT NULL PRIMARY KEY,
    last_seen INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    in_bytes INTEGER NOT NULL,
    out_bytes INTEGER NOT NULL,
    auth_failures INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    blocks INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    session INTEGER NOT NULL,
    flagged_sessions INTEGER NOT NULL,
    flagged_session INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE details (
    ip BLOB NOT NULL PRIMARY KEY,
    country TEXT,
    org TEXT,
    rules TEXT NOT NULL,
    paths TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE minutes (
    at INTEGER PRIMARY KEY,
    requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    in_bytes INTEGER NOT NULL,
    out_bytes INTEGER NOT NULL,
    auth_failures INTEGER NOT NULL,
    addresses INTEGER NOT NULL,
    sockets INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX by_last_seen ON addresses (last_seen, flagged);
  CREATE INDEX by_first_seen ON addresses (first_seen);
  CREATE INDEX by_recurring ON addresses (flagged_sessions, last_seen) WHERE flagged_sessions > 1;
  ${Object.entries(HEAVY)
    .map(
      ([column, least]) =>
        `CREATE INDEX heavy_${column} ON addresses (${column}, last_seen) WHERE ${column} >= ${least};`,
    )
    .join("\n")}`,
];
