import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { away, StoreError } from "./trouble.ts";

export type Database = DatabaseSync;
export type Row = Readonly<Record<string, unknown>>;
export type Value = number | string | Uint8Array | null;

/** Bytes that the write-ahead log keeps on disk after it was copied into the database. */
const LOG_LIMIT = 16 * 1024 * 1024;
/** KiB of pages in memory: upserts come in no order, and each touches several. */
const WRITER_CACHE = 16 * 1024;
const READER_CACHE = 4 * 1024;
/** A command that ends at once may map the file: it saves a list a third of its time. */
const MAPPED = 2 ** 31 - 2 ** 16;

/**
 * The history at `path` for its one writer: made where there is none (mode 0600, its directory 0700), brought to the
 * version of this program. Waits for nobody: what is locked throws at once. Throws {@link StoreError}, errors of node:fs
 * and of SQLite; what another program made, or a later version of this one, is not touched.
 */
export function openWriter(path: string): Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  checkFile(path, constants.O_RDWR | constants.O_CREAT);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const version = versionOf(database, path);
    if (version === 0) database.exec("PRAGMA auto_vacuum = INCREMENTAL");
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;
       PRAGMA journal_size_limit = ${LOG_LIMIT}; PRAGMA cache_size = -${WRITER_CACHE}`,
    );
    migrate(database, version);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * The same to read from, also while somebody writes; `mapped` where this program ends at once. Throws as
 * {@link openWriter}; a history of an older version is refused until its writer has brought it to this one.
 */
export function openReader(path: string, mapped = false): Database {
  checkFile(path, constants.O_RDONLY);
  const database = openForeign(path);
  try {
    const version = versionOf(database, path);
    if (version < MIGRATIONS.length) {
      const words = `${path} is not ready: nobody has written a history of this version yet`;
      throw new StoreError({ kind: "missing", words });
    }
    database.exec(`PRAGMA cache_size = -${READER_CACHE}; PRAGMA mmap_size = ${mapped ? MAPPED : 0}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Any database, to read from: nothing in it is trusted. */
export function openForeign(path: string): Database {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    database.exec("PRAGMA trusted_schema = OFF");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** One that nobody writes, without the files that reading it would put beside it. */
export function openImmutable(path: string): Database {
  return openForeign(`${pathToFileURL(path).href}?immutable=1`);
}

/** Which file is at that place now; undefined where there is none. */
export function fileAt(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

/** All of `work`, which goes on when it is asked to, or nothing of it where it throws. */
export function* atomically<T>(database: Database, work: Generator<void, T>): Generator<void, T> {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = yield* work;
    database.exec("COMMIT");
    return result;
  } finally {
    undo(database);
  }
}

/** The same for what is done in a moment. */
export function atOnce(database: Database, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } finally {
    undo(database);
  }
}

/** What was not committed. A full disk has undone it already. */
function undo(database: Database): void {
  if (database.isTransaction) database.exec("ROLLBACK");
}

export function numberAt(row: Row | undefined, column: string): number {
  const value = row?.[column];
  return typeof value === "number" ? value : 0;
}

function checkFile(path: string, flags: number): void {
  // A link could lead a program of root's to anybody's file.
  const fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  const { uid } = fstatSync(fd);
  const isFile = fstatSync(fd).isFile();
  closeSync(fd);
  if (!isFile) throw new StoreError({ kind: "foreign", words: `${path} is no file: move it away` });
  const ours = process.geteuid?.() ?? uid;
  if ((flags & constants.O_RDWR) !== 0 && uid !== ours) {
    const words = `${path} belongs to uid ${uid}, not to uid ${ours}: chown ${ours} its files`;
    throw new StoreError({ kind: "denied", words });
  }
}

/** Which version it is of, 0 for an empty one. Throws for what is none of ours. */
function versionOf(database: Database, path: string): number {
  const id = numberAt(database.prepare("PRAGMA application_id").get(), "application_id");
  const version = numberAt(database.prepare("PRAGMA user_version").get(), "user_version");
  if (id !== APPLICATION_ID) {
    const tables = numberAt(database.prepare("SELECT count(*) AS n FROM sqlite_schema").get(), "n");
    if (id === 0 && version === 0 && tables === 0) return 0;
    throw new StoreError({ kind: "foreign", words: `${path} is another program's database: ${away(path)}` });
  }
  if (version > MIGRATIONS.length) {
    const words = `${path} was written by a later version (${version}, this one knows ${MIGRATIONS.length}): use that version, or ${away(path)}`;
    throw new StoreError({ kind: "newer", words });
  }
  return version;
}

function migrate(database: Database, version: number): void {
  if (version === MIGRATIONS.length) return;
  atOnce(database, () => {
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}
