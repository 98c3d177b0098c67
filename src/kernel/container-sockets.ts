import { ContainerNames } from "./container-names.ts";
import { Directions } from "./directions.ts";
import { Listeners } from "./listeners.ts";
import { Namespaces } from "./namespaces.ts";
import { PeerTable } from "./peer-table.ts";
import { readProcNetTcp } from "./proc-net-tcp.ts";
import { type InUse, readInUse } from "./sockstat.ts";

/**
 * Tables read in one poll, those of the longest unread namespaces. Each costs a walk over the kernel's table
 * of all namespaces: 4 ms a family where it has 262,144 buckets.
 */
const READS = 4;
const FIRST_READS = 16;
/**
 * A namespace that shows nothing and whose counts stay as they were is not read, but for one of them in so many
 * polls: half-open connections are in no count.
 */
const IDLE_POLLS = 5;
/** Namespaces whose counts are read in one poll, at 40 microseconds each. */
const LOOKS = 64;
/** What a namespace is called may change: a process that starts a container takes the container's name. */
const LABEL_MS = 10_000;

interface Entry {
  readonly netns: number;
  /** Its rows in the table of the last poll. */
  start: number;
  end: number;
  /** Inodes of what listens in it. */
  listening: Uint32Array;
  /** Listening sockets too many to be known. */
  refused: number;
  directions: Directions;
  /** A process in it, and its counts, as of the last look. */
  pid: number;
  inUse: InUse | undefined;
  /** Its counts when its table was read: undefined before that, and after a failure. */
  readAt: InUse | undefined;
  /** Polls of the last look and the last reading. */
  looked: number;
  read: number;
  label: string;
  labelUntil: number;
}

/** The sockets in the network namespaces of containers: of any but the one the program is in. */
export class ContainerSockets {
  readonly namespaces: Namespaces;
  /** Lines that could not be understood, since the start. */
  malformed = 0;
  readonly #root: string;
  readonly #names: ContainerNames;
  readonly #entries = new Map<number, Entry>();
  /** Made for the first container: the rows of the last poll, and where those of the next one go. */
  #tables: { past: PeerTable; next: PeerTable } | undefined;
  #poll = 0;
  #idleDue = 0;

  /** `root`: where the files of the host are, as of its container engines. */
  constructor(procRoot: string, root: string) {
    this.#root = procRoot;
    this.namespaces = new Namespaces(procRoot);
    this.#names = new ContainerNames(procRoot, root);
  }

  /** Inodes of the sockets that listen, a list for each container. */
  get listening(): Uint32Array[] {
    return Array.from(this.#entries.values(), ({ listening }) => listening);
  }

  /** Listening sockets of the last poll that were too many. */
  get refused(): number {
    let refused = 0;
    for (const entry of this.#entries.values()) refused += entry.refused;
    return refused;
  }

  /**
   * Looks for containers and reads their tables within the budget of one poll; what was not read stays as it
   * was. `now` in epoch milliseconds. Throws where /proc cannot be read.
   */
  poll(now: number): void {
    this.#poll++;
    try {
      this.namespaces.look();
    } finally {
      this.#update(now);
    }
  }

  /** Adds the rows of all containers to `table`, and what they are called. */
  addTo(table: PeerTable): void {
    const labels = new Map<number, string>();
    table.containers = labels;
    if (this.#tables === undefined) return;
    table.append(this.#tables.past, 0, this.#tables.past.length);
    for (const { netns, start, end, label } of this.#entries.values())
      if (end > start) labels.set(netns, label);
  }

  #update(now: number): void {
    const { found } = this.namespaces;
    for (const netns of found.keys()) if (!this.#entries.has(netns)) this.#entries.set(netns, fresh(netns));
    if (this.#entries.size === 0) return;
    let gone = false;
    for (const entry of this.#entries.values()) {
      if (found.has(entry.netns)) continue;
      this.#entries.delete(entry.netns);
      gone = true;
    }
    const looked = [...this.#entries.values()].sort((a, b) => a.looked - b.looked).slice(0, LOOKS);
    for (const entry of looked) gone = this.#look(entry, now) || gone;
    const due = this.#choose(looked.filter(({ netns }) => this.#entries.has(netns)));
    if (gone || due.size > 0) this.#rebuild(due);
  }

  /** Whether rows of the namespace are gone at once. */
  #look(entry: Entry, now: number): boolean {
    entry.looked = this.#poll;
    const pid = this.namespaces.processIn(entry.netns);
    if (pid === undefined) {
      this.#entries.delete(entry.netns);
      return true;
    }
    if (pid !== entry.pid || now >= entry.labelUntil) {
      entry.pid = pid;
      entry.label = this.#names.labelOf(pid, entry.netns, now);
      entry.labelUntil = now + LABEL_MS;
    }
    entry.inUse = countsOf(`${this.#root}/${pid}`);
    return false;
  }

  /** Those to be read in this poll. */
  #choose(looked: readonly Entry[]): Set<Entry> {
    const byAge = [...looked].sort((a, b) => a.read - b.read);
    const busy = byAge.filter(isBusy).slice(0, this.#poll === 1 ? FIRST_READS : READS);
    const due = new Set(busy);
    if (this.#poll < this.#idleDue) return due;
    const idle = byAge.find((entry) => !isBusy(entry) && !isEmpty(entry.inUse));
    if (idle === undefined) return due;
    this.#idleDue = this.#poll + IDLE_POLLS;
    return due.add(idle);
  }

  #rebuild(due: ReadonlySet<Entry>): void {
    this.#tables ??= both();
    const { past, next } = this.#tables;
    next.truncate(0);
    for (const entry of this.#entries.values()) {
      const start = next.length;
      if (!due.has(entry) || !this.#read(entry, next)) next.append(past, entry.start, entry.end);
      entry.start = start;
      entry.end = next.length;
    }
    this.#tables = { past: next, next: past };
  }

  /** Adds the sockets of one namespace to `table`; false, and nothing added, where that did not go well. */
  #read(entry: Entry, table: PeerTable): boolean {
    const start = table.length;
    entry.read = this.#poll;
    entry.readAt = undefined;
    table.listeners.clear();
    table.namespace = entry.netns;
    try {
      this.malformed += readProcNetTcp(`${this.#root}/${entry.pid}`, table, familiesOf(entry.inUse));
    } catch {
      table.truncate(start);
      return false;
    }
    // The process may have ended meanwhile, or gone elsewhere.
    if (!this.namespaces.isIn(entry.pid, entry.netns)) {
      table.truncate(start);
      return false;
    }
    entry.readAt = entry.inUse;
    entry.directions.decide(table, start, true);
    entry.listening = table.listeners.listening.slice();
    entry.refused = table.listeners.refused;
    return true;
  }
}

function fresh(netns: number): Entry {
  return {
    netns,
    start: 0,
    end: 0,
    listening: new Uint32Array(0),
    refused: 0,
    directions: new Directions(),
    pid: 0,
    inUse: undefined,
    readAt: undefined,
    looked: 0,
    read: 0,
    label: "",
    labelUntil: 0,
  };
}

function both(): { past: PeerTable; next: PeerTable } {
  const listeners = new Listeners();
  return { past: new PeerTable(listeners), next: new PeerTable(listeners) };
}

/** The counts of the namespace of a process, undefined where they cannot be read. */
function countsOf(path: string): InUse | undefined {
  try {
    return readInUse(path);
  } catch {
    return undefined;
  }
}

/** Whether its table may show something else than when it was read. */
function isBusy({ start, end, inUse, readAt }: Entry): boolean {
  if (end > start || inUse === undefined) return true;
  // Never read and empty: there is nothing to know.
  if (readAt === undefined) return !isEmpty(inUse);
  return inUse.v4 !== readAt.v4 || inUse.v6 !== readAt.v6 || inUse.waiting !== readAt.waiting;
}

function isEmpty(inUse: InUse | undefined): boolean {
  return inUse !== undefined && inUse.v4 + inUse.v6 + inUse.waiting === 0;
}

/** Half-open connections have a listener of their family, so a family without sockets need not be read. */
function familiesOf(inUse: InUse | undefined): { readonly v4: boolean; readonly v6: boolean } {
  if (inUse === undefined || inUse.waiting > 0) return { v4: true, v6: true };
  return { v4: inUse.v4 > 0, v6: inUse.v6 > 0 };
}
