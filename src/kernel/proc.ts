import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from "node:fs";

/**
 * A walk over /proc in steps. Each step yields what it cost, in directory entries listed (2 microseconds
 * each), so that whoever walks can stop for this poll and go on in the next.
 */
export type Search = Generator<number, void, undefined>;

/** What opening a link, a directory or a small file costs in the measure of {@link Search}. */
export const OPEN = 5;

/** proc(5): comm has at most 15 bytes, a kernel thread's name 64. */
const MAX_COMM = 64;

/** The errno's name of an error of the system, undefined for any other. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/**
 * The inode that a link of /proc names (`socket:[INODE]`, `net:[INODE]`; proc(5), namespaces(7)), 0 for
 * anything else and for a link that is gone. Throws the error of readlink(2) where it may not be read.
 */
export function linkedInode(path: string, kind: "socket" | "net"): number {
  try {
    const target = readlinkSync(path);
    const digits = /^[a-z]+:\[(\d{1,10})\]$/.exec(target)?.[1];
    return digits === undefined || !target.startsWith(`${kind}:`) ? 0 : Number(digits);
  } catch (error) {
    // Closed meanwhile, or no link.
    const code = codeOf(error);
    if (code === "ENOENT" || code === "EINVAL") return 0;
    throw error;
  }
}

/** The name of process `pid`, `?` where that is no file. Throws the error of open(2) or read(2). */
export function readComm(procRoot: string, pid: number): string {
  return readStart(`${procRoot}/${pid}/comm`, MAX_COMM)?.replace(/\n$/, "") ?? "?";
}

/**
 * The first `limit` bytes of a regular file as UTF-8, undefined for a file of another kind: a pipe would
 * make the reader wait. Throws the error of open(2) or read(2).
 */
export function readStart(path: string, limit: number): string | undefined {
  return readStartBytes(path, limit)?.toString("utf8");
}

/** As {@link readStart}, the bytes themselves. */
export function readStartBytes(path: string, limit: number): Buffer | undefined {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return undefined;
    // Files of /proc have no size.
    const bytes = Buffer.allocUnsafe(stat.size > 0 ? Math.min(stat.size, limit) : limit);
    let length = 0;
    for (;;) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      length += read;
      if (read === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}
