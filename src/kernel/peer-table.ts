import { isLoopback } from "../model/cidr.ts";
import { type SocketTable, TCP_LISTEN, TCP_NEW_SYN_RECV, TCP_STATES, TCP_SYN_RECV } from "../model/event.ts";
import type { Listeners } from "./listeners.ts";

/** Ten times the sockets of a busy server, in 45 MB; those beyond it are refused and counted. */
const MAX_ROWS = 524_288;
const FIRST_ROWS = 1024;

/**
 * The socket table while it is being read. A reader writes the columns of row `length` and calls
 * {@link commit}; columns grow by doubling and are kept from poll to poll. Beside those of the model it
 * holds what names a socket to the kernel.
 */
export class PeerTable implements SocketTable {
  length = 0;
  refused = 0;
  local = new Uint32Array(4 * FIRST_ROWS);
  remote = new Uint32Array(4 * FIRST_ROWS);
  localPort = new Uint16Array(FIRST_ROWS);
  remotePort = new Uint16Array(FIRST_ROWS);
  state = new Uint8Array(FIRST_ROWS);
  inbound = new Uint8Array(FIRST_ROWS);
  netns = new Uint32Array(FIRST_ROWS);
  containers: ReadonlyMap<number, string> = new Map();
  pid = new Int32Array(FIRST_ROWS);
  processes: ReadonlyMap<number, string> = new Map();
  hasInfo = new Uint8Array(FIRST_ROWS);
  inBytes = new Float64Array(FIRST_ROWS);
  outBytes = new Float64Array(FIRST_ROWS);
  rtt = new Uint32Array(FIRST_ROWS);
  retransmits = new Uint32Array(FIRST_ROWS);
  /** Of the socket's file, 0 where it has none (TIME_WAIT, SYN_RECV, orphans). */
  inode = new Uint32Array(FIRST_ROWS);
  /** Interface it is bound to, and the kernel's 64-bit name of it, low word first. */
  device = new Uint32Array(FIRST_ROWS);
  cookie = new Uint32Array(2 * FIRST_ROWS);

  /** Where listening sockets go. */
  readonly listeners: Listeners;
  /** The network namespace of the sockets being read, as in the column `netns`. */
  namespace = 0;

  constructor(listeners: Listeners) {
    this.listeners = listeners;
  }

  /** Forgets the rows from `length` on. */
  truncate(length: number): void {
    this.length = length;
    this.refused = 0;
  }

  /**
   * Takes the row just written, whose `pid`, `inbound` and `hasInfo` start at 0. Listeners go aside;
   * sockets without a peer of their own (loopback, unconnected) and unknown states are dropped.
   */
  commit(): void {
    const i = this.length;
    if (this.state[i] === TCP_NEW_SYN_RECV) this.state[i] = TCP_SYN_RECV;
    const state = this.state[i] as number;
    if (state === TCP_LISTEN) {
      this.listeners.add(this.local, 4 * i, this.localPort[i] as number, this.inode[i] as number);
      return;
    }
    if (state === 0 || state >= TCP_STATES.length || isLoopback(this.remote, 4 * i)) return;
    if (i === MAX_ROWS - 1) {
      this.refused++;
      return;
    }
    this.length++;
    if (this.length === this.state.length) this.#grow(2 * this.length);
    this.pid[i] = 0;
    this.inbound[i] = 0;
    this.netns[i] = this.namespace;
  }

  /**
   * Adds rows `start` to `end` of another table with their direction and namespace, without process and
   * TCP_INFO. What does not fit is refused and counted.
   */
  append(from: PeerTable, start: number, end: number): void {
    const at = this.length;
    const rows = Math.min(end - start, MAX_ROWS - 1 - at);
    this.refused += end - start - rows;
    let capacity = this.state.length;
    while (capacity <= at + rows) capacity *= 2;
    if (capacity > this.state.length) this.#grow(capacity);
    this.length += rows;
    const stop = start + rows;
    this.local.set(from.local.subarray(4 * start, 4 * stop), 4 * at);
    this.remote.set(from.remote.subarray(4 * start, 4 * stop), 4 * at);
    this.localPort.set(from.localPort.subarray(start, stop), at);
    this.remotePort.set(from.remotePort.subarray(start, stop), at);
    this.state.set(from.state.subarray(start, stop), at);
    this.inbound.set(from.inbound.subarray(start, stop), at);
    this.netns.set(from.netns.subarray(start, stop), at);
    this.inode.set(from.inode.subarray(start, stop), at);
    this.pid.fill(0, at, this.length);
    this.hasInfo.fill(0, at, this.length);
  }

  #grow(rows: number): void {
    this.local = grown(this.local, new Uint32Array(4 * rows));
    this.remote = grown(this.remote, new Uint32Array(4 * rows));
    this.localPort = grown(this.localPort, new Uint16Array(rows));
    this.remotePort = grown(this.remotePort, new Uint16Array(rows));
    this.state = grown(this.state, new Uint8Array(rows));
    this.inbound = grown(this.inbound, new Uint8Array(rows));
    this.netns = grown(this.netns, new Uint32Array(rows));
    this.pid = grown(this.pid, new Int32Array(rows));
    this.hasInfo = grown(this.hasInfo, new Uint8Array(rows));
    this.inBytes = grown(this.inBytes, new Float64Array(rows));
    this.outBytes = grown(this.outBytes, new Float64Array(rows));
    this.rtt = grown(this.rtt, new Uint32Array(rows));
    this.retransmits = grown(this.retransmits, new Uint32Array(rows));
    this.inode = grown(this.inode, new Uint32Array(rows));
    this.device = grown(this.device, new Uint32Array(rows));
    this.cookie = grown(this.cookie, new Uint32Array(2 * rows));
  }
}

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

function grown<T extends Column>(from: Column, into: T): T {
  into.set(from);
  return into;
}
