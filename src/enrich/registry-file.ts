import { constants, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../model/message-of.ts";
import { isObject, parseJson } from "../model/untrusted-json.ts";

/** Twice what 20,000 networks with long names take. */
const MAX_BYTES = 2 ** 24;

/** What became of the file. */
export type FileReading =
  | { readonly kind: "read"; readonly json: unknown; readonly state: string }
  | { readonly kind: "absent" }
  /** It was no cache; it lies at `at` now. */
  | { readonly kind: "put-aside"; readonly at: string }
  | { readonly kind: "unread"; readonly trouble: string };

/** Reads the file of answers. What cannot be one is moved away, so that somebody may look at it and the next one is whole. */
export async function readRegistryFile(path: string): Promise<FileReading> {
  try {
    // A link could lead to anybody's file, and to open a FIFO for reading would wait for its writer.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    let text = "";
    try {
      const info = await handle.stat();
      const ours = process.geteuid?.() ?? info.uid;
      if (!info.isFile()) return { kind: "unread", trouble: "it is no file" };
      if (info.uid !== ours)
        return { kind: "unread", trouble: `it belongs to uid ${info.uid}, not to ${ours}` };
      if (info.size <= MAX_BYTES) text = await readText(handle, info.size);
    } finally {
      await handle.close();
    }
    const json = parseJson(text);
    if (isObject(json) && json.v === 1 && Array.isArray(json.networks))
      return { kind: "read", json, state: (await stateOf(path)) ?? "" };
    const at = `${path}.bad`;
    await rename(path, at);
    return { kind: "put-aside", at };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { kind: "absent" };
    return { kind: "unread", trouble: messageOf(error) };
  }
}

/** Puts a file of these pieces in its place at once, for its owner alone, and tells its state. Throws. */
export async function writeRegistryFile(path: string, pieces: Iterable<string>): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Its own for each program: two may have the same cache.
  const next = `${path}.${process.pid}`;
  await rm(next, { force: true });
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const handle = await open(next, flags, 0o600);
    try {
      for (const piece of pieces) await handle.appendFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
  return (await stateOf(path)) ?? "";
}

/** What tells one state of the file from another; undefined where there is none. */
export async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(" ");
  } catch {
    return undefined;
  }
}

async function readText(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<string> {
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.toString("utf8", 0, length);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
