import { codeOf, readComm, readStart } from "./proc.ts";

/** Locks of a whole machine are some dozens. */
const MAX_LOCKS = 256 * 1024;
const MAX_STAT = 1024;

/** A process that keeps others waiting. */
export interface LockHolder {
  readonly pid: number;
  readonly comm: string;
  /** It was stopped (SIGSTOP, Ctrl-Z), and gives up nothing until it goes on. */
  readonly stopped: boolean;
}

/**
 * Who has the flock(2) of the file with this inode, by `procRoot`/locks (proc_locks(5)); undefined where nobody has, or
 * nobody whom this process can see.
 */
export function lockHolder(procRoot: string, inode: bigint | number): LockHolder | undefined {
  try {
    const pattern = new RegExp(`^\\d+: FLOCK\\s+ADVISORY\\s+WRITE (\\d+) [0-9a-f]+:[0-9a-f]+:${inode} `, "m");
    const pid = Number(pattern.exec(readStart(`${procRoot}/locks`, MAX_LOCKS) ?? "")?.[1] ?? 0);
    if (pid === 0) return undefined;
    // proc_pid_stat(5): the name is in parentheses and may hold some; the state follows.
    const stat = readStart(`${procRoot}/${pid}/stat`, MAX_STAT) ?? "";
    const state = stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
    return { pid, comm: readComm(procRoot, pid), stopped: state === "T" || state === "t" };
  } catch (error) {
    // It ended meanwhile, or there is no /proc.
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}
