import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { ReadFile } from "./file.ts";
import type { Input } from "./load.ts";

/** Far above any configuration, or list of users, that a person keeps. */
const MAX_BYTES = 2 ** 20;

/** The command line, the environment, the effective user and the files of this process. Only here are they read. */
export function processInput(): Input {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    uid: process.geteuid?.() ?? 0,
    readFile,
  };
}

/** Who runs this process: for the audit log, and for who must not be locked out. */
export function actor(): {
  readonly uid: number;
  readonly sudoUser: string | undefined;
  /** The environment's, as sshd sets them: `address port address port`, and the older one. */
  readonly sshConnection: string | undefined;
  readonly sshClient: string | undefined;
} {
  const { SUDO_USER, SSH_CONNECTION, SSH_CLIENT } = process.env;
  return {
    uid: process.geteuid?.() ?? 0,
    sudoUser: SUDO_USER,
    sshConnection: SSH_CONNECTION,
    sshClient: SSH_CLIENT,
  };
}

/** Reads a regular file of UTF-8 of at most 1 MiB; opens it once, so that what is judged is what is read. */
export const readFile: ReadFile = (path) => {
  let file: number;
  try {
    // Non-blocking: the open of a FIFO would wait for a writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return reason(error);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return { problem: "not a regular file" };
    const bytes = new Uint8Array(MAX_BYTES + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got) {
      got = readSync(file, bytes, length, bytes.length - length, null);
    }
    if (length > MAX_BYTES) return { problem: "larger than 1 MiB" };
    return {
      text: new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length)),
      owner: stat.uid,
    };
  } catch (error) {
    if (error instanceof TypeError) return { problem: "not UTF-8" };
    return reason(error);
  } finally {
    closeSync(file);
  }
};

/** What a system call's error says, in words; undefined where there is no such file. */
function reason(error: unknown): { problem: string; denied?: true } | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  if (code === "EACCES") return { problem: "no permission to read it", denied: true };
  return { problem: `cannot be read (${code})` };
}
