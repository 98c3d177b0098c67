import { type Interpretation, interpreterFor, type Reading, type Reads } from "./interpret.ts";
import { interpretEnd, type LogEnd, readEnd } from "./log-end.ts";

/** Read from a log's end: some thousand lines, enough to judge a format by. */
const SAMPLE = 1 << 20;
/** Lines that nobody understood, kept to be shown. */
const KEPT = 3;
/** Kept of each. */
const KEPT_CHARACTERS = 200;

/** What the newest lines of a log are. */
export interface LogSample {
  /** Lines looked at that hold anything. */
  readonly lines: number;
  readonly unparsed: number;
  /** What they are, where that is known. */
  readonly format: string | undefined;
  /** The last lines that were not understood, as they are, cut. Not safe to print. */
  readonly strange: readonly string[];
}

/**
 * Reads the last megabyte of a log, as `reads` says, at `now` (epoch milliseconds). In words why not, where it
 * cannot be read; undefined where it is not there.
 */
export function sampleLog(
  path: string,
  reads: Reads,
  how: Interpretation,
  now: number,
): LogSample | string | undefined {
  const end = readEnd(path, SAMPLE);
  return typeof end === "object" ? judge(end, path, reads, how, now) : end;
}

function judge(end: LogEnd, path: string, reads: Reads, how: Interpretation, now: number): LogSample {
  const interpreter = interpreterFor(reads, path, how);
  const counts: Counts = { lines: 0, unparsed: 0, strange: [] };
  interpretEnd(
    end,
    interpreter,
    now,
    (reading, from, to) => {
      // Of an error log of nginx it is about a line before, and nothing is shown that may be fine.
      const isItself = interpreter.format !== "nginx-error";
      const text = () => end.bytes.toString("latin1", from, Math.min(to, from + KEPT_CHARACTERS));
      count(counts, reading, isItself ? text : undefined);
    },
    (reading) => {
      if (reading === "unparsed") counts.unparsed++;
    },
  );
  return { ...counts, format: interpreter.format };
}

export interface Counts {
  lines: number;
  unparsed: number;
  readonly strange: string[];
}

/** Counts a line that was read, and keeps it as `text`, if given, tells it where it was not understood. */
export function count(counts: Counts, reading: Reading, text: (() => string) | undefined): void {
  counts.lines++;
  if (reading !== "unparsed") return;
  counts.unparsed++;
  if (text === undefined) return;
  counts.strange.push(text().slice(0, KEPT_CHARACTERS));
  if (counts.strange.length > KEPT) counts.strange.shift();
}
