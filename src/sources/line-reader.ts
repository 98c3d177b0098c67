import { type ByteSource, openBytes } from "./byte-source.ts";

/** Read at once; larger pieces were not faster. */
const BUFFER = 256 << 10;
/** A line that does not fit the buffer is cut to this, as a live log's is. */
export const CUT = 64 << 10;
/** The longest event a recording may hold: a table of 100,000 sockets on one line. */
const LONGEST_EVENT = 16 << 20;
const OPENING_BRACE = 0x7b;

/**
 * The lines of a whole file, gzip or not, with one buffer in memory. `next()` is plain and fast while
 * the buffer lasts; when it answers "more", await `fill()` and ask again.
 */
export interface LineReader {
  /** The line found by `next()` is `bytes[start, end)`, without its newline, until the next call. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Lines cut because they were longer than the buffer. */
  readonly cut: number;
  /** How much of the file is read, 0 to 1. */
  readonly fraction: number;
  next(): "line" | "more" | "end";
  /** Reads on. Rejects when the file cannot be read or is damaged. */
  fill(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file for reading line by line. */
export async function openLines(path: string): Promise<LineReader> {
  return linesOf(await openBytes(path));
}

/**
 * The lines of a source, which it closes. Where it may be a recording, a line that begins as an event does is kept whole up
 * to 16 MiB.
 */
export function linesOf(source: ByteSource, mayBeRecording = false): LineReader {
  return lineReader(source, mayBeRecording ? LONGEST_EVENT : BUFFER);
}

function lineReader(source: ByteSource, longest: number): LineReader {
  /** One byte more than is read into, for a newline behind the last: a search that finds no other ends there. */
  let bytes = Buffer.allocUnsafe(BUFFER + 1);
  /** Bytes `[from, to)` are read and not delivered. */
  let from = 0;
  let to = 0;
  /** Up to here there is no newline. */
  let searched = 0;
  let ended = false;
  /** Inside a line too long to keep: everything up to its newline is passed over. */
  let skipping = false;
  let start = 0;
  let end = 0;
  let cut = 0;

  const capacity = (): number => bytes.length - 1;
  const mayGrow = (): boolean => capacity() < longest && bytes[from] === OPENING_BRACE;

  const next = (): "line" | "more" | "end" => {
    for (;;) {
      const newline = searched < to ? bytes.indexOf(10, searched) : to;
      const found = newline < to;
      searched = found ? newline + 1 : to;
      if (!found && !ended && (skipping || to - from < capacity() || mayGrow())) {
        if (skipping) from = to;
        return "more";
      }
      if (!found && (from === to || skipping)) return "end";
      start = from;
      end = newline;
      from = searched;
      if (skipping) {
        skipping = false;
        continue;
      }
      if (!found && !ended) {
        skipping = true;
        end = start + CUT;
        cut++;
      }
      return "line";
    }
  };

  const fill = async (): Promise<void> => {
    const held = bytes;
    if (to - from === capacity()) bytes = Buffer.allocUnsafe(2 * capacity() + 1);
    held.copy(bytes, 0, from, to);
    to -= from;
    searched -= from;
    from = 0;
    const count = await source.read(bytes.subarray(to, capacity()));
    if (count === 0) ended = true;
    to += count;
    bytes[to] = 10;
  };

  return {
    get bytes() {
      return bytes;
    },
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    get cut() {
      return cut;
    },
    get fraction() {
      return source.fraction;
    },
    next,
    fill,
    close: source.close,
  };
}
