import { numberedEntries } from "./directory.ts";
import { codeOf, readStart } from "./proc.ts";

/** More than run on a common server, in a fifth of a second. */
const MAX_PROCESSES = 16_384;
/** What is needed of /proc/PID/stat, after a name of 64 bytes at most. */
const STAT_BYTES = 160;
/** A chain of parents is shorter; numbers that are given anew while it is read could make a ring of it. */
const MAX_DEPTH = 128;

/** linux/major.h: UNIX98_PTY_SLAVE_MAJOR. */
const PTY = 136;

/** A process. */
export interface Process {
  readonly pid: number;
  /** Its name; whoever starts a program here can choose it. */
  readonly comm: string;
  readonly parent: number;
  /** Its controlling terminal as the kernel numbers it, 0 for none. */
  readonly tty: number;
}

export type Processes = ReadonlyMap<number, Process>;

/**
 * All processes that `procRoot` shows, by their number; `whole` is false where there are more than are looked at. Throws
 * where /proc itself cannot be read.
 */
export function listProcesses(procRoot: string): { readonly processes: Processes; readonly whole: boolean } {
  const processes = new Map<number, Process>();
  for (const pid of numberedEntries(procRoot)) {
    if (processes.size === MAX_PROCESSES) return { processes, whole: false };
    const process = readProcess(procRoot, pid);
    if (process !== undefined) processes.set(pid, process);
  }
  return { processes, whole: true };
}

/** By proc_pid_stat(5). A name can hold anything, also parentheses and newlines; after it stand numbers only. */
export function parseStat(text: string): Process | undefined {
  const found = /^(\d+) \((.*)\) \S (\d+) \d+ \d+ (-?\d+) /s.exec(text);
  if (found === null) return undefined;
  const [, pid, comm = "", parent, tty] = found;
  return { pid: Number(pid), comm, parent: Number(parent), tty: Number(tty) };
}

function readProcess(procRoot: string, pid: number): Process | undefined {
  try {
    return parseStat(readStart(`${procRoot}/${pid}/stat`, STAT_BYTES) ?? "");
  } catch (error) {
    // It has ended, or is hidden (hidepid of proc(5)).
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The parent of a process, its parent and so on, without init, from whom everything descends. */
export function* ancestors(processes: Processes, pid: number): Generator<Process, void, undefined> {
  let process = processes.get(pid);
  for (let depth = 0; process !== undefined && depth < MAX_DEPTH; depth++) {
    if (process.parent <= 1) return;
    process = processes.get(process.parent);
    if (process !== undefined) yield process;
  }
}

/** `pts/3`; empty for no terminal and for those that nobody reaches by network. */
export function terminalName(tty: number): string {
  // new_encode_dev() of linux/kdev_t.h.
  if (((tty >>> 8) & 0xfff) !== PTY) return "";
  return `pts/${(tty & 0xff) | ((tty >>> 12) & 0xfff00)}`;
}
