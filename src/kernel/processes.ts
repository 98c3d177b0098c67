import { numberedEntries } from "./directory.ts";
import type { PeerTable } from "./peer-table.ts";
import { codeOf, linkedInode, OPEN, readComm, type Search } from "./proc.ts";

/** Sockets whose owner is kept or looked for, as many as the join has addresses; those beyond stay nameless. */
const MAX_SOCKETS = 65_536;

/** What one poll may spend. The first may spend enough for the processes of a common server. */
const BUDGET = 3000;
const FIRST_BUDGET = 20_000;
/** The part of it for all processes, so that those near at hand do not use it up. */
const FAR_BUDGET = 750;

/** An inode that no process shows (the kernel's own, another namespace's, unreadable) is looked for again after this. */
const ABSENT_MS = 60_000;
/** A process may take another name, or end and leave its sockets to another. */
const NAME_MS = 10_000;
/** Forgetting walks over all that is kept: once in so many polls. */
const FORGET_POLLS = 16;

/** What is known of one socket. */
interface Owned {
  /** 0 while it is not known. */
  pid: number;
  fd: number;
  /** Poll in which it was last in the table, and the one since which its owner is looked for. */
  seen: number;
  since: number;
  absentUntil: number;
}

interface Name {
  readonly comm: string;
  readonly until: number;
}

/**
 * Which process holds which socket, by the inode that /proc/PID/fd shows (proc(5)). What was found is kept
 * while the socket lives. A new inode is looked for in the processes that hold sockets already and in new
 * ones, then in all others, over as many polls as the budget asks: nothing walks all of /proc at once.
 */
export class Processes {
  /** Sockets of the last poll not looked for because too many are held already. */
  refused = 0;
  /** Some sockets have no process because processes may not be read. */
  unreadable = false;
  readonly #root: string;
  readonly #sockets = new Map<number, Owned>();
  /** By process: the inode at each descriptor that needs no second look while that socket lives. */
  readonly #holders = new Map<number, Map<number, number>>();
  readonly #names = new Map<number, Name>();
  #listed = new Set<number>();
  #near: Search | undefined;
  #far: Search | undefined;
  #now = 0;
  #poll = 0;
  #wanted = 0;
  /** A process was refused in the search under way, and in the last one that ended. */
  #denied = false;
  #restricted = false;

  constructor(procRoot: string) {
    this.#root = procRoot;
  }

  /**
   * Fills the `pid` column and `processes` of the table with what is known, after looking for what is not
   * within the budget of one poll. `listening`: the inodes of what listens, in one list or several. `now` in
   * epoch milliseconds. Throws where /proc itself cannot be read.
   */
  resolve(table: PeerTable, listening: readonly Uint32Array[], now: number): void {
    this.#now = now;
    this.#poll++;
    this.#wanted = 0;
    this.refused = 0;
    if (this.#poll % FORGET_POLLS === 0 || this.#sockets.size >= MAX_SOCKETS) this.#forget();
    // Whoever listens will accept: listeners make their owners the first to be asked.
    let waiting = false;
    for (const inodes of listening) for (const inode of inodes) waiting = this.#want(inode) || waiting;
    for (let i = 0; i < table.length; i++) waiting = this.#want(table.inode[i] as number) || waiting;
    try {
      this.#search(waiting);
    } finally {
      this.#fill(table);
    }
  }

  /** Notes that `inode` is in the table; true when its owner was wanted in an earlier poll too. */
  #want(inode: number): boolean {
    if (inode === 0) return false;
    let owned = this.#sockets.get(inode);
    if (owned === undefined) {
      if (this.#sockets.size >= MAX_SOCKETS) {
        this.refused++;
        return false;
      }
      owned = { pid: 0, fd: -1, seen: 0, since: this.#poll, absentUntil: 0 };
      this.#sockets.set(inode, owned);
    } else if (owned.seen === this.#poll) return false;
    // Gone for a while: the number was given to another socket.
    else if (owned.seen < this.#poll - 1) this.#disown(owned);
    owned.seen = this.#poll;
    if (!this.#isWanted(owned)) return false;
    this.#wanted++;
    return owned.since < this.#poll;
  }

  #isWanted(owned: Owned): boolean {
    return owned.pid === 0 && owned.absentUntil <= this.#now;
  }

  #disown(owned: Owned): void {
    owned.pid = 0;
    owned.since = this.#poll;
    owned.absentUntil = 0;
  }

  /** `waiting`: something is wanted for longer than this poll. Brief connections start no search of everything. */
  #search(waiting: boolean): void {
    let left = (this.#poll === 1 ? FIRST_BUDGET : BUDGET) - FAR_BUDGET;
    const step = (search: Search): boolean => {
      const { done, value } = search.next();
      left -= value ?? 0;
      return done === true;
    };
    try {
      while (this.#wanted > 0 && left > 0) {
        this.#near ??= this.#searchNear();
        if (!step(this.#near)) continue;
        this.#near = undefined;
        break;
      }
      left += FAR_BUDGET;
      while (waiting && this.#wanted > 0 && left > 0) {
        this.#far ??= this.#searchFar();
        if (!step(this.#far)) continue;
        this.#far = undefined;
        break;
      }
    } catch (error) {
      this.#stop();
      throw error;
    }
    if (this.#wanted === 0) this.#stop();
  }

  /** Ends both searches, which hold a directory open. */
  #stop(): void {
    this.#near?.return();
    this.#near = undefined;
    this.#far?.return();
    this.#far = undefined;
  }

  *#searchNear(): Search {
    for (const pid of [...this.#holders.keys()]) yield* this.#visit(pid, false);
    const listed = new Set<number>();
    for (const pid of numberedEntries(this.#root)) {
      yield 1;
      listed.add(pid);
      if (this.#listed.has(pid)) continue;
      yield* this.#visit(pid, false);
      // At once: a search ends early when all is found.
      this.#listed.add(pid);
    }
    this.#listed = listed;
  }

  *#searchFar(): Search {
    const started = this.#poll;
    this.#denied = false;
    for (const pid of numberedEntries(this.#root)) {
      yield 1;
      yield* this.#visit(pid, true);
    }
    for (const owned of this.#sockets.values()) {
      if (owned.pid === 0 && owned.since <= started) owned.absentUntil = this.#now + ABSENT_MS;
    }
    this.#restricted = this.#denied;
  }

  /** Looks at the descriptors of one process; `verify`: also at those whose socket is known. */
  *#visit(pid: number, verify: boolean): Search {
    yield OPEN;
    const path = `${this.#root}/${pid}/fd`;
    try {
      for (const fd of numberedEntries(path)) {
        yield 1;
        const known = this.#holders.get(pid)?.get(fd);
        const live = known !== undefined && this.#sockets.get(known)?.seen === this.#poll;
        if (live && !verify) continue;
        yield OPEN;
        const inode = linkedInode(`${path}/${fd}`, "socket");
        if (inode !== known) this.#found(pid, fd, inode, known);
      }
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      // Else the process has ended.
      if (code === "EACCES" || code === "EPERM") this.#denied = true;
    }
  }

  #found(pid: number, fd: number, inode: number, before: number | undefined): void {
    const lost = before === undefined ? undefined : this.#sockets.get(before);
    if (lost?.pid === pid && lost.fd === fd) this.#disown(lost);
    if (before !== undefined) this.#holders.get(pid)?.delete(fd);
    const owned = this.#sockets.get(inode);
    if (owned === undefined || owned.pid !== 0 || owned.seen !== this.#poll) return;
    if (this.#isWanted(owned)) this.#wanted--;
    owned.pid = pid;
    owned.fd = fd;
    let held = this.#holders.get(pid);
    if (held === undefined) {
      held = new Map();
      this.#holders.set(pid, held);
    }
    held.set(fd, inode);
  }

  #fill(table: PeerTable): void {
    const processes = new Map<number, string>();
    let absent = false;
    for (let i = 0; i < table.length; i++) {
      const inode = table.inode[i] as number;
      const owned = inode === 0 ? undefined : this.#sockets.get(inode);
      if (owned === undefined) continue;
      const { pid } = owned;
      if (pid === 0) absent ||= owned.absentUntil > this.#now;
      else if (processes.has(pid)) table.pid[i] = pid;
      else {
        const comm = this.#comm(pid);
        if (comm === undefined) this.#disown(owned);
        else {
          table.pid[i] = pid;
          processes.set(pid, comm);
        }
      }
    }
    table.processes = processes;
    this.unreadable = absent && this.#restricted;
  }

  /** The name of a process, `?` where it may not be read, undefined when the process is gone. */
  #comm(pid: number): string | undefined {
    const known = this.#names.get(pid);
    if (known !== undefined && this.#now < known.until) return known.comm;
    let comm = "?";
    try {
      comm = readComm(this.#root, pid);
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT" || code === "ESRCH") {
        this.#names.delete(pid);
        this.#holders.delete(pid);
        return undefined;
      }
    }
    this.#names.set(pid, { comm, until: this.#now + NAME_MS });
    return comm;
  }

  /** Drops the sockets that were not in the last table, and the processes left without any. */
  #forget(): void {
    for (const [inode, owned] of this.#sockets) {
      if (owned.seen >= this.#poll - 1) continue;
      this.#sockets.delete(inode);
      const held = this.#holders.get(owned.pid);
      if (held?.get(owned.fd) !== inode) continue;
      held.delete(owned.fd);
      if (held.size === 0) this.#holders.delete(owned.pid);
    }
    for (const pid of this.#names.keys()) if (!this.#holders.has(pid)) this.#names.delete(pid);
  }
}
