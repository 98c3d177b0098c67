import { ContainerNames } from "./container-names.ts";
import { FamilyTable } from "./family-table.ts";
import { Listeners } from "./listeners.ts";
import { Namespaces } from "./namespaces.ts";
import { PeerTable } from "./peer-table.ts";
import { type InUse, readInUse } from "./sockstat.ts";

/**
 * Tables read in one poll, the longest unread first. Each makes the kernel walk its hash table of all namespaces:
 * 2.3 ms where that has 262,144 buckets.
 */
const READS = 4;
const FIRST_READS = 16;
/**
 * A table that shows nothing and whose counts stay as they were is not read, but for one of them in so many
 * polls: half-open connections are in no count.
 */
const IDLE_POLLS = 5;
/** Namespaces whose counts are read in one poll, at 40 microseconds each. */
const LOOKS = 64;
/** What a namespace is called may change: a process that starts a container takes the container's name. */
const LABEL_MS = 10_000;

/** One network namespace. */
interface Container {
  readonly netns: number;
  readonly tables: readonly FamilyTable[];
  /** A process in it, as of the last look, and the poll of that. */
  pid: number;
  looked: number;
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
  readonly #containers = new Map<number, Container>();
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

  /** Containers with sockets of which none was read yet. */
  get unread(): number {
    let unread = 0;
    for (const { tables } of this.#containers.values()) {
      if (tables.some((table) => table.read === 0 && table.busy)) unread++;
    }
    return unread;
  }

  /** Inodes of the sockets that listen, in several lists. */
  get listening(): Uint32Array[] {
    return this.#families().map(({ listening }) => listening);
  }

  /** Listening sockets that were too many. */
  get refused(): number {
    return this.#families().reduce((sum, { refused }) => sum + refused, 0);
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
    for (const { netns, tables, label } of this.#containers.values()) {
      if (tables.some(({ start, end }) => end > start)) labels.set(netns, label);
    }
  }

  #families(): FamilyTable[] {
    return [...this.#containers.values()].flatMap(({ tables }) => tables);
  }

  #update(now: number): void {
    const { found } = this.namespaces;
    for (const netns of found.keys()) {
      if (!this.#containers.has(netns)) this.#containers.set(netns, newContainer(netns));
    }
    const before = this.#containers.size;
    if (before === 0) return;
    for (const netns of this.#containers.keys()) if (!found.has(netns)) this.#containers.delete(netns);
    const byAge = [...this.#containers.values()].sort((a, b) => a.looked - b.looked);
    const looked = byAge.slice(0, LOOKS).filter((container) => this.#look(container, now));
    const due = this.#choose(looked.flatMap(({ tables }) => tables));
    if (due.size > 0 || this.#containers.size < before) this.#rebuild(due);
  }

  /** Takes the counts of a namespace; false, and it is forgotten, where no process is left in it. */
  #look(container: Container, now: number): boolean {
    const pid = this.namespaces.processIn(container.netns);
    if (pid === undefined) {
      this.#containers.delete(container.netns);
      return false;
    }
    container.looked = this.#poll;
    if (pid !== container.pid || now >= container.labelUntil) {
      container.pid = pid;
      container.label = this.#names.labelOf(pid, container.netns, now);
      container.labelUntil = now + LABEL_MS;
    }
    const inUse = countsOf(`${this.#root}/${pid}`);
    for (const table of container.tables) table.look(inUse);
    return true;
  }

  /** Those to be read in this poll. */
  #choose(tables: FamilyTable[]): Set<FamilyTable> {
    tables.sort((a, b) => a.read - b.read);
    const busy = tables.filter((table) => table.busy);
    const due = new Set(busy.slice(0, this.#poll === 1 ? FIRST_READS : READS));
    if (this.#poll < this.#idleDue) return due;
    const idle = tables.find((table) => !table.busy && !table.empty);
    if (idle === undefined) return due;
    this.#idleDue = this.#poll + IDLE_POLLS;
    return due.add(idle);
  }

  #rebuild(due: ReadonlySet<FamilyTable>): void {
    this.#tables ??= newTables();
    const { past, next } = this.#tables;
    next.truncate(0);
    for (const container of this.#containers.values()) {
      next.namespace = container.netns;
      for (const table of container.tables) {
        const start = next.length;
        if (!due.has(table) || !this.#read(container, table, next)) next.append(past, table.start, table.end);
        table.start = start;
        table.end = next.length;
      }
    }
    this.#tables = { past: next, next: past };
  }

  /** Whether that went well; else the process has ended meanwhile, and another one will be asked. */
  #read({ pid, netns }: Container, table: FamilyTable, into: PeerTable): boolean {
    const isThere = (): boolean => this.namespaces.isIn(pid, netns);
    try {
      this.malformed += table.readInto(into, `${this.#root}/${pid}`, isThere, this.#poll);
      return true;
    } catch {
      return false;
    }
  }
}

function newContainer(netns: number): Container {
  const tables = [new FamilyTable("v4"), new FamilyTable("v6")];
  return { netns, tables, pid: 0, looked: 0, label: "", labelUntil: 0 };
}

function newTables(): { past: PeerTable; next: PeerTable } {
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
