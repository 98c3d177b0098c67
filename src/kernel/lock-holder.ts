import { codeOf, readComm, readStart } from "./proc.ts";

/** Locks of a whole machine are some dozens. */
const MAX_LOCKS = 256 * 1024;
const MAX_STAT = 1024;

/** What of stat(2) names a file. */
export interface LockedFile {
  /** As makedev(3) puts major and minor number together. */
  readonly dev: number;
  readonly ino: number;
}

/** A process that keeps others waiting. */
export interface LockHolder {
  readonly pid: number;
  readonly comm: string;
  /** It was stopped (SIGSTOP, Ctrl-Z), and gives up nothing until it goes on. */
  readonly stopped: boolean;
}

/**
 * Who has the flock(2) of the file of this device and inode (stat(2)), by `procRoot`/locks (proc_locks(5)); undefined
 * where nobody has, or nobody whom this process can see.
 */
export function lockHolder(procRoot: string, { dev, ino }: LockedFile): LockHolder | undefined {
  try {
    const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)].map((number) =>
      number.toString(16).padStart(2, "0"),
    );
    const pattern = new RegExp(`^\\d+: FLOCK\\s+ADVISORY\\s+WRITE (\\d+) ${major}:${minor}:${ino} `, "m");
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
