import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { reasonOf } from "./tail-fs.ts";

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
