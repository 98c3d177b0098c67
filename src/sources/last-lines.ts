import type { Input } from "../model/event.ts";
import { type Interpretation, interpreterFor, type Reading, type Reads } from "./interpret.ts";
import { interpretEnd, readEnd } from "./log-end.ts";

/** A log whose newest lines are wanted. */
export interface LastLines {
  readonly path: string;
  readonly reads: Reads;
  readonly how: Interpretation;
  /** Epoch milliseconds: when it is read, and from when on lines count. */
  readonly now: number;
  readonly since: number;
  /** Bytes of it that are read, from its end. */
  readonly limit: number;
}

/**
 * Emits what the lines of the last `limit` bytes say that are not older than `since`. Returns from when on nothing of
 * the log is missing: `since`, or later where more was written since then; undefined where it cannot be read.
 */
export function readLastLines(log: LastLines, emit: (input: Input) => void): number | undefined {
  const { path, reads, how, now, since, limit } = log;
  const end = readEnd(path, limit);
  if (typeof end !== "object") return undefined;
  let oldest = Number.POSITIVE_INFINITY;
  const take = (reading: Reading): void => {
    if (typeof reading === "string" || reading.at < 0) return;
    oldest = Math.min(oldest, reading.at);
    if (reading.at >= since) emit(reading);
  };
  interpretEnd(end, interpreterFor(reads, path, how), now, take, take);
  return end.cut && oldest > since ? Math.min(oldest, now) : since;
}
