import { type SocketTable, TCP_STATES, TCP_SYN_RECV } from "../model/event.ts";
import type { Listeners } from "./listeners.ts";
import type { PeerTable } from "./peer-table.ts";

const SYN_SENT = TCP_STATES.indexOf("SYN_SENT");

/** As many sockets as the join has addresses; what is beyond it counts as outbound. */
const MAX_SURVIVORS = 65_536;

/** The sockets that a vanished listener left behind on its port. */
interface Former {
  survivors: Set<string>;
  /** Until the next whole table, whatever is on the port is taken for a survivor. */
  open: boolean;
}

/**
 * Who connected to whom: in when the local port listens, else out. Sockets outlive their listener (a
 * server that stops or reloads), so those of a vanished one are remembered until they are gone too.
 */
export class Directions {
  /** What listened at the last {@link decide}: addresses as in Listeners, and ports. */
  #words = new Uint32Array(0);
  #ports = new Uint16Array(0);
  readonly #former = new Map<number, Former>();
  #survivors = 0;

  /**
   * Fills the `inbound` column from row `from` on; the table's listeners must be all that listen now.
   * `whole`: those rows are all the sockets there are.
   */
  decide(table: PeerTable, from: number, whole: boolean): void {
    this.#compare(table.listeners);
    const next = new Map<Former, Set<string>>();
    if (whole) for (const former of this.#former.values()) next.set(former, new Set());
    if (whole) this.#survivors = 0;
    for (let i = from; i < table.length; i++) table.inbound[i] = this.#isInbound(table, i, next) ? 1 : 0;
    for (const [port, former] of this.#former) {
      const seen = next.get(former);
      if (seen === undefined) continue;
      former.survivors = seen;
      former.open = false;
      if (seen.size === 0) this.#former.delete(port);
    }
  }

  /** Opens the ports whose listener is gone, and keeps those of today for the next time. */
  #compare(listeners: Listeners): void {
    for (const [i, port] of this.#ports.entries()) {
      if (listeners.accepts(this.#words, 4 * i, port)) continue;
      const former = this.#former.get(port);
      if (former === undefined) this.#former.set(port, { survivors: new Set(), open: true });
      else former.open = true;
    }
    this.#words = listeners.words.slice(0, 4 * listeners.length);
    this.#ports = listeners.ports.slice(0, listeners.length);
  }

  #isInbound(table: PeerTable, i: number, next: ReadonlyMap<Former, Set<string>>): boolean {
    if (table.state[i] === TCP_SYN_RECV) return true;
    if (table.state[i] === SYN_SENT) return false;
    const port = table.localPort[i] as number;
    if (table.listeners.accepts(table.local, 4 * i, port)) return true;
    const former = this.#former.size === 0 ? undefined : this.#former.get(port);
    if (former === undefined) return false;
    const key = keyOf(table, i);
    if (!former.open && !former.survivors.has(key)) return false;
    const into = next.get(former) ?? former.survivors;
    if (into.has(key)) return true;
    if (this.#survivors === MAX_SURVIVORS) return false;
    this.#survivors++;
    into.add(key);
    return true;
  }
}

/** The socket's addresses and remote port; its local port is known where this is asked. */
function keyOf(table: SocketTable, i: number): string {
  const { local, remote } = table;
  const words = [table.remotePort[i]];
  for (let w = 4 * i; w < 4 * i + 4; w++) words.push(local[w], remote[w]);
  return words.join();
}
