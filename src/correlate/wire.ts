import type { IpWords } from "../model/ip.ts";
import type { Loudest } from "../model/judge.ts";
import type { Wire, WireRates, WireTotals } from "../model/snapshot.ts";
import { COUNT, COUNTS, TOTALS, type TrafficTotal, type TrafficTotals } from "../model/traffic.ts";
import { prefixName } from "./prefix.ts";
import type { Held } from "./state.ts";
import { AHEAD, bumpSeries, createSeries, type Series, sumSeries } from "./windows.ts";

/**
 * Seconds that a rate is of, and that are kept of each address: long enough that readings which come each second, a
 * little early or late, leave no gap. A power of two, as are the shorter spans in the beginning: so rates of whole
 * numbers add up exactly.
 */
const SECONDS = 4;
/** What is kept of each of them. */
const RATE = { inBytes: 0, outBytes: 1, packets: 2, syn: 3 } as const;
type Rate = (typeof RATE)[keyof typeof RATE];
const RATES = 4;
/** Cells per slot: two cache lines, of which a reading of one second touches half a line. */
const CELLS = SECONDS * RATES;
/** A reading says something of now for twice the time it tells of, and none for longer than this (s). */
const MAX_LASTS = 60;

type HostTotal = Exclude<TrafficTotal, "nonIp">;
const HOST_TOTALS = TOTALS.filter((total): total is HostTotal => total !== "nonIp");

/**
 * Packets on the wire by address, beside the records, which have no room: 228 bytes each, and pages of which nothing
 * was counted cost nothing.
 */
export interface WireColumns {
  /** Since the address came: COUNTS for each slot. */
  readonly counts: Float64Array;
  /** What passed in each of the last seconds: CELLS for each slot. */
  readonly cells: Float64Array;
  /** The newest second written, per slot. */
  readonly newest: Uint32Array;
  /** What passed in each second of all addresses together, and the SYNs of those that sent many. */
  readonly host: Readonly<Record<HostTotal, Series>>;
  readonly loudSyn: Series;
  /** Who sent most SYNs in the newest reading. */
  readonly loudest: { readonly words: IpWords; at: number; synPerSecond: number };
  /** Anything was counted, and more than the payload of sockets. */
  heard: boolean;
  counted: boolean;
  /** How many of the addresses held are known from packets alone. */
  alone: number;
  /** The newest second of a reading, how many seconds that says something of now, and the first of any. */
  reading: number;
  lasts: number;
  since: number;
  /** Packets since start, as in WireTotals of the model. */
  sampled: number;
  dropped: number;
  noRoom: number;
}

export function createWire(slots: number): WireColumns {
  const host = Object.fromEntries(HOST_TOTALS.map((total) => [total, createSeries()]));
  return {
    counts: new Float64Array(COUNTS * slots),
    cells: new Float64Array(CELLS * slots),
    newest: new Uint32Array(slots),
    host: host as Record<HostTotal, Series>,
    loudSyn: createSeries(),
    loudest: { words: new Uint32Array(4), at: Number.NEGATIVE_INFINITY, synPerSecond: 0 },
    heard: false,
    counted: false,
    alone: 0,
    reading: Number.NEGATIVE_INFINITY,
    lasts: SECONDS,
    since: Number.POSITIVE_INFINITY,
    sampled: 0,
    dropped: 0,
    noRoom: 0,
  };
}

/** As it is now; of the columns the first `top` slots. */
export function copyWire(wire: WireColumns, top: number): WireColumns {
  const { counts, cells, newest, host, loudSyn } = createWire(wire.newest.length);
  if (wire.heard) {
    counts.set(wire.counts.subarray(0, COUNTS * top));
    cells.set(wire.cells.subarray(0, CELLS * top));
    newest.set(wire.newest.subarray(0, top));
  }
  for (const total of HOST_TOTALS) {
    host[total].values.set(wire.host[total].values);
    host[total].newest = wire.host[total].newest;
  }
  loudSyn.values.set(wire.loudSyn.values);
  loudSyn.newest = wire.loudSyn.newest;
  const loudest = { ...wire.loudest, words: wire.loudest.words.slice() };
  return { ...wire, counts, cells, newest, host, loudSyn, loudest };
}

export function forgetWire({ counts, cells, newest }: WireColumns, slot: number): void {
  // Of most addresses nothing was counted where nobody counts, and a write would cost memory.
  if (!isCounted(counts, slot)) return;
  counts.fill(0, COUNTS * slot, COUNTS * (slot + 1));
  if (newest[slot] === 0) return;
  cells.fill(0, CELLS * slot, CELLS * (slot + 1));
  newest[slot] = 0;
}

/** The seconds that a reading tells of. */
export interface Stretch {
  readonly last: number;
  readonly length: number;
}

/** Notes that there was a reading. Several of one time are as one. */
export function noteReading(wire: WireColumns, at: number, milliseconds: number, now: number): Stretch {
  const second = Math.floor(at / 1000);
  const length = Math.max(1, second - Math.floor((at - milliseconds) / 1000));
  const last = Math.min(second, Math.floor(now / 1000) + AHEAD);
  if (last >= wire.reading) {
    wire.reading = last;
    wire.lasts = Math.min(Math.max(SECONDS, 2 * length), MAX_LASTS);
  }
  wire.since = Math.min(wire.since, last - length + 1);
  return { last, length };
}

/** Adds the counts of a peer, which lie at `from` of `told`, to those of a slot: the first `most` of them. */
export function addCounts(
  { counts }: WireColumns,
  slot: number,
  told: Float64Array,
  from: number,
  most: number = COUNTS,
): void {
  const base = COUNTS * slot;
  for (let i = 0; i < most; i++) counts[base + i] = (counts[base + i] as number) + (told[from + i] as number);
}

/** Adds them to the seconds of the stretch, evenly. */
export function addRates(
  { cells, newest }: WireColumns,
  slot: number,
  told: Float64Array,
  from: number,
  { last, length }: Stretch,
): void {
  const base = CELLS * slot;
  const before = newest[slot] as number;
  if (last > before) {
    const stale = Math.min(last - before, SECONDS);
    for (let i = 0; i < stale; i++) {
      const cell = base + cellOf(last - i);
      cells.fill(0, cell, cell + RATES);
    }
    newest[slot] = last;
  }
  const inBytes = (told[from + COUNT.inBytes] as number) / length;
  const outBytes = (told[from + COUNT.outBytes] as number) / length;
  const packets =
    ((told[from + COUNT.inPackets] as number) + (told[from + COUNT.outPackets] as number)) / length;
  const syn = (told[from + COUNT.synIn] as number) / length;
  const oldest = Math.max(last - length, (newest[slot] as number) - SECONDS) + 1;
  for (let second = last; second >= oldest; second--) {
    const cell = base + cellOf(second);
    cells[cell + RATE.inBytes] = (cells[cell + RATE.inBytes] as number) + inBytes;
    cells[cell + RATE.outBytes] = (cells[cell + RATE.outBytes] as number) + outBytes;
    cells[cell + RATE.packets] = (cells[cell + RATE.packets] as number) + packets;
    cells[cell + RATE.syn] = (cells[cell + RATE.syn] as number) + syn;
  }
}

/** SYNs a second from which on an address is loud: nobody who forges his sources gives each so many. */
const LOUD = 10;

/** How many of the SYNs at `from` of `told` are of one who sent many a second. */
export function loudSyns(told: Float64Array, from: number, { length }: Stretch): number {
  const syns = told[from + COUNT.synIn] as number;
  return syns >= LOUD * length ? syns : 0;
}

/** Adds SYNs of those that sent many. */
export function addLoudSyns(wire: WireColumns, syns: number, { last, length }: Stretch, now: number): void {
  for (let i = 0; i < Math.min(length, MAX_LASTS); i++)
    bumpSeries(wire.loudSyn, last - i, Math.floor(now / 1000), syns / length);
}

/** Notes that an address sent so many SYNs a second in the reading of `at`. */
export function noteLoudest(
  { loudest }: WireColumns,
  words: IpWords,
  place: number,
  synPerSecond: number,
  at: number,
): void {
  if (loudest.at === at && synPerSecond <= loudest.synPerSecond) return;
  for (let w = 0; w < 4; w++) loudest.words[w] = words[place + w] as number;
  loudest.at = at;
  loudest.synPerSecond = synPerSecond;
}

/** The prefix of the address that sent most SYNs in the reading of `at`. */
export function loudestOf({ loudest }: WireColumns, at: number): Loudest | undefined {
  if (loudest.at !== at) return undefined;
  return { prefix: prefixName(loudest.words, 0), synPerSecond: loudest.synPerSecond };
}

/** Whether a slot sent at least so many SYNs and never an ACK. */
export function sendsOnlySyns({ counts }: WireColumns, slot: number, least: number): boolean {
  const base = COUNTS * slot;
  return counts[base + COUNT.ackIn] === 0 && (counts[base + COUNT.synIn] as number) >= least;
}

/** Adds what passed of all addresses together. */
export function addTotals(
  wire: WireColumns,
  totals: TrafficTotals,
  { last, length }: Stretch,
  now: number,
): void {
  wire.counted = true;
  const second = Math.floor(now / 1000);
  for (const total of HOST_TOTALS) {
    const each = totals[total] / length;
    for (let i = 0; i < Math.min(length, MAX_LASTS); i++)
      bumpSeries(wire.host[total], last - i, second, each);
  }
}

/** Of all addresses together, now; undefined once nothing was read for too long. */
export function hostRates(wire: WireColumns, now: number): WireRates | undefined {
  const span = spanAt(wire, now);
  if (span === 0) return undefined;
  const rate = (total: HostTotal): number => sumSeries(wire.host[total], wire.reading, span) / span;
  return {
    inBytesPerSecond: rate("inBytes"),
    outBytesPerSecond: rate("outBytes"),
    inPacketsPerSecond: rate("inPackets"),
    outPacketsPerSecond: rate("outPackets"),
    synPerSecond: rate("synIn"),
    synAckPerSecond: rate("synAckOut"),
    loudSynPerSecond: sumSeries(wire.loudSyn, wire.reading, span) / span,
  };
}

/** Undefined where no packets are counted. */
export function wireTotals(wire: WireColumns, now: number): WireTotals | undefined {
  const { counted, sampled, dropped, noRoom } = wire;
  return counted ? { ...hostRates(wire, now), sampled, dropped, noRoom } : undefined;
}

/** Seconds up to the newest reading that a rate is of; 0 once that reading says nothing of now. */
function spanAt({ reading, lasts, since }: WireColumns, now: number): number {
  if (Math.floor(now / 1000) - reading > lasts) return 0;
  const seen = reading - since + 1;
  return seen >= SECONDS ? SECONDS : seen >= 2 ? 2 : 1;
}

function cellOf(second: number): number {
  return RATES * (second & (SECONDS - 1));
}

/** Packets of a slot since it came. */
export function packetsOf({ counts }: WireColumns, slot: number): number {
  const base = COUNTS * slot;
  return (counts[base + COUNT.inPackets] as number) + (counts[base + COUNT.outPackets] as number);
}

/** Bytes of a slot in one direction; undefined where nothing was counted. */
export function bytesOf(
  { counts }: WireColumns,
  slot: number,
  direction: "inBytes" | "outBytes",
): number | undefined {
  return isCounted(counts, slot) ? (counts[COUNTS * slot + COUNT[direction]] as number) : undefined;
}

/** Whether anything was: there is no packet without bytes, but a file may say so. */
function isCounted(counts: Float64Array, slot: number): boolean {
  for (let i = COUNT.inBytes; i <= COUNT.outPackets; i++) if (counts[COUNTS * slot + i] !== 0) return true;
  return false;
}

/** The packets of one slot, number by number: sorting by one of them costs no other. */
export class SlotWire implements Wire {
  readonly #state: Held;
  slot = 0;

  constructor(state: Held) {
    this.#state = state;
  }

  get inPackets(): number {
    return this.#count(COUNT.inPackets);
  }
  get outPackets(): number {
    return this.#count(COUNT.outPackets);
  }
  get synIn(): number {
    return this.#count(COUNT.synIn);
  }
  get synAckOut(): number {
    return this.#count(COUNT.synAckOut);
  }
  get ackIn(): number {
    return this.#count(COUNT.ackIn);
  }
  get rstIn(): number {
    return this.#count(COUNT.rstIn);
  }
  get rstOut(): number {
    return this.#count(COUNT.rstOut);
  }
  get tcp(): number {
    return this.#count(COUNT.tcp);
  }
  get udp(): number {
    return this.#count(COUNT.udp);
  }
  get icmp(): number {
    return this.#count(COUNT.icmp);
  }
  get other(): number {
    return Math.max(0, packetsOf(this.#state.wire, this.slot) - this.tcp - this.udp - this.icmp);
  }
  get inBytesPerSecond(): number {
    return this.#rate(RATE.inBytes);
  }
  get outBytesPerSecond(): number {
    return this.#rate(RATE.outBytes);
  }
  get packetsPerSecond(): number {
    return this.#rate(RATE.packets);
  }
  get synPerSecond(): number {
    return this.#rate(RATE.syn);
  }

  #count(place: number): number {
    return this.#state.wire.counts[COUNTS * this.slot + place] as number;
  }

  #rate(rate: Rate): number {
    const { wire, now } = this.#state;
    const span = spanAt(wire, now);
    const newest = wire.newest[this.slot] as number;
    let sum = 0;
    for (let i = 0; i < span; i++) {
      const second = wire.reading - i;
      if (second > newest || newest - second >= SECONDS) continue;
      sum += wire.cells[CELLS * this.slot + cellOf(second) + rate] as number;
    }
    return span === 0 ? 0 : sum / span;
  }
}

/** The numbers of a row's packets that add up over addresses: all of them. */
const WIRE_KEYS: readonly (keyof Wire)[] = [
  "inPackets",
  "outPackets",
  "synIn",
  "synAckOut",
  "ackIn",
  "rstIn",
  "rstOut",
  "tcp",
  "udp",
  "icmp",
  "other",
  "inBytesPerSecond",
  "outBytesPerSecond",
  "packetsPerSecond",
  "synPerSecond",
];

/** The sum of both, which may be kept. */
export function plusWire(a: Wire | undefined, b: Wire): Wire {
  const sum: Partial<Record<keyof Wire, number>> = {};
  for (const key of WIRE_KEYS) sum[key] = (a?.[key] ?? 0) + b[key];
  return sum as Wire;
}
