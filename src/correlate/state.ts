import { type Addresses, createAddresses } from "../model/address-index.ts";
import type { BandwidthEvent, BaselineEvent, HealthEvent, KernelEvent, SocketTable } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import { type Judge, NO_JUDGE } from "../model/judge.ts";
import type { PrefixSet } from "../model/prefix-set.ts";
import type { Alert } from "../model/snapshot.ts";
import { type Alerts, createAlerts } from "./alerts.ts";
import type { Refused } from "./attempts.ts";
import { createLineReader, type LineReader } from "./lines.ts";
import { type IsListed, isListedBy, type Listing } from "./listing.ts";
import { createMemory, type Memory } from "./memory.ts";
import { createMinutes, type Minutes } from "./minutes.ts";
import { createOrigins, type Origins } from "./origins.ts";
import { createRecent, type Recent } from "./recent.ts";
import { addressWords, createRecords, type Records } from "./record.ts";
import { Row } from "./row.ts";
import { createSearch, SEARCHED, type Search } from "./search.ts";
import { createStrips, type Strips } from "./strips.ts";
import { createSeries, createWindows, type Series, type Windows } from "./windows.ts";
import { createWire, type WireColumns } from "./wire.ts";

/** How much the core may hold. Everything below is allocated once; untouched pages cost nothing. */
export interface Limits {
  /** Addresses: enough for any honest crowd, 12 MB of columns and 15 more for packets; a flood of forged ones evicts itself. */
  readonly addresses: number;
  /** Addresses with a 60-minute strip. */
  readonly strips: number;
  /** Bytes of recent requests and logins: some 40,000 of usual length. */
  readonly recentBytes: number;
  /** Their number at most, a power of two. */
  readonly recentRecords: number;
}

export const LIMITS: Limits = {
  addresses: 65_536,
  strips: 4_096,
  recentBytes: 8 << 20,
  recentRecords: 65_536,
};

/** Sources whose health is kept: far above what one machine has, so that hostile recordings stay bounded. */
export const MAX_SOURCES = 1_024;

export interface StateOptions extends Listing {
  /** Addresses of trusted proxies, whose rows say so; none when absent. */
  readonly isProxy?: PrefixSet;
  /** Addresses that are never judged, besides proxies and this host's own; none when absent. */
  readonly isTrusted?: PrefixSet;
  /** Says what speaks against an address; nobody when absent. */
  readonly judge?: Judge;
  /** Hears of every verdict raised or cleared. */
  readonly onAlert?: (alert: Alert) => void;
  /** Requests, and logins, of one address that a detail holds; 200 when absent. */
  readonly detailEvents?: number;
  /** Kept lines looked at for a filter per question; SEARCHED when absent. */
  readonly searched?: number;
  /** Any number; unpredictable in a live program. */
  readonly seed: number;
  readonly limits?: Limits;
}

/** Counts since start, exact whatever leaves the address table. */
export interface Counts {
  requests: number;
  bytes: number;
  status4xx: number;
  status5xx: number;
  malformed: number;
  authFailures: number;
  authAccepted: number;
  evicted: number;
}

/** The newest socket table, counted and chained per address. */
export interface SocketIndex {
  table: SocketTable | undefined;
  /** Row after this one of the same address, or -1. */
  next: Int32Array;
  /** Per slot: its first row or -1, and its sockets: all, established, half-open. */
  readonly first: Int32Array;
  readonly count: Uint32Array;
  readonly establishedCount: Uint32Array;
  readonly halfOpenCount: Uint32Array;
  /** Slots that have sockets now. */
  readonly holders: number[];
  established: number;
  halfOpen: number;
}

/** Everything the core knows. Changed by `fold` alone, read by `snapshot`. */
export interface State {
  readonly isListed: IsListed;
  readonly isProxy: PrefixSet;
  readonly isTrusted: PrefixSet;
  /** This host's own addresses, as far as somebody told. */
  own: PrefixSet;
  readonly judge: Judge;
  /** Pointed at the address the judge is told of. */
  readonly subject: Row;
  readonly alerts: Alerts;
  readonly detailEvents: number;
  readonly searched: number;
  readonly addresses: Addresses;
  readonly records: Records;
  /** Each address in text, made when first shown. */
  readonly texts: (Ip | undefined)[];
  readonly origins: Origins;
  readonly memory: Memory;
  readonly minutes: Minutes;
  readonly windows: Windows;
  readonly strips: Strips;
  readonly wire: WireColumns;
  readonly recent: Recent;
  /** Reads it. */
  readonly lines: LineReader;
  readonly search: Search;
  readonly counts: Counts;
  readonly sockets: SocketIndex;
  /** Logins of users that do not exist, of which more may be told. */
  readonly refused: Refused;
  readonly health: Map<string, HealthEvent>;
  readonly series: {
    readonly requests: Series;
    readonly newConnections: Series;
    readonly inBytes: Series;
    readonly outBytes: Series;
  };
  /** The two newest kernel events: their difference is a rate. */
  kernel: KernelEvent | undefined;
  kernelBefore: KernelEvent | undefined;
  bandwidth: BandwidthEvent | undefined;
  baseline: BaselineEvent | undefined;
  /** Core time: `at` of the latest tick. */
  now: number;
  /** The earliest `at` of a tick or a request. */
  started: number;
  /** Where the search for an address to evict goes on. */
  hand: number;
}

/** All but what only changes it needs: what rows are read from. */
export type Held = Omit<State, "subject">;

export function createState(options: StateOptions): State {
  const limits = options.limits ?? LIMITS;
  const n = limits.addresses;
  const records = createRecords(n);
  const recent = createRecent(limits.recentBytes, limits.recentRecords);
  const held: Held = {
    isListed: isListedBy(options),
    isProxy: options.isProxy ?? (() => false),
    isTrusted: options.isTrusted ?? (() => false),
    own: () => false,
    judge: options.judge ?? NO_JUDGE,
    alerts: createAlerts(options.onAlert),
    detailEvents: options.detailEvents ?? 200,
    searched: options.searched ?? SEARCHED,
    addresses: createAddresses(n, options.seed, addressWords(records)),
    records,
    texts: [],
    origins: createOrigins(n),
    memory: createMemory(n),
    minutes: createMinutes(),
    windows: createWindows(n),
    strips: createStrips(n, limits.strips),
    wire: createWire(n),
    recent,
    lines: createLineReader(recent),
    search: createSearch(),
    counts: {
      requests: 0,
      bytes: 0,
      status4xx: 0,
      status5xx: 0,
      malformed: 0,
      authFailures: 0,
      authAccepted: 0,
      evicted: 0,
    },
    sockets: {
      table: undefined,
      next: new Int32Array(0),
      first: new Int32Array(n).fill(-1),
      count: new Uint32Array(n),
      establishedCount: new Uint32Array(n),
      halfOpenCount: new Uint32Array(n),
      holders: [],
      established: 0,
      halfOpen: 0,
    },
    refused: new Map(),
    health: new Map(),
    series: {
      requests: createSeries(),
      newConnections: createSeries(),
      inBytes: createSeries(),
      outBytes: createSeries(),
    },
    kernel: undefined,
    kernelBefore: undefined,
    bandwidth: undefined,
    baseline: undefined,
    now: 0,
    started: Number.POSITIVE_INFINITY,
    hand: 0,
  };
  return withSubject(held);
}

/** The same object, with a row of its own that reads it. */
export function withSubject(held: Held): State {
  return Object.assign(held, { subject: new Row(held) });
}
