import { COARSE, type Stat } from "./tail-fs.ts";
import type { Generation } from "./tail-generation.ts";

/**
 * One file on the disk, whatever it is called now. While `fd` is open its identity is certain; closed, it is
 * only a guess, because the number is given again: then its content decides.
 */
export interface Inode<Owner> {
  readonly id: string;
  /** The log it belongs to. */
  owner: Owner;
  /** Where it was seen last. */
  path: string;
  /** -1 while not held. */
  fd: number;
  /** It has the log's own name. */
  current: boolean;
  /** It was found under a name at the last search. */
  listed: boolean;
  /** What it holds; undefined before its first whole line was read. */
  generation: Generation | undefined;
  /** Up to where it was seen to hold its generation: a smaller size means that it was truncated. */
  seen: number;
  /**
   * The newest generation when its content was looked at last. While it is current, what replaces that is none older:
   * what is new at the name is new, even if it looks the same.
   */
  since: number;
  /** What it holds up to here is not to be delivered. */
  settle: number;
  stat: Stat;
  /** When `stat` was seen first, and when its content was looked at last. */
  changedAt: number;
  checkedAt: number;
  /** When it was last seen to grow, or to have the log's name. */
  activeAt: number;
}

/** Takes note of a new stat. */
export function note(inode: Inode<unknown>, stat: Stat, at: number): void {
  const old = inode.stat;
  if (stat.size !== old.size || stat.mtimeNs !== old.mtimeNs || stat.ctimeNs !== old.ctimeNs)
    inode.changedAt = at;
  inode.stat = stat;
}

/** Whether it may have changed since its content was looked at. */
export function unchecked(inode: Inode<unknown>): boolean {
  return inode.checkedAt < inode.changedAt + COARSE;
}
