import { isObject, type Json, parseJson, textOf } from "../model/untrusted-json.ts";

/** What {@link parseJournal} reads beside the cursor and the time, which journalctl always writes. */
export const JOURNAL_FIELDS = ["MESSAGE", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_COMM", "_PID"] as const;

/** A cursor has six numbers, some 130 characters; one that is far longer is none. */
const CURSOR = 512;

/** One entry of the journal. */
export interface JournalEntry {
  /** Where in the journal it is, for `journalctl --cursor`. */
  readonly cursor: string;
  /** When journald received it, epoch milliseconds; NaN where that is not told. */
  readonly at: number;
  /** What its writer calls itself, else the name of its process; empty where neither is known. */
  readonly program: string;
  readonly pid: number | undefined;
  /** Undefined where journalctl does not tell it, as it has some 4096 bytes or more, or where there are several. */
  readonly message: string | undefined;
}

/**
 * Reads a line of `journalctl --output=json` (systemd's Journal Export Formats, "Journal JSON Format"): numbers are
 * strings, a value that is not printable UTF-8 is an array of its bytes, a long one is null, and of a field that occurs
 * several times all values are an array. Undefined where the line is no such entry.
 */
export function parseJournal(line: string): JournalEntry | undefined {
  const entry = parseJson(line);
  if (!isObject(entry)) return undefined;
  const cursor = textOf(entry.__CURSOR);
  if (cursor === undefined || cursor === "" || cursor.length > CURSOR) return undefined;
  return {
    cursor,
    // Microseconds. NaN stays NaN.
    at: Math.floor(digits(entry, "__REALTIME_TIMESTAMP") / 1000),
    program: textOf(entry.SYSLOG_IDENTIFIER) ?? textOf(entry._COMM) ?? "",
    pid: pidOf(entry, "_PID") ?? pidOf(entry, "SYSLOG_PID"),
    message: messageOf(entry.MESSAGE),
  };
}

/** An empty one is left out. It may hold any bytes: those that are not UTF-8 are replaced, as in a file's lines. */
function messageOf(value: unknown): string | undefined {
  if (value === undefined) return "";
  if (!Array.isArray(value)) return textOf(value);
  return value.every(isByte) ? Buffer.from(value).toString() : undefined;
}

function isByte(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}

function pidOf(entry: Json, field: (typeof JOURNAL_FIELDS)[number]): number | undefined {
  const pid = digits(entry, field);
  return Number.isNaN(pid) ? undefined : pid;
}

function digits(entry: Json, field: string): number {
  const text = textOf(entry[field]);
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}
