import { randomInt } from "node:crypto";
import type { Link } from "../kernel/links.ts";
import { openRing, type RingPacket } from "../kernel/packet-socket.ts";
import type { Tap } from "../kernel/packet-tap.ts";
import {
  CHUNK,
  type Chunk,
  createChunk,
  hasEthernet,
  isLoopback,
  linkHeaderOf,
  openPacketTap,
} from "../kernel/packet-tap.ts";
import { type Addresses, addAddress, createAddresses, findAddress } from "../model/address-index.ts";
import type { TrafficColumns } from "../model/event.ts";
import { COUNT, COUNTS, REACH, type Scope, type TrafficTotals } from "../model/traffic.ts";
import {
  clearTraffic,
  columnsOf,
  createTrafficTable,
  namedTotals,
  type TrafficTable,
  totalsOf,
} from "../model/traffic-table.ts";
import { countPacket, emptyPacket } from "../parse/packet.ts";
import { admissionMask } from "./admission.ts";
import { now as clock, monotonic } from "./clock.ts";
import type { Seen } from "./counting-check.ts";

type Passed = Omit<Seen, "counted">;

/** What was counted between two turns. */
export interface Window {
  readonly milliseconds: number;
  readonly totals: TrafficTotals;
  /**
   * What passed, as frames and as segments, for the comparison with the interface's own counters. On loopback it is looked
   * at on the way in alone.
   */
  readonly passed: { readonly in: Passed; readonly out: Passed | undefined };
  /** Packets that were not counted. */
  readonly dropped: number;
  /** The next peers, valid until they are asked for again; undefined after the last. */
  next(): TrafficColumns | undefined;
  /** Whether after those there may be others. */
  readonly more: boolean;
}

/** Counts the packets of one interface. */
export interface PacketCounter {
  readonly source: "ebpf" | "ring";
  /** In a word, and in a few more. */
  readonly via: string;
  readonly detail: string;
  /** Ends a window: what is counted from now on belongs to the next. */
  turn(): void;
  /** What the window that ended holds: asked a moment after the turn. `now`: epoch milliseconds. */
  window(now: number): Window;
  setLocal(local: readonly Uint32Array[]): void;
  close(): void;
}

export interface CounterSetting {
  readonly scope: Scope;
  readonly local: readonly Uint32Array[];
}

/** Peers that a mask does not keep out: those with so many packets in the window before, and so many of them. */
const HEAVY = 16;
const ADMITTED = 4_096;

/** Peers of a window's first part; each later one has twice as many, as far as it goes. The first of a flood meet cold code. */
const FIRST_PART = 32;

/** Rung 1: in the kernel. Throws SystemError. */
export function openTapCounter(link: Link, { scope, local }: CounterSetting): PacketCounter {
  const tap: Tap = openPacketTap(link, { scope, local, tcx: true });
  const chunk = createChunk();
  const heavy = new Uint32Array(4 * ADMITTED);
  let admitted = 0;
  // What came first is told by one clock, though somebody sets the other meanwhile.
  const opened = clock() - monotonic();
  let mask = 0;
  let turned = monotonic();
  let milliseconds = 0;
  const once = isLoopback(link);
  const { tcxRefusal } = tap;
  const byTcx = tcxRefusal === undefined && !once;
  return {
    source: "ebpf",
    via: byTcx ? "eBPF+tcx" : "eBPF",
    detail:
      tcxRefusal === undefined
        ? "packets counted in the kernel"
        : `packets counted in the kernel, those that go out by a copy each (tcx: ${tcxRefusal})`,
    turn() {
      const at = monotonic();
      milliseconds = Math.round(at - turned);
      turned = at;
      tap.turn(mask);
    },
    window(now) {
      const totals = tap.totals();
      const { entries } = tap;
      const kept = mask;
      mask = admissionMask({ mask, milliseconds, fresh: totals.fresh, entries });
      if (mask !== kept) tap.mask(mask);
      // From the monotonic clock of the kernel to the time of day.
      const offset = now - monotonic();
      let most = FIRST_PART;
      return {
        milliseconds,
        totals: namedTotals((name) => totals[name]),
        passed: {
          in: { frames: totals.rxFrames, packets: totals.rxPackets },
          // tcx stands before the queue, which may drop some.
          out: once ? undefined : { frames: totals.txFrames, packets: totals.txPackets, mayExceed: byTcx },
        },
        dropped: 0,
        next() {
          if (!tap.take(chunk, most)) return undefined;
          most *= 2;
          dropIdle(chunk);
          for (let i = 0; i < chunk.length; i++) {
            chunk.firstSeen[i] = (chunk.firstSeen[i] as number) / 1e6 + opened;
            chunk.lastSeen[i] = Math.round((chunk.lastSeen[i] as number) / 1e6 + offset);
            if (mask === 0 || admitted === ADMITTED || packetsOf(chunk, i) < HEAVY) continue;
            for (let w = 0; w < 4; w++) heavy[4 * admitted + w] = chunk.words[4 * i + w] as number;
            admitted++;
          }
          if (!tap.more && admitted > 0) {
            tap.admit(heavy, admitted);
            admitted = 0;
          }
          return chunk;
        },
        get more() {
          return tap.more;
        },
      };
    },
    setLocal: (addresses) => tap.setLocal(addresses),
    close: () => tap.close(),
  };
}

/** Peers of one window that are told apart where they are counted here. */
const PEERS = 65_536;
/** Milliseconds between two looks into the ring: it holds several times as long a flood. */
const LOOK = 40;
/** Of each packet, behind an Ethernet header and two tags, all that counters look at, and the TCP flags. */
const SNAP = 14 + 4 * REACH.tags + REACH.bytes + 14;

/** Rung 2: each packet's headers by a ring. Throws SystemError. */
export function openRingCounter(link: Link, { scope, local }: CounterSetting): PacketCounter {
  const ring = openRing(link.index, hasEthernet(link), SNAP);
  const linkHeader = linkHeaderOf(link);
  const once = isLoopback(link);
  const seed = randomInt(2 ** 32);
  let counting = createTrafficTable(PEERS, seed);
  let ended = createTrafficTable(PEERS, seed);
  let own = indexOf(local);
  let passed = nothingPassed();
  let before = passed;
  let turned = monotonic();
  let milliseconds = 0;
  let dropped = 0;
  const packet = emptyPacket();
  const count = (captured: RingPacket): void => {
    if (once && captured.outgoing) return;
    packet.bytes = captured.bytes;
    packet.frame = captured.frame;
    packet.at = captured.frame + linkHeader;
    packet.end = captured.end;
    packet.type = captured.type;
    packet.tags = captured.tagged ? 1 : 0;
    packet.length = captured.length + 4 * packet.tags;
    packet.outgoing = captured.outgoing;
    packet.segmentSize = captured.segmentSize;
    packet.time = captured.time;
    const way = captured.outgoing ? passed.out : passed.in;
    way.frames++;
    way.packets += countPacket(counting, packet, own, scope);
  };
  const look = (): void => ring.read(count);
  const timer = setInterval(look, LOOK);
  return {
    source: "ring",
    via: "ring",
    detail: "the headers of each packet are read from a ring",
    turn() {
      look();
      const at = monotonic();
      milliseconds = Math.round(at - turned);
      turned = at;
      [counting, ended] = [ended, counting];
      clearTraffic(counting);
      before = passed;
      passed = nothingPassed();
      dropped = ring.dropped();
    },
    window() {
      const table: TrafficTable = ended;
      let from = 0;
      return {
        milliseconds,
        totals: totalsOf(table),
        passed: { in: before.in, out: once ? undefined : before.out },
        dropped,
        next() {
          if (from >= table.peers.size) return undefined;
          const columns = columnsOf(table, from, CHUNK);
          from += CHUNK;
          return columns;
        },
        get more() {
          return from < table.peers.size;
        },
      };
    },
    setLocal(addresses) {
      own = indexOf(addresses);
    },
    close() {
      clearInterval(timer);
      ring.close();
    },
  };
}

function nothingPassed() {
  return { in: { frames: 0, packets: 0 }, out: { frames: 0, packets: 0 } };
}

/** To find whether an address is one of them. */
export function indexOf(local: readonly Uint32Array[]): Addresses {
  const index = createAddresses(Math.max(1, local.length), randomInt(2 ** 32));
  for (const words of local) if (findAddress(index, words, 0) < 0) addAddress(index, words, 0);
  return index;
}

/** Takes out those that were let in beforehand and did nothing. */
function dropIdle(chunk: Chunk): void {
  let kept = 0;
  for (let i = 0; i < chunk.length; i++) {
    if (packetsOf(chunk, i) === 0) continue;
    if (kept < i) {
      chunk.words.copyWithin(4 * kept, 4 * i, 4 * i + 4);
      chunk.counts.copyWithin(COUNTS * kept, COUNTS * i, COUNTS * (i + 1));
      chunk.firstSeen[kept] = chunk.firstSeen[i] as number;
      chunk.lastSeen[kept] = chunk.lastSeen[i] as number;
    }
    kept++;
  }
  chunk.length = kept;
}

function packetsOf({ counts }: Pick<TrafficColumns, "counts">, i: number): number {
  return (counts[COUNTS * i + COUNT.inPackets] as number) + (counts[COUNTS * i + COUNT.outPackets] as number);
}

/** Packets of the peers in some columns. */
export function packetsIn(columns: TrafficColumns): number {
  let packets = 0;
  for (let i = 0; i < columns.length; i++) packets += packetsOf(columns, i);
  return packets;
}
