import { closeSync, constants, fstatSync, globSync, openSync, readSync } from "node:fs";
import { type Interpreter, isBlank, type Reading } from "./interpret.ts";
import { reasonOf } from "./tail-fs.ts";
import { isGlob } from "./tail-glob.ts";

/** The files that a path or a glob means now, in order: `**` no more than `*`, as when they are followed. */
export function filesOf(path: string): readonly string[] {
  return isGlob(path) ? globSync(path.replaceAll("**", "*")).sort() : [path];
}

/** The end of a log: whole lines from `start` on, of which the last may not be finished. */
export interface LogEnd {
  readonly bytes: Buffer;
  readonly start: number;
  /** There is more before it. */
  readonly cut: boolean;
}

/**
 * Reads the last `limit` bytes of a log. In words why not, where it cannot be read; undefined where it is not there.
 */
export function readEnd(path: string, limit: number): LogEnd | string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return reasonOf(error);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return stat.isDirectory() ? "a directory: name its files" : "not a regular file";
    const bytes = Buffer.alloc(Math.min(stat.size, limit));
    const from = stat.size - bytes.length;
    const length = readSync(fd, bytes, 0, bytes.length, from);
    // What comes before the first newline began before this.
    const start = from === 0 ? 0 : bytes.indexOf(10) + 1;
    return { bytes: bytes.subarray(0, length), start, cut: from > 0 };
  } catch (error) {
    return reasonOf(error);
  } finally {
    closeSync(fd);
  }
}

/**
 * Hands on what each line says that holds anything, with where it lies in `bytes`, then what was held back. `readAt`: the
 * time of lines that have none of their own, epoch milliseconds.
 */
export function interpretEnd(
  { bytes, start }: LogEnd,
  interpreter: Interpreter,
  readAt: number,
  onLine: (reading: Reading, from: number, to: number) => void,
  onRest: (reading: Reading) => void,
): void {
  for (let from = start, to = bytes.indexOf(10, from); to >= 0; from = to + 1, to = bytes.indexOf(10, from)) {
    if (isBlank(bytes, from, to)) interpreter.blank?.(to - from);
    else onLine(interpreter.read(bytes, from, to, readAt), from, to);
  }
  const rest = () => interpreter.rest?.(Number.POSITIVE_INFINITY);
  for (let reading = rest(); reading !== undefined; reading = rest()) onRest(reading);
}
