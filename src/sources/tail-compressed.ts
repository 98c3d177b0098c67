import { constants, gunzipSync } from "node:zlib";
import type { TailFs } from "./tail-fs.ts";
import { EDGE } from "./tail-generation.ts";

/** Enough compressed bytes for the first `EDGE` of a log. */
const HEAD = 8192;

/**
 * The beginning of what a gzip file holds and its whole length (modulo 4 GiB, RFC 1952 section 2.3.1), without
 * unpacking the rest; undefined where it is no gzip file that can be read.
 */
export function measureGzip(fs: TailFs, path: string): { head: Buffer; length: number } | undefined {
  let fd = -1;
  try {
    fd = fs.open(path);
    const size = Number(fs.fstat(fd).size);
    const bytes = Buffer.alloc(HEAD);
    const count = fs.pread(fd, bytes, HEAD, 0);
    const trailer = Buffer.alloc(4);
    if (fs.pread(fd, trailer, 4, size - 4) < 4) return undefined;
    const packed = bytes.subarray(0, count);
    // A part of a file is no error: what can be unpacked of it is enough.
    const head = gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, EDGE);
    return { head, length: trailer.readUInt32LE() };
  } catch {
    return undefined;
  } finally {
    if (fd >= 0) fs.close(fd);
  }
}
