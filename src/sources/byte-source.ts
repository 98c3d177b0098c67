import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** The bytes of a whole file, gzip or not, from its first to its last. */
export interface ByteSource {
  /** The first `count` bytes, or all where there are fewer; they are still to be read. Asked before the first reading. */
  peek(count: number): Promise<Uint8Array>;
  /** Reads at most `into.length` bytes; 0 at the end. Rejects when the file cannot be read or is damaged. */
  read(into: Buffer): Promise<number>;
  /** How much of the file is read, 0 to 1. */
  readonly fraction: number;
  close(): Promise<void>;
}

/** Opens a file; whether it is gzip is told by its first two bytes. Rejects when it cannot be opened or read. */
export async function openBytes(path: string): Promise<ByteSource> {
  const handle = await open(path, "r");
  try {
    const stat = await handle.stat();
    const stream = stat.isFile() && (await isGzip(handle)) ? gunzip(handle) : plain(handle);
    return byteSource(stream, stat.size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Stream {
  /** As that of {@link ByteSource}. */
  read(into: Buffer): Promise<number>;
  /** Bytes of the file read so far. */
  position(): number;
  close(): Promise<void>;
}

function byteSource(stream: Stream, size: number): ByteSource {
  /** Bytes that were peeked at. */
  let head = Buffer.alloc(0);
  return {
    async peek(count) {
      const bytes = Buffer.alloc(count);
      let length = 0;
      while (length < count) {
        const more = await stream.read(bytes.subarray(length));
        if (more === 0) break;
        length += more;
      }
      head = bytes.subarray(0, length);
      return head;
    },
    async read(into) {
      if (head.length === 0) return stream.read(into);
      const count = head.copy(into);
      head = head.subarray(count);
      return count;
    },
    get fraction() {
      return size > 0 ? Math.min(1, stream.position() / size) : 1;
    },
    close: stream.close,
  };
}

function plain(handle: FileHandle): Stream {
  let position = 0;
  return {
    async read(into) {
      const { bytesRead } = await handle.read(into, 0, into.length);
      position += bytesRead;
      return bytesRead;
    },
    position: () => position,
    close: () => handle.close(),
  };
}

/** Reads at a position, so that the next reader still starts at the first byte: a pipe has no positions. */
async function isGzip(handle: FileHandle): Promise<boolean> {
  const magic = Buffer.alloc(2);
  const { bytesRead } = await handle.read(magic, 0, 2, 0);
  return bytesRead === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
}

function gunzip(handle: FileHandle): Stream {
  const compressed = handle.createReadStream({ start: 0, autoClose: false });
  const stream: Readable = compressed.pipe(createGunzip());
  compressed.on("error", (error) => stream.destroy(error));
  const pieces = stream[Symbol.asyncIterator]();
  let piece: Uint8Array = Buffer.alloc(0);
  return {
    async read(into) {
      while (piece.length === 0) {
        const { done, value } = await pieces.next();
        if (done) return 0;
        piece = value as Uint8Array;
      }
      const count = Math.min(piece.length, into.length);
      into.set(piece.subarray(0, count));
      piece = piece.subarray(count);
      return count;
    },
    position: () => compressed.bytesRead,
    async close() {
      // Before the handle: a read under way would fail with nobody there to hear it.
      stream.destroy();
      compressed.destroy();
      await handle.close();
    },
  };
}
