import type { AuthEvent, BandwidthEvent, HealthEvent, RequestEvent, Socket, TcpState } from "./event.ts";
import type { Ip } from "./ip.ts";

/** A local or remote port that sockets of an address use, with its usual name where it has one. */
export interface Service {
  readonly port: number;
  readonly name: string;
  readonly sockets: number;
}

/** What is known about one address now. Plain and JSON-ready. Numbers are since start unless named otherwise. */
export interface IpProfile {
  readonly ip: Ip;
  /** A trusted proxy: what comes through it counts for the clients it names, and blocking it would cut them all off. */
  readonly proxy?: true | undefined;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Sockets in any state, now. */
  readonly connections: number;
  readonly established: number;
  /** SYN_RECV, now. */
  readonly halfOpen: number;
  readonly states: Readonly<Partial<Record<TcpState, number>>>;
  /** By number of sockets, most first, at most eight. */
  readonly services: readonly Service[];
  readonly requests: number;
  /** Requests whose time lies in the last 10 and 60 seconds of core time. */
  readonly requests10s: number;
  readonly requests60s: number;
  /** Body bytes sent in answer to its requests. */
  readonly bytes: number;
  readonly status4xx: number;
  readonly status5xx: number;
  readonly malformed: number;
  readonly authFailures: number;
  readonly authAccepted: number;
  /** The newest thing it did, in words: `GET /.env`, `ssh failed root`. */
  readonly last?: string | undefined;
}

/** A minute-by-minute strip, oldest first, 60 long; the last entry is the minute under way. */
export interface Strip {
  readonly requests: readonly number[];
  /** The most sockets seen at once in that minute. */
  readonly connections: readonly number[];
  readonly errors: readonly number[];
  readonly authFailures: readonly number[];
}

/** Everything about the one address a person looks at. */
export interface Detail {
  readonly profile: IpProfile;
  readonly strip?: Strip;
  /** At most 256. */
  readonly sockets: readonly Socket[];
  /** Newest first, at most 200. */
  readonly requests: readonly RequestEvent[];
  readonly auth: readonly AuthEvent[];
}

export interface InterfaceRate {
  readonly name: string;
  readonly default?: true;
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
  readonly inPacketsPerSecond: number;
  readonly outPacketsPerSecond: number;
}

/** The totals of a month beside the rates of now. */
export type Bandwidth = Pick<BandwidthEvent, "interface" | "month" | "inBytes" | "outBytes">;

/** Per-second values of the last minute, oldest first, for sparklines. */
export interface Series {
  readonly requests: readonly number[];
  readonly newConnections: readonly number[];
  readonly inBytes: readonly number[];
  readonly outBytes: readonly number[];
}

export interface Totals {
  /** Addresses held now and listed; those held but not listed; and how many left to make room. */
  readonly addresses: number;
  readonly hidden: number;
  readonly evicted: number;
  readonly sockets: number;
  readonly established: number;
  readonly halfOpen: number;
  readonly requests: number;
  readonly requests10s: number;
  readonly requests60s: number;
  readonly bytes: number;
  readonly status4xx: number;
  readonly status5xx: number;
  readonly malformed: number;
  readonly authFailures: number;
  readonly authAccepted: number;
  /** Requests per second over the last 10 seconds. */
  readonly requestsPerSecond: number;
  /** Connections accepted per second (Tcp PassiveOpens); absent until two samples are there. */
  readonly newConnectionsPerSecond?: number;
  /** SYN cookies sent, and SYNs or connections dropped by full queues, per second. */
  readonly synCookiesPerSecond?: number;
  readonly listenDropsPerSecond?: number;
}

export interface Offender {
  readonly ip: Ip;
  readonly value: number;
}

/** A line of the live panel with its place in the order of arrival. */
export interface LiveLine {
  readonly seq: number;
  readonly event: RequestEvent | AuthEvent;
}

/** What someone may see at one instant: a value, independent of the state it was made from. */
export interface Snapshot {
  readonly v: 1;
  readonly at: number;
  readonly host: { readonly name: string; readonly uptime?: number };
  readonly totals: Totals;
  readonly interfaces: readonly InterfaceRate[];
  /** Absent where nothing counts months. */
  readonly bandwidth?: Bandwidth;
  readonly series: Series;
  /** The three first by requests in 60 s, by sockets, and by bytes sent. */
  readonly offenders: {
    readonly requests: readonly Offender[];
    readonly connections: readonly Offender[];
    readonly bytes: readonly Offender[];
  };
  readonly health: readonly HealthEvent[];
  /** Rows that the filter lets through; `rows` are the first of them. */
  readonly matched: number;
  readonly rows: readonly IpProfile[];
  /** Lines after `query.after` that the filter lets through, oldest first, the newest 500 at most. */
  readonly live: readonly LiveLine[];
  /** Highest `seq` given out so far: the `after` of the next question. */
  readonly seq: number;
  readonly detail?: Detail;
}

export const SORTS = ["requests", "connections", "bytes", "auth", "services", "rate", "seen", "ip"] as const;
export type Sort = (typeof SORTS)[number];

/** Decides which addresses and which lines a query shows. Both must be pure and cheap. */
export interface Filter {
  /** The filter in words, as the user wrote it. */
  readonly text: string;
  /** `row` is reused for the next address: its getters are lazy. */
  address(row: IpProfile): boolean;
  line(event: RequestEvent | AuthEvent): boolean;
}

/** What a snapshot should hold. */
export interface Query {
  readonly sort: Sort;
  readonly filter?: Filter;
  /** Rows wanted, 1,000 when absent. */
  readonly limit?: number;
  /** Live lines with a higher `seq` than this; none when absent. */
  readonly after?: number;
  readonly detail?: Ip;
}
