import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { tryLock } from "../kernel/libc.ts";
import { type LockedFile, type LockHolder, lockHolder } from "../kernel/lock-holder.ts";
import { shellWord } from "../model/shell-word.ts";

/** How long one program waits for another that changes the firewall (ms), and how often it asks. */
const PATIENCE = 30_000;
const ASK_AGAIN = 50;
/** Far above what any file here may grow to. */
const MAX_BYTES = 2 ** 25;

/** Where what was done is remembered: files that only their owner may read. */
export interface StateDirectory {
  readonly path: string;
  /** The text of a file; undefined where there is none. Throws an Error that names the file. */
  read(name: string): string | undefined;
  /** Puts `text` in its place at once: who reads sees all of the old or all of the new. Throws. */
  replace(name: string, text: string): void;
  /** Adds a line at its end; where it is larger than `limit` bytes it first becomes NAME.1. Throws. */
  append(name: string, line: string, limit: number): void;
  /** Waits until nobody else has it; where somebody keeps it too long, who. Throws. */
  lock(name: string): Promise<Lock | Kept>;
  /** What names a file of it to the kernel. Throws. */
  stat(name: string): LockedFile;
  /** As `lock`, without waiting; undefined where somebody has it. */
  tryLock(name: string): Lock | undefined;
}

/** Ends with {@link release}, and when its process dies. */
export interface Lock {
  release(): void;
}

/** Somebody has a lock, as far as can be seen this one. */
export interface Kept {
  readonly holder: LockHolder | undefined;
}

/** By whom alone a directory of ours may be written: group and others may not (inode(7)). */
const WRITTEN_BY_OTHERS = 0o022;

/**
 * The directory at `path`, made with its first file. Nothing in it is believed that belongs to somebody else, and nothing
 * at all where others may put files there or it is a link. `patience`: how long a lock is waited for (ms).
 */
export function stateDirectory(path: string, patience = PATIENCE): StateDirectory {
  const at = (name: string): string => join(path, name);
  const check = (): void => {
    const stat = lstatSync(path);
    const { uid, mode } = stat;
    if (!stat.isDirectory())
      throw new Error(
        stat.isSymbolicLink()
          ? `${path} is a link, which may lead to a place of somebody else's: put the directory itself there`
          : `${path} is no directory: move it away`,
      );
    const ours = process.geteuid?.() ?? uid;
    if (uid !== ours)
      throw new Error(`${path} belongs to uid ${uid}, not to uid ${ours}: chown ${ours} ${shellWord(path)}`);
    if ((mode & WRITTEN_BY_OTHERS) !== 0)
      throw new Error(`others may write to ${path}: chmod go-w ${shellWord(path)}`);
  };
  const make = (): void => {
    // What is there already is looked at first: of a link to nowhere no directory can be made.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
      mkdirSync(path, { recursive: true, mode: 0o700 });
    check();
  };
  const open = (name: string, flags: number): number => {
    // A link could lead a program of root's to anybody's file.
    const fd = openSync(at(name), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
    const { uid } = fstatSync(fd);
    const ours = process.geteuid?.() ?? uid;
    if (uid === ours) return fd;
    closeSync(fd);
    throw new Error(`${at(name)} belongs to uid ${uid}, not to uid ${ours}`);
  };
  const locked = (name: string): Lock | undefined => {
    make();
    const fd = open(name, constants.O_RDWR | constants.O_CREAT);
    if (tryLock(fd)) return { release: () => closeSync(fd) };
    closeSync(fd);
    return undefined;
  };
  return {
    path,
    read(name) {
      let fd: number;
      try {
        check();
        fd = open(name, constants.O_RDONLY);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
      try {
        const { size } = fstatSync(fd);
        if (size > MAX_BYTES) throw new Error(`${at(name)} is larger than ${MAX_BYTES} bytes`);
        const bytes = Buffer.alloc(size);
        return bytes.toString("utf8", 0, readSync(fd, bytes, 0, size, 0));
      } finally {
        closeSync(fd);
      }
    },
    replace(name, text) {
      make();
      const next = `${name}.next`;
      const fd = open(next, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
      try {
        writeFileSync(fd, text);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(at(next), at(name));
    },
    append(name, line, limit) {
      make();
      const found = lstatSync(at(name), { throwIfNoEntry: false });
      if (found !== undefined && found.size > limit) renameSync(at(name), at(`${name}.1`));
      const fd = open(name, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND);
      try {
        writeFileSync(fd, `${line}\n`);
      } finally {
        closeSync(fd);
      }
    },
    async lock(name) {
      for (let waited = 0; ; waited += ASK_AGAIN) {
        const lock = locked(name);
        if (lock !== undefined) return lock;
        if (waited >= patience) return { holder: lockHolder("/proc", statSync(at(name))) };
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
      }
    },
    stat: (name) => statSync(at(name)),
    tryLock: locked,
  };
}
