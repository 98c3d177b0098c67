import { Directions } from "./directions.ts";
import type { PeerTable } from "./peer-table.ts";
import { readTcp, readTcp6 } from "./proc-net-tcp.ts";
import type { InUse } from "./sockstat.ts";

/**
 * The sockets of one family in one network namespace: where their rows are in the table of the last poll, and
 * whether they have to be read again. A connection and its listener are of the same family, an IPv4 connection
 * to an IPv6 listener too.
 */
export class FamilyTable {
  start = 0;
  end = 0;
  /** Inodes of what listens, and how many there were beyond what can be known. */
  listening = new Uint32Array(0);
  refused = 0;
  /** The poll of the last reading, 0 before the first. */
  read = 0;
  readonly #family: "v4" | "v6";
  readonly #directions = new Directions();
  /** As of the last look, and of the last reading: undefined where they are not known. */
  #now: InUse | undefined;
  #then: InUse | undefined;

  constructor(family: "v4" | "v6") {
    this.#family = family;
  }

  /** Whether the kernel counts no socket: half-open connections are not counted, but have a listener. */
  get empty(): boolean {
    return this.#now !== undefined && this.#now[this.#family] + this.#now.waiting === 0;
  }

  /** Whether its rows may be others than when they were read. */
  get busy(): boolean {
    if (this.end > this.start || this.#now === undefined) return true;
    if (this.#then === undefined) return !this.empty;
    return this.#now[this.#family] !== this.#then[this.#family] || this.#now.waiting !== this.#then.waiting;
  }

  /** Takes the counts of its namespace as they are now. */
  look(inUse: InUse | undefined): void {
    this.#now = inUse;
  }

  /**
   * Appends its sockets to `table`, as process `pid` shows them, with their direction. Returns how many rows
   * could not be understood. Throws the error of open(2) or read(2), or where `isThere`, asked after reading, says
   * that the process is not in the namespace: then nothing was appended.
   */
  readInto(table: PeerTable, path: string, isThere: () => boolean, poll: number): number {
    const start = table.length;
    this.read = poll;
    this.#then = undefined;
    table.listeners.clear();
    try {
      const malformed = this.empty ? 0 : (this.#family === "v4" ? readTcp : readTcp6)(path, table);
      if (!isThere()) throw new Error(`${path} is not in the namespace`);
      this.#then = this.#now;
      this.#directions.decide(table, start, true);
      this.listening = table.listeners.listening.slice();
      this.refused = table.listeners.refused;
      return malformed;
    } catch (error) {
      table.truncate(start);
      throw error;
    }
  }
}
