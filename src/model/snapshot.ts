import type {
  AuthEvent,
  BandwidthEvent,
  BaselineEvent,
  HealthEvent,
  OriginEvent,
  RequestEvent,
  Socket,
  TcpState,
} from "./event.ts";
import type { Past } from "./history.ts";
import type { Ip } from "./ip.ts";
import type { TrafficCount } from "./traffic.ts";

/** A local or remote port that sockets of an address use, with its usual name where it has one. */
export interface Service {
  readonly port: number;
  readonly name: string;
  readonly sockets: number;
}

export type Severity = "info" | "warning" | "critical";

/** One reason to call a row bad, in words with its numbers. */
export interface Finding {
  /** One of RULE_IDS, unless another version found it. */
  readonly rule: string;
  readonly severity: Severity;
  readonly score: number;
  readonly evidence: string;
  /** When the first and the last thing happened that speaks for it (epoch ms). */
  readonly since: number;
  readonly last: number;
  /** A few of the lines behind it, in words: `404 GET /.env`. Text of strangers. */
  readonly samples: readonly string[];
}

/** The findings of a row, worst first, and their sum: `risk` is 0-100, below 30 info, from 70 on critical. */
export interface Verdict {
  readonly risk: number;
  readonly severity: Severity;
  readonly findings: readonly Finding[];
}

/** What an alert is about: exactly one of these. */
export type AlertTarget =
  | { readonly ip: Ip }
  | { readonly prefix: string }
  | { readonly asn: number }
  | { readonly cc: string }
  | { readonly host: string };

/** Kinds of attack, or of trouble, that a host as a whole can be in. */
export type HostClass = "direct-flood" | "spoofed-flood" | "burst" | "stuck-app" | "scan";

/** A verdict raised, or cleared when the last of its findings is over; then without findings. */
export type Alert = AlertTarget & {
  readonly kind: "alert";
  readonly at: number;
  readonly state: "raised" | "cleared";
  readonly risk: number;
  readonly severity: Severity;
  readonly class?: HostClass;
  readonly findings: readonly Pick<Finding, "rule" | "score" | "evidence" | "samples">[];
};

/** What is wrong with the host as a whole. */
export interface HostVerdict extends Verdict {
  readonly class: HostClass;
  /** Since when (epoch ms). */
  readonly since: number;
  /** What helps, and what does not. */
  readonly advice: string;
  /** Where it comes from, if it is one prefix. */
  readonly prefix?: string;
}

/** Packets on the wire of one address, as they are before any firewall; named as the counts of traffic are. */
export interface Wire extends Readonly<Record<Exclude<TrafficCount, "inBytes" | "outBytes">, number>> {
  /** Neither tcp, udp nor icmp. */
  readonly other: number;
  /** Of the last four seconds, 0 once nothing was read for longer. */
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
  /** In and out. */
  readonly packetsPerSecond: number;
  readonly synPerSecond: number;
}

/** Numbers of one address, or the sums of several. Since start unless named otherwise. */
export interface Activity {
  /** Absent where nothing speaks against it. Of several addresses, the worst one's. */
  readonly verdict?: Verdict | undefined;
  /** Where it comes from, as far as somebody told. Of several addresses, what all of them share by their group. */
  readonly origin?: Origin | undefined;
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
  /** Bytes from and to it: of frames where its packets are counted, else the payload of its sockets. */
  readonly inBytes?: number | undefined;
  readonly outBytes?: number | undefined;
  /** Absent where no packet of it was counted. */
  readonly wire?: Wire | undefined;
  /** Packets were counted and there is no socket now; absent where sockets are not known. */
  readonly noSocket?: true | undefined;
  /** Runs of the program before this one in which it was seen; absent where history knows nothing of it. */
  readonly sessions?: number | undefined;
  readonly status4xx: number;
  readonly status5xx: number;
  readonly malformed: number;
  readonly authFailures: number;
  readonly authAccepted: number;
  /** The newest thing it did, in words: `GET /.env`, `ssh failed root`. */
  readonly last?: string | undefined;
}

/** What is known about one address now. Plain and JSON-ready. */
export interface IpProfile extends Activity {
  readonly ip: Ip;
  /** A trusted proxy: what comes through it counts for the clients it names, and blocking it would cut them all off. */
  readonly proxy?: true | undefined;
  /** On a trust list, a proxy, or this host's own: never judged. Left out where it is none of them. */
  readonly trusted?: boolean | undefined;
}

/** Addresses that belong together, summed up. */
export interface GroupProfile extends Activity {
  /** `45.77.12.0/24`, `AS14061`, `NL`; empty for those of which it is not known. */
  readonly group: string;
  /** How many of its addresses passed the filter. */
  readonly addresses: number;
}

/** How addresses can be put together: each alone, by /24 or /64, by autonomous system, by country. */
export const GROUPS = ["address", "prefix", "network", "country"] as const;
export type Group = (typeof GROUPS)[number];

/** A minute-by-minute strip, oldest first, 60 long; the last entry is the minute under way. */
export interface Strip {
  readonly requests: readonly number[];
  /** The most sockets seen at once in that minute. */
  readonly connections: readonly number[];
  readonly errors: readonly number[];
  readonly authFailures: readonly number[];
}

/** Where an address comes from. */
export type Origin = Omit<OriginEvent, "kind" | "at" | "ip">;

/** Everything about the one address a person looks at. */
export interface Detail {
  readonly profile: IpProfile;
  readonly strip?: Strip;
  /** At most 256. */
  readonly sockets: readonly Socket[];
  /** Newest first, at most 200. */
  readonly requests: readonly RequestEvent[];
  readonly auth: readonly AuthEvent[];
  /** What history knows of it. */
  readonly past?: Past;
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

/** What the host did in a minute about this time yesterday and a week ago. */
export type Baseline = Omit<BaselineEvent, "kind" | "at">;

/** Per-second values of the last minute, oldest first, for sparklines. */
export interface Series {
  readonly requests: readonly number[];
  readonly newConnections: readonly number[];
  readonly inBytes: readonly number[];
  readonly outBytes: readonly number[];
  /** SYNs that came in; absent where no packets are counted. */
  readonly syn?: readonly number[];
}

/** How many packets come and go now, whoever they are of: of the last four seconds. */
export interface WireRates {
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
  readonly inPacketsPerSecond: number;
  readonly outPacketsPerSecond: number;
  /** SYNs in, and SYN-ACKs out. */
  readonly synPerSecond: number;
  readonly synAckPerSecond: number;
  /** Of the SYNs those of addresses that sent ten and more a second each: of forged sources hardly any. */
  readonly loudSynPerSecond: number;
}

/** Packets of all addresses together. The rates are absent once nothing was read for longer than they are of. */
export interface WireTotals extends Partial<WireRates> {
  /** Since start: packets that were counted while their peers were too many to be told apart, and those not counted. */
  readonly sampled: number;
  readonly dropped: number;
  /** Since start: packets of addresses known from packets alone for which there was no room. */
  readonly noRoom: number;
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
  /** Absent where no packets are counted. */
  readonly wire?: WireTotals;
}

export interface Offender {
  readonly ip: Ip;
  readonly value: number;
}

/** An address that something speaks against, and by which rules, the weightiest first. */
export interface Accused extends Pick<Verdict, "risk" | "severity"> {
  readonly ip: Ip;
  readonly rules: readonly string[];
}

/** How many addresses something speaks against now, by severity, and the three of the highest risk. */
export interface Verdicts extends Readonly<Record<Severity, number>> {
  readonly worst: readonly Accused[];
}

/** An alert with its place among all alerts, and among the lines: after the line of that number. */
export interface NumberedAlert {
  readonly seq: number;
  readonly after: number;
  readonly alert: Alert;
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
  /** Absent where nothing is wrong with the host as a whole. */
  readonly verdict?: HostVerdict;
  readonly totals: Totals;
  readonly interfaces: readonly InterfaceRate[];
  /** What was usual at this time of the day; absent where no history is kept. */
  readonly baseline?: Baseline;
  /** Absent where nothing counts months. */
  readonly bandwidth?: Bandwidth;
  readonly series: Series;
  /** The three first by requests in 60 s, by sockets, and by bytes sent. */
  readonly offenders: {
    readonly requests: readonly Offender[];
    readonly connections: readonly Offender[];
    readonly bytes: readonly Offender[];
  };
  /** Of all listed addresses, whatever the filter. */
  readonly verdicts: Verdicts;
  readonly health: readonly HealthEvent[];
  /** Rows that the filter lets through; `rows` are the first of them. */
  readonly matched: number;
  readonly rows: readonly IpProfile[];
  /** Instead of `rows` where groups were asked for: the first of `matchedGroups`. */
  readonly groups?: readonly GroupProfile[];
  readonly matchedGroups?: number;
  /** Lines after `query.after` that the filter lets through, oldest first: the newest 500, or `query.lines` of all. */
  readonly live: readonly LiveLine[];
  /** Lines after `query.after` that are not among `live`: let through but left out, or never looked at. */
  readonly skipped: number;
  /** Alerts after `query.alertsAfter` about addresses that the filter lets through, oldest first: the newest 500. */
  readonly alerts: readonly NumberedAlert[];
  /** Highest `seq` of an alert so far. */
  readonly alertSeq: number;
  /** Where the filter asks lines and earlier ones are no longer kept: the time of the oldest that is. */
  readonly linesSince?: number;
  /** Not all kept lines were searched for the filter yet: ask again, and more rows may come. */
  readonly searching?: true;
  /** Highest `seq` given out so far: the `after` of the next question. */
  readonly seq: number;
  readonly detail?: Detail;
}

/**
 * The columns of the address table, which are what rows can be sorted by, from left to right: one word for a column,
 * its order, and (where it has one) its filter.
 */
export const SORTS = [
  "risk",
  "ip",
  "cc",
  "network",
  "conn",
  "est",
  "half",
  "svc",
  "rate",
  "req",
  "in",
  "out",
  "pkts",
  "syn",
  "sent",
  "4xx",
  "5xx",
  "auth",
  "seen",
  "last",
] as const;
export type Sort = (typeof SORTS)[number];

/** Decides which addresses and which lines a query shows. All must be pure and cheap. */
export interface Filter {
  /** The filter as the user wrote it. */
  readonly text: string;
  /** Whether it needs to see lines, or rows, to decide. */
  readonly asksLines: boolean;
  readonly asksRows: boolean;
  /**
   * Whether a line passes; `row` is the one of its address, undefined where that is not known. Both are reused for
   * the next one: their getters are lazy.
   */
  line(event: RequestEvent | AuthEvent, row: IpProfile | undefined): boolean;
  /**
   * Whether an address passes by itself: asked where the filter needs no lines, or no line of it is kept. Else it
   * passes with one of its lines.
   */
  address(row: IpProfile): boolean;
}

/** What a snapshot should hold. */
export interface Query {
  readonly sort: Sort;
  /** Least first; addresses and words from the end. */
  readonly reverse?: boolean;
  readonly group?: Group;
  readonly filter?: Filter;
  /** Rows wanted, 1,000 when absent. */
  readonly limit?: number;
  /** Live lines with a higher `seq` than this; none when absent. */
  readonly after?: number;
  /** Alerts with a higher `seq` than this; none when absent. */
  readonly alertsAfter?: number;
  /** Where more lines came, so many of them, evenly picked; when absent the newest 500. */
  readonly lines?: number;
  readonly detail?: Ip;
}
