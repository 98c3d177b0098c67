import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { messageOf } from "../model/message-of.ts";

/** What the tailer looks at in a stat. Big integers, because an inode number may need 64 bits. */
export type Stat = Pick<
  BigIntStats,
  "dev" | "ino" | "size" | "mtimeNs" | "ctimeNs" | "birthtimeNs" | "isFile" | "isFIFO" | "isDirectory"
>;

/** The system calls of the tailer; all of them throw errors with a `code`. A test may act between any two. */
export interface TailFs {
  stat(path: string): Stat;
  fstat(fd: number): Stat;
  open(path: string): number;
  /** Reads up to `length` bytes at `position` to the start of `into`; returns how many. */
  pread(fd: number, into: Buffer, length: number, position: number): number;
  readdir(path: string): string[];
  realpath(path: string): string;
  close(fd: number): void;
}

/** The real ones. Opening never blocks, whatever lies at the path. */
export const realFs: TailFs = {
  stat: (path) => statSync(path, { bigint: true }),
  fstat: (fd) => fstatSync(fd, { bigint: true }),
  open: (path) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
  pread: (fd, into, length, position) => readSync(fd, into, 0, length, position),
  readdir: (path) => readdirSync(path),
  realpath: (path) => realpathSync(path),
  close: (fd) => closeSync(fd),
};

/** The clock of a file system may stand for some milliseconds: a stat seen this recently may hide a later change. */
export const COARSE = 100;

/** What the kernel calls this file as long as somebody holds it open; afterwards the number may be given again. */
export function idOf(stat: Stat): string {
  return `${stat.dev}:${stat.ino}`;
}

const REASONS: Record<string, string> = {
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  ELOOP: "its symbolic links lead nowhere",
  ESTALE: "the file server no longer has it",
  EIO: "the disk could not read it",
};

/** Why a call failed, for a person; nothing where the file just is not there. */
export function reasonOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  return REASONS[code] ?? messageOf(error);
}
