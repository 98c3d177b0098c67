import { COUNTS, type Scope } from "../model/traffic.ts";
import {
  CONTROL_BYTES,
  COUNTER_TOTALS,
  type CounterOptions,
  type CounterTotal,
  FIRST_SEEN,
  KEY_BYTES,
  LAST_SEEN,
  PEER_BYTES,
  packetCounter,
  TOTALS_BYTES,
} from "./bpf/packet-counter.ts";
import {
  attachTcxEgress,
  type BpfMap,
  type BpfObject,
  createMap,
  type Drain,
  drain,
  loadProgram,
  lookup,
  replaceProgram,
  update,
  updateBatch,
} from "./bpf/system.ts";
import { type Descriptor, SystemError } from "./libc.ts";
import { ARPHRD, type Link } from "./links.ts";
import { attachProgram, openTap } from "./packet-socket.ts";

/**
 * Peers that a table holds: each costs some 200 bytes of the kernel's memory, all of it taken at once. Where that is
 * refused (a container's limit, RLIMIT_MEMLOCK before Linux 5.11) it is tried with fewer.
 */
const ENTRIES: readonly [number, ...number[]] = [65_536, 16_384, 4_096];
/** Bytes of an Ethernet header. */
const ETHERNET = 14;
/** Peers taken out of a table at once at most: to take them out and to fold them holds the thread for a millisecond or two. */
export const CHUNK = 512;

/** Peers that were taken out of a table, as columns of the model; the times are of the monotonic clock, nanoseconds. */
export interface Chunk {
  length: number;
  readonly words: Uint32Array;
  readonly counts: Float64Array;
  /** 0 for one that was let in beforehand. */
  readonly firstSeen: Float64Array;
  readonly lastSeen: Float64Array;
}

export function createChunk(): Chunk {
  return {
    length: 0,
    words: new Uint32Array(4 * CHUNK),
    counts: new Float64Array(COUNTS * CHUNK),
    firstSeen: new Float64Array(CHUNK),
    lastSeen: new Float64Array(CHUNK),
  };
}

export type Totals = Readonly<Record<CounterTotal, number>>;

/** Counts the packets of one interface in the kernel, in two tables: one counts while the other is read. */
export interface Tap {
  /** Peers a table holds. */
  readonly entries: number;
  /** Why what goes out is counted at a copy each, where that had to be. */
  readonly tcxRefusal: string | undefined;
  /**
   * From now on the other table counts, and lets new peers in where a random number & `mask` is 0. The one before is to
   * be read a moment later, when no packet is on its way through the program any more.
   */
  turn(mask: number): void;
  /** Another mask for the table that counts. */
  mask(mask: number): void;
  /** What the table that was turned away counted since it was turned to. Throws SystemError, as `take` does. */
  totals(): Totals;
  /** Takes the next of its peers, about `most` of them: false after the last. */
  take(chunk: Chunk, most: number): boolean;
  /** Whether after those there may be others. */
  readonly more: boolean;
  /**
   * Lets peers, `length` of them in `words`, into the table that was read to its end, so that no mask keeps them out when
   * it counts again.
   */
  admit(words: Uint32Array, length: number): void;
  /** Other local addresses from now on. */
  setLocal(local: readonly Uint32Array[]): void;
  close(): void;
}

/** Whether an interface's packets begin with an Ethernet header; else they are taken without whatever they begin with. */
export function hasEthernet({ type }: Pick<Link, "type">): boolean {
  return type === ARPHRD.ethernet || type === ARPHRD.loopback;
}

/** Bytes of the link header with which packets are taken. */
export function linkHeaderOf(link: Pick<Link, "type">): number {
  return hasEthernet(link) ? ETHERNET : 0;
}

/** Whether what goes out comes in again: there it is counted, once. */
export function isLoopback({ type }: Pick<Link, "type">): boolean {
  return type === ARPHRD.loopback;
}

export interface TapOptions {
  readonly scope: Scope;
  readonly local: readonly Uint32Array[];
  /** False counts what goes out by the socket too. */
  readonly tcx: boolean;
}

/**
 * Begins to count. Throws SystemError, with the name of the call that was refused and its errno: EPERM without CAP_BPF and
 * CAP_NET_RAW.
 */
export function openPacketTap(link: Link, options: TapOptions): Tap {
  const owned: Descriptor[] = [];
  const own = <T extends Descriptor>(thing: T): T => {
    owned.push(thing);
    return thing;
  };
  const close = (): void => {
    for (const thing of owned.toReversed()) thing.close();
  };
  try {
    return openOwned(link, options, own, close);
  } catch (error) {
    close();
    throw error;
  }
}

type Own = <T extends Descriptor>(thing: T) => T;

/** As {@link openPacketTap}: all it opens becomes `own`, and `close` closes that. */
function openOwned(link: Link, { scope, local, tcx }: TapOptions, own: Own, close: () => void): Tap {
  const ethernet = hasEthernet(link);
  const once = isLoopback(link);
  const control = own(createMap({ type: "array", keyBytes: 4, valueBytes: CONTROL_BYTES, entries: 1 }));
  const totals = own(createMap({ type: "array", keyBytes: 4, valueBytes: TOTALS_BYTES, entries: 2 }));
  const even = own(createTable(ENTRIES));
  const tables = [even, own(createTable([even.entries]))] as const;
  const load = (sees: CounterOptions["sees"], local: readonly Uint32Array[]): BpfObject =>
    loadCounter(sees, {
      control: control.fd,
      totals: totals.fd,
      peers: [tables[0].fd, tables[1].fd],
      linkHeader: linkHeaderOf(link),
      sees,
      scope,
      local,
    });
  let egress: { readonly program: BpfObject; readonly link: BpfObject } | undefined;
  let tcxRefusal: string | undefined;
  if (!tcx) tcxRefusal = "not asked for";
  else if (!ethernet) tcxRefusal = "no Ethernet";
  else if (!once) {
    let program: BpfObject | undefined;
    try {
      program = own(load("out", local));
      egress = { program, link: own(attachTcxEgress(program, link.index)) };
    } catch (error) {
      program?.close();
      if (!(error instanceof SystemError)) throw error;
      tcxRefusal = error.code;
    }
  }
  const sees = once || egress !== undefined ? "in" : "both";
  let ingress = own(load(sees, local));
  const socket = own(openTap(link.index, ingress.fd, { withLink: ethernet, ignoresOutgoing: sees === "in" }));
  const keys = new Uint8Array(KEY_BYTES * CHUNK);
  const values = new Uint8Array(PEER_BYTES * CHUNK);
  const before = [new Float64Array(COUNTER_TOTALS.length), new Float64Array(COUNTER_TOTALS.length)];
  let counting = 0;
  let draining: Drain | undefined;
  const direct = (mask: number): void =>
    update(control, new Uint8Array(4), new Uint8Array(new Uint32Array([counting, mask]).buffer));

  return {
    entries: tables[0].entries,
    tcxRefusal,
    turn(mask) {
      counting = 1 - counting;
      direct(mask);
      draining = drain(tables[1 - counting] as BpfMap);
    },
    mask: direct,
    totals() {
      const read = 1 - counting;
      const value = new Uint32Array(TOTALS_BYTES / 4);
      lookup(totals, new Uint8Array(new Uint32Array([read]).buffer), new Uint8Array(value.buffer));
      const last = before[read] as Float64Array;
      return Object.fromEntries(
        COUNTER_TOTALS.map((name, i) => {
          const now = u64(value, 2 * i);
          const difference = now - (last[i] as number);
          last[i] = now;
          return [name, difference];
        }),
      ) as Record<CounterTotal, number>;
    },
    take(chunk, most) {
      if (draining === undefined || draining.done) return false;
      const { next: take } = draining;
      const next = (peers: number): number =>
        take(keys.subarray(0, KEY_BYTES * peers), values.subarray(0, PEER_BYTES * peers));
      try {
        chunk.length = next(Math.min(most, CHUNK));
      } catch (error) {
        // So few did not even hold what shares one hash.
        if (!(error instanceof SystemError) || error.code !== "ENOSPC") throw error;
        chunk.length = next(CHUNK);
      }
      fill(chunk, keys, values);
      return true;
    },
    get more() {
      return draining !== undefined && !draining.done;
    },
    admit(words, length) {
      const admitted = new DataView(new ArrayBuffer(KEY_BYTES * length));
      for (let w = 0; w < 4 * length; w++) admitted.setUint32(4 * w, words[w] as number);
      const table = tables[1 - counting] as BpfMap;
      updateBatch(table, new Uint8Array(admitted.buffer), new Uint8Array(PEER_BYTES * length));
    },
    setLocal(addresses) {
      // Both are loaded before either takes its place: where one is refused nothing has changed.
      const loaded = own(load(sees, addresses));
      const out = egress && own(load("out", addresses));
      attachProgram(socket.fd, loaded.fd);
      ingress.close();
      ingress = loaded;
      if (egress === undefined || out === undefined) return;
      replaceProgram(egress.link, out);
      egress.program.close();
      egress = { program: out, link: egress.link };
    },
    close,
  };
}

function createTable(sizes: readonly [number, ...number[]]): BpfMap {
  const [entries, ...smaller] = sizes;
  try {
    return createMap({ type: "lruHash", keyBytes: KEY_BYTES, valueBytes: PEER_BYTES, entries });
  } catch (error) {
    const [next, ...rest] = smaller;
    // Beyond RLIMIT_MEMLOCK it is EPERM, as without the right; then the smallest is refused as well.
    if (next === undefined || !(error instanceof SystemError) || !["ENOMEM", "EPERM"].includes(error.code))
      throw error;
    return createTable([next, ...rest]);
  }
}

/** Where the kernel has no coarse clock, with the exact one. */
function loadCounter(sees: CounterOptions["sees"], options: Omit<CounterOptions, "coarseClock">): BpfObject {
  const kind = sees === "out" ? "classifier" : "socketFilter";
  try {
    return loadProgram(kind, packetCounter({ ...options, coarseClock: true }));
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== "EINVAL") throw error;
    return loadProgram(kind, packetCounter({ ...options, coarseClock: false }));
  }
}

/** Keys are addresses in the network's order, values numbers of 64 bits in the host's. */
function fill(chunk: Chunk, keys: Uint8Array, values: Uint8Array): void {
  const key = new DataView(keys.buffer);
  const value = new Uint32Array(values.buffer);
  const stride = PEER_BYTES / 4;
  for (let i = 0; i < chunk.length; i++) {
    for (let w = 0; w < 4; w++) chunk.words[4 * i + w] = key.getUint32(KEY_BYTES * i + 4 * w);
    for (let c = 0; c < COUNTS; c++) chunk.counts[COUNTS * i + c] = u64(value, stride * i + 2 * c);
    chunk.firstSeen[i] = u64(value, stride * i + 2 * FIRST_SEEN);
    chunk.lastSeen[i] = u64(value, stride * i + 2 * LAST_SEEN);
  }
}

function u64(words: Uint32Array, word: number): number {
  return (words[word] as number) + (words[word + 1] as number) * 2 ** 32;
}
