import { formatIp, type Ip } from "../model/ip.ts";
import { numberedEntries } from "./directory.ts";
import { SystemError } from "./libc.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";
import { codeOf, linkedInode, readStart } from "./proc.ts";
import { readProcNetTcp, readProcNetUdp } from "./proc-net-tcp.ts";
import { SockDiag } from "./sock-diag.ts";

/** The connection of a login is among the first that its process opens. */
const MAX_DESCRIPTORS = 1024;
/** Descriptors looked at in all, some 40 ms. */
const BUDGET = 16_384;
/** Containers whose tables are read. */
const MAX_NAMESPACES = 64;

/** TCP_ESTABLISHED and TCP_LISTEN (net/tcp_states.h), as bits. */
const ESTABLISHED = 1;
const STATES = (1 << ESTABLISHED) | (1 << 10);

/** ip(7), ip_local_port_range: the ports of connections from here, unless they ask for another. */
const DEFAULT_RANGE = [32_768, 60_999] as const;

/** What a process is connected with. Peers on this host itself are left out. */
export interface HeldSockets {
  /** Peers of connections that came in and were handed to it: it does not listen for such itself. */
  readonly handed: readonly Ip[];
  /** Peers of connections that it accepted. */
  readonly accepted: readonly Ip[];
  /** Peers that it connected to. */
  readonly made: readonly Ip[];
}

const NONE: HeldSockets = { handed: [], accepted: [], made: [] };

/** The TCP or UDP sockets of a network namespace. */
interface Table {
  readonly rows: PeerTable;
  /** Where among the rows those with that inode are. */
  readonly byInode: ReadonlyMap<number, number>;
  /** The ports of listening sockets, by their inode. */
  readonly listening: ReadonlyMap<number, number>;
}

/**
 * Whom processes are connected with, each in its own network namespace, by the inodes of /proc/PID/fd (proc(5)). It is the
 * state of one moment: make it anew for the next.
 */
export class SocketHolders {
  /** Descriptors of a process, or sockets of a namespace, could not be read for lack of rights. */
  denied = false;
  /** More descriptors or namespaces than are looked at, or a table that cannot be read. */
  partial = false;
  readonly #root: string;
  readonly #own: number;
  readonly #range: readonly [number, number];
  readonly #tcp = new Map<number, Table | undefined>();
  readonly #udp = new Map<number, Table | undefined>();
  readonly #held = new Map<number, HeldSockets>();
  #left = BUDGET;

  constructor(procRoot: string) {
    this.#root = procRoot;
    this.#own = this.#namespaceOf("self");
    this.#range = portRange(procRoot);
  }

  /** By TCP, established. Nobody where the process has ended or may not be looked at. */
  connections(pid: number): HeldSockets {
    let held = this.#held.get(pid);
    if (held === undefined) {
      const inodes = this.#inodes(pid);
      const table = inodes.length === 0 ? undefined : this.#tableOf(pid, this.#tcp, readTcp);
      held = table === undefined ? NONE : this.#sort(table, inodes);
      this.#held.set(pid, held);
    }
    return held;
  }

  /** By connected sockets of UDP. */
  datagramPeers(pid: number): readonly Ip[] {
    const inodes = this.#inodes(pid);
    const table = inodes.length === 0 ? undefined : this.#tableOf(pid, this.#udp, readProcNetUdp);
    if (table === undefined) return [];
    return inodes.flatMap((inode) => {
      const row = table.byInode.get(inode);
      return row === undefined ? [] : [formatIp(table.rows.remote, 4 * row)];
    });
  }

  #inodes(pid: number): number[] {
    const inodes: number[] = [];
    const path = `${this.#root}/${pid}/fd`;
    let count = 0;
    this.#attempt(() => {
      for (const fd of numberedEntries(path)) {
        if (count++ === MAX_DESCRIPTORS) break;
        if (this.#left-- <= 0) {
          this.partial = true;
          break;
        }
        const inode = linkedInode(`${path}/${fd}`, "socket");
        if (inode !== 0) inodes.push(inode);
      }
    });
    return inodes;
  }

  #namespaceOf(process: number | "self"): number {
    return this.#attempt(() => linkedInode(`${this.#root}/${process}/ns/net`, "net")) ?? 0;
  }

  #tableOf(
    pid: number,
    tables: Map<number, Table | undefined>,
    read: (root: string, table: PeerTable, own: boolean) => void,
  ): Table | undefined {
    const namespace = this.#namespaceOf(pid);
    if (namespace === 0) return undefined;
    if (tables.has(namespace)) return tables.get(namespace);
    if (tables.size === MAX_NAMESPACES) {
      this.partial = true;
      return undefined;
    }
    const table = this.#attempt(() => {
      const rows = new PeerTable(new Listeners());
      read(`${this.#root}/${pid}`, rows, namespace === this.#own);
      if (rows.refused + rows.listeners.refused > 0) this.partial = true;
      return indexed(rows);
    });
    tables.set(namespace, table);
    return table;
  }

  #sort({ rows, byInode, listening }: Table, inodes: readonly number[]): HeldSockets {
    const held = { handed: [] as Ip[], accepted: [] as Ip[], made: [] as Ip[] };
    const ports = new Set(inodes.map((inode) => listening.get(inode)));
    for (const inode of inodes) {
      const row = byInode.get(inode);
      if (row === undefined) continue;
      const port = rows.localPort[row] as number;
      const peer = formatIp(rows.remote, 4 * row);
      // The listener may have ended before what it accepted.
      const isIn =
        rows.listeners.accepts(rows.local, 4 * row, port) || port < this.#range[0] || port > this.#range[1];
      held[!isIn ? "made" : ports.has(port) ? "accepted" : "handed"].push(peer);
    }
    return held;
  }

  #attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      if (code === "EACCES" || code === "EPERM") this.denied = true;
      // Else the process has ended.
      else if (code !== "ENOENT" && code !== "ESRCH") this.partial = true;
      return undefined;
    }
  }
}

/** By sock_diag(7), which knows only the namespace of whoever asks; elsewhere, and where it is refused, by /proc. */
function readTcp(procRoot: string, table: PeerTable, own: boolean): void {
  const diag = new SockDiag();
  try {
    if (own && diag.dump(table, STATES, false)) return;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  } finally {
    diag.close();
  }
  table.truncate(0);
  table.listeners.clear();
  readProcNetTcp(procRoot, table);
}

function indexed(rows: PeerTable): Table {
  const byInode = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    if (rows.state[i] === ESTABLISHED) byInode.set(rows.inode[i] as number, i);
  }
  // An orphan has none.
  byInode.delete(0);
  const { inodes, ports, length } = rows.listeners;
  const listening = new Map<number, number>();
  for (let i = 0; i < length; i++) listening.set(inodes[i] as number, ports[i] as number);
  return { rows, byInode, listening };
}

function portRange(procRoot: string): readonly [number, number] {
  let text: string | undefined;
  try {
    text = readStart(`${procRoot}/sys/net/ipv4/ip_local_port_range`, 64);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
  const [low, high] = text?.trim().split(/\s+/).map(Number) ?? [];
  return Number.isInteger(low) && Number.isInteger(high) && low !== undefined && high !== undefined
    ? [low, high]
    : DEFAULT_RANGE;
}
