import { statSync } from "node:fs";
import { numberedEntries } from "./directory.ts";
import { codeOf, linkedInode, OPEN, type Search } from "./proc.ts";

/** More than the containers of a host; those beyond it are counted. */
const MAX_NAMESPACES = 256;
/** /proc is walked once in so many polls, and at most so much of it in one. */
const SWEEP_POLLS = 5;
const BUDGET = 750;
const FIRST_BUDGET = 20_000;
/** Sweeps in which a new process is looked at: what starts a container goes into its namespace a little later. */
const YOUNG = 2;
/** Of the others, each is looked at in one sweep of so many: few go into another namespace. */
const REVISIT = 8;

/** What is known of one process. */
interface Known {
  /** Its namespace, 0 where that may not be read: then `table` is the inode of its /proc/PID/net/tcp. */
  netns: number;
  table: number;
  /** Sweeps that saw it, and the last one. */
  age: number;
  seen: number;
}

/**
 * The network namespaces of other processes (network_namespaces(7)), found by /proc/PID/ns/net over as many
 * polls as the budget asks, new processes first. One without processes is not found.
 */
export class Namespaces {
  /** By the namespace's inode: the processes seen in it. */
  readonly found: ReadonlyMap<number, ReadonlySet<number>>;
  /** Namespaces beyond the bound, and those whose processes may not be looked at, as of the last whole sweep. */
  refused = 0;
  unreadable = 0;
  readonly #found = new Map<number, Set<number>>();
  readonly #root: string;
  readonly #known = new Map<number, Known>();
  #sweep: Search | undefined;
  #sweeps = 0;
  #poll = 0;
  #due = 1;

  constructor(procRoot: string) {
    this.#root = procRoot;
    this.found = this.#found;
  }

  /** Goes on looking, within the budget of one poll. Throws where /proc cannot be read. */
  look(): void {
    this.#poll++;
    if (this.#sweep === undefined && this.#poll < this.#due) return;
    this.#sweep ??= this.#walk();
    try {
      for (let left = this.#poll === 1 ? FIRST_BUDGET : BUDGET; left > 0; ) {
        const { done, value } = this.#sweep.next();
        left -= value ?? 0;
        if (done !== true) continue;
        this.#rest();
        return;
      }
    } catch (error) {
      this.#rest();
      throw error;
    }
  }

  /** A process that is in the namespace now, or undefined where none is known: then it is no longer found. */
  processIn(netns: number): number | undefined {
    for (const pid of this.#found.get(netns) ?? []) {
      if (this.isIn(pid, netns)) return pid;
      this.#leave(pid, netns);
      this.#known.delete(pid);
    }
    return undefined;
  }

  isIn(pid: number, netns: number): boolean {
    try {
      return linkedInode(`${this.#root}/${pid}/ns/net`, "net") === netns;
    } catch {
      return false;
    }
  }

  #rest(): void {
    this.#sweep = undefined;
    this.#due = this.#poll + SWEEP_POLLS;
  }

  *#walk(): Search {
    const sweep = ++this.#sweeps;
    // Asked each time: nothing else says that the mount of /proc is gone.
    const own = linkedInode(`${this.#root}/self/ns/net`, "net");
    const ownTable = statSync(`${this.#root}/self/net/tcp`).ino;
    yield 2 * OPEN;
    for (const pid of numberedEntries(this.#root)) {
      yield 1;
      let known = this.#known.get(pid);
      if (known === undefined) {
        known = { netns: own, table: 0, age: 0, seen: 0 };
        this.#known.set(pid, known);
      }
      known.seen = sweep;
      if (known.age++ >= YOUNG && (known.age + pid) % REVISIT !== 0) continue;
      yield OPEN;
      this.#visit(pid, known);
      if (known.netns !== own) this.#join(pid, known.netns);
    }
    this.#count(sweep, own, ownTable);
  }

  #visit(pid: number, known: Known): void {
    const before = known.netns;
    known.netns = 0;
    known.table = 0;
    try {
      known.netns = linkedInode(`${this.#root}/${pid}/ns/net`, "net");
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      // Else the process has ended.
      if (code === "EACCES" || code === "EPERM") known.table = tableOf(this.#root, [pid]);
    }
    if (known.netns !== before) this.#leave(pid, before);
  }

  #join(pid: number, netns: number): void {
    if (netns === 0) return;
    const pids = this.#found.get(netns);
    if (pids !== undefined) pids.add(pid);
    else if (this.#found.size < MAX_NAMESPACES) this.#found.set(netns, new Set([pid]));
  }

  #leave(pid: number, netns: number): void {
    const pids = this.#found.get(netns);
    pids?.delete(pid);
    if (pids?.size === 0) this.#found.delete(netns);
  }

  /** Ends a sweep: forgets the processes that are gone, and counts what cannot be had. */
  #count(sweep: number, own: number, ownTable: number): void {
    const refused = new Set<number>();
    const tables = new Set<number>();
    for (const [pid, { netns, table, seen }] of this.#known) {
      if (seen !== sweep) {
        this.#known.delete(pid);
        this.#leave(pid, netns);
      } else if (netns === 0) {
        if (table !== 0 && table !== ownTable) tables.add(table);
      } else if (netns !== own) {
        this.#join(pid, netns);
        if (!this.#found.has(netns)) refused.add(netns);
      }
    }
    this.refused = refused.size;
    // A namespace with one process that may be looked at is not hidden by the others.
    if (tables.size > 0) for (const pids of this.#found.values()) tables.delete(tableOf(this.#root, pids));
    this.unreadable = tables.size;
  }
}

/** The inode of /proc/PID/net/tcp of the first of these processes, 0 where there is none: each namespace has another. */
function tableOf(root: string, [pid]: Iterable<number>): number {
  try {
    return statSync(`${root}/${pid}/net/tcp`).ino;
  } catch {
    return 0;
  }
}
