import { basename, dirname, join } from "node:path";
import { messageOf } from "../model/message-of.ts";
import { shellWord } from "../model/shell-word.ts";
import { isObject } from "../model/untrusted-json.ts";

/** Why the history cannot be read or written. */
export interface Trouble {
  readonly kind:
    | "missing"
    | "denied"
    | "busy"
    | "full"
    | "read-only"
    | "damaged"
    | "newer"
    | "foreign"
    | "other";
  /** What is wrong and what would help. */
  readonly words: string;
}

/** What {@link troubleOf} is to know of an error that we found ourselves. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.words);
    this.trouble = trouble;
  }
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** What an error of the database at `path`, or of its file, means for a person. */
export function troubleOf(error: unknown, path: string): Trouble {
  if (error instanceof StoreError) return error.trouble;
  const { code, errcode } = isObject(error) ? error : {};
  if (typeof errcode === "number") return ofSqlite(errcode & 0xff, messageOf(error), path);
  switch (code) {
    case "ENOENT":
      return { kind: "missing", words: `${path} is not there` };
    case "EACCES":
    case "EPERM":
      return { kind: "denied", words: `${path} may not be opened: run this as the user whose file it is` };
    case "EROFS":
      return { kind: "read-only", words: READ_ONLY(path) };
    case "ENOSPC":
    case "EDQUOT":
      return { kind: "full", words: NO_SPACE(path) };
    case "ELOOP":
      return { kind: "other", words: `${path} is a link, which is not followed: remove it` };
    default:
      return { kind: "other", words: `${path}: ${messageOf(error)}` };
  }
}

const READ_ONLY = (path: string): string =>
  `${path} cannot be written to: make its directory writable, or set XDG_STATE_HOME to one that is`;
const NO_SPACE = (path: string): string =>
  `no space left for ${path}: make some; it is kept in memory until then`;

function ofSqlite(errcode: number, message: string, path: string): Trouble {
  switch (errcode) {
    case BUSY:
    case LOCKED:
      return { kind: "busy", words: `another program holds ${path} locked: it is tried again` };
    case FULL:
      return { kind: "full", words: NO_SPACE(path) };
    case READONLY:
      return { kind: "read-only", words: READ_ONLY(path) };
    case CANTOPEN:
      return { kind: "other", words: `${path}, or what SQLite keeps beside it, cannot be opened` };
    case CORRUPT:
    case NOTADB:
      return { kind: "damaged", words: `${path} is damaged or no database: ${away(path)}` };
    case IOERR:
      return { kind: "other", words: `${path} cannot be read or written: ${message}` };
    default:
      return { kind: "other", words: `${path}: ${message}` };
  }
}

/** How to get a file out of the way, with what SQLite keeps beside it: a log that stays could be taken for the next one's. */
export function away(path: string): string {
  const old = shellWord(join(dirname(path), `${basename(path, ".db")}-old`));
  return `to begin a new one: mkdir ${old} && mv ${shellWord(path)}* ${old}/`;
}
