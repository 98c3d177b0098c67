import { constants, type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { messageOf } from "../model/message-of.ts";
import type { GeoDatabase } from "./geo-database.ts";
import { type Fetched, FetchFailure } from "./geo-fetch.ts";
import { MAX_DATABASE_BYTES } from "./geo-file.ts";

/** What became of a new file. */
export type Swapped =
  | { readonly kind: "swapped"; readonly database: GeoDatabase; readonly bytes: number }
  /** What is there is as new, or newer. */
  | { readonly kind: "kept"; readonly database: GeoDatabase };

/**
 * Unpacks what comes beside `path`, has it opened and compared, and puts it in the place of what is there: whoever reads
 * sees all of the old one or all of the new one. Whatever goes wrong, the old one stays and nothing else. Only one program
 * may do so at a time. Throws what went wrong.
 */
export async function swapIn(
  path: string,
  packed: Pick<Fetched, "url" | "body">,
  judge: (next: string) => Promise<{ readonly database: GeoDatabase; readonly better: boolean }>,
  signal: AbortSignal,
  limit = MAX_DATABASE_BYTES,
): Promise<Swapped> {
  const next = `${path}.part`;
  // What somebody left who was killed; or a link that leads elsewhere.
  await rm(next, { force: true });
  const handle = await open(next, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
  try {
    const bytes = await unpack(packed, handle, limit, signal).finally(() => handle.close());
    const { database, better } = await judge(next);
    signal.throwIfAborted();
    if (!better) return { kind: "kept", database };
    await rename(next, path);
    await syncDirectory(dirname(path));
    return { kind: "swapped", database, bytes };
  } finally {
    await rm(next, { force: true });
  }
}

/** Writes what is packed to the disk; the bytes it has unpacked. */
async function unpack(
  { url, body }: Pick<Fetched, "url" | "body">,
  to: FileHandle,
  limit: number,
  signal: AbortSignal,
): Promise<number> {
  // A few bytes may unpack to more than any disk holds, and endless ones to nothing.
  async function* bounded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    let size = 0;
    for await (const piece of pieces) {
      size += piece.length;
      if (size > limit) throw new FetchFailure(`${url}: it is larger than ${limit / 2 ** 20} MiB`);
      yield piece;
    }
  }

  let size = 0;
  const write = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of pieces) {
      await writeAll(to, piece);
      size += piece.length;
    }
  };
  try {
    await pipeline(body, bounded, createGunzip(), bounded, write, { signal });
    await to.sync();
  } catch (error) {
    if (error instanceof FetchFailure || signal.aborted) throw error;
    throw new Error(unpackWords(url, error));
  }
  return size;
}

async function writeAll(to: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await to.write(bytes, at)).bytesWritten;
}

function unpackWords(url: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR") return `${url}: it was cut short on its way: try again`;
  if (code.startsWith("Z_")) return `${url}: it was damaged on its way (${messageOf(error)}): try again`;
  if (code === "ENOSPC" || code === "EDQUOT") return "no space left on the disk: 200 MB are enough";
  return messageOf(error);
}

/** So that the new name survives a power cut, too. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
