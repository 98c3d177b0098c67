import { constants, type FileHandle, open, readFile, stat } from "node:fs/promises";

/** Databases of all there is to know of an address have half of it. One more must fit into memory beside the old one. */
export const MAX_DATABASE_BYTES = 2 ** 30;
/** Read at a time: between two pieces others have their turn. */
const PIECE = 2 ** 22;

/** What tells one state of a file from another, or `undefined` where there is none. Throws what stat(2) complains of. */
export async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return undefined;
    }
    throw error;
  }
}

/**
 * All bytes of a file, in memory of our own: of a mapped file that somebody writes anew or cuts short, the next look would
 * kill the program. Throws an Error that says what is wrong with it.
 */
export async function readWhole(path: string): Promise<Buffer> {
  // To open a FIFO for reading would wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new Error("not a file");
    if (info.size > MAX_DATABASE_BYTES) throw new Error(`larger than ${MAX_DATABASE_BYTES / 2 ** 30} GiB`);
    return await readPieces(handle, info.size);
  } finally {
    await handle.close();
  }
}

async function readPieces(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(PIECE, size - at), at);
    if (bytesRead === 0) throw new Error("it became shorter while it was read");
    at += bytesRead;
  }
  return bytes;
}

/** As {@link readWhole}, of a file that is a part of the program: in the single executable it is none that open(2) finds. */
export function readOwn(path: string): Promise<Buffer> {
  return readFile(path);
}
