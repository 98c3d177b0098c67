import type { Input } from "../model/event.ts";
import { type Interpretation, interpreterFor, isBlank, type Reading, type Reads } from "./interpret.ts";
import { readEnd } from "./log-end.ts";

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
  const { bytes, start, cut } = end;
  const interpreter = interpreterFor(reads, path, how);
  let oldest = Number.POSITIVE_INFINITY;
  const take = (reading: Reading): void => {
    if (typeof reading === "string" || reading.at < 0) return;
    oldest = Math.min(oldest, reading.at);
    if (reading.at >= since) emit(reading);
  };
  for (let from = start, to = bytes.indexOf(10, from); to >= 0; from = to + 1, to = bytes.indexOf(10, from)) {
    if (isBlank(bytes, from, to)) interpreter.blank?.(to - from);
    else take(interpreter.read(bytes, from, to, now));
  }
  const rest = () => interpreter.rest?.(Number.POSITIVE_INFINITY);
  for (let reading = rest(); reading !== undefined; reading = rest()) take(reading);
  return cut && oldest > since ? Math.min(oldest, now) : since;
}
