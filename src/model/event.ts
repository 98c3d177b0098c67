import type { Minute } from "./history.ts";
import type { Ip, IpWords } from "./ip.ts";
import type { TrafficCount, TrafficTotals } from "./traffic.ts";

/**
 * Everything that can change what is known about an address, or about the host. Plain and JSON-ready:
 * one native JSON line is one of these. `at` is always epoch milliseconds; absent keys are unknown.
 */
export type Event =
  | TickEvent
  | SocketsEvent
  | RequestEvent
  | AuthEvent
  | TrafficEvent
  | KernelEvent
  | BandwidthEvent
  | HostEvent
  | OriginEvent
  | HistoryEvent
  | BaselineEvent
  | HealthEvent;

/** The clock: core time is the `at` of the latest one. */
export interface TickEvent {
  readonly kind: "tick";
  readonly at: number;
}

/** The names of the kernel's TCP states, indexed by their number (include/net/tcp_states.h). */
export const TCP_STATES = [
  "",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
] as const;
export type TcpState = Exclude<(typeof TCP_STATES)[number], "">;
export const TCP_ESTABLISHED = 1;
export const TCP_SYN_RECV = 3;
export const TCP_TIME_WAIT = 6;
export const TCP_CLOSE = 7;
export const TCP_LISTEN = 10;
/** NEW_SYN_RECV: the kernel's own name for a request socket; reported as SYN_RECV. */
export const TCP_NEW_SYN_RECV = 12;

/** Payload counters of one connection (struct tcp_info, include/uapi/linux/tcp.h). */
export interface TcpInfo {
  /** Payload bytes received from the peer. */
  readonly inBytes: number;
  /** Payload bytes the peer acknowledged. */
  readonly outBytes: number;
  /** Smoothed round trip, microseconds. */
  readonly rtt: number;
  readonly retransmits: number;
}

/**
 * One TCP socket with a peer. `direction` is in when the local port listens, else out. `netns` is the inode of
 * its network namespace (namespaces(7)), absent for the host's own, and `container` what to call that one: two
 * namespaces may have sockets of the same addresses and ports.
 */
export interface Socket {
  readonly local: Ip;
  readonly localPort: number;
  readonly remote: Ip;
  readonly remotePort: number;
  readonly state: TcpState;
  readonly direction: "in" | "out";
  readonly netns?: number;
  readonly container?: string;
  readonly pid?: number;
  readonly process?: string;
  readonly tcpInfo?: TcpInfo;
}

/** The whole socket table at one instant: it replaces the one before. Listeners and loopback are left out. */
export interface SocketsEvent {
  readonly kind: "sockets";
  readonly at: number;
  /** Where the table came from. */
  readonly source: "sock_diag" | "proc";
  readonly sockets: readonly Socket[];
}

/**
 * The same table in columns: what the kernel reader fills and the join reads, without an object per
 * socket. Row `i` has its words at `4 * i`. Valid until the next one is emitted.
 */
export interface SocketTable {
  readonly length: number;
  readonly local: IpWords;
  readonly remote: IpWords;
  readonly localPort: Uint16Array;
  readonly remotePort: Uint16Array;
  /** TCP state number, 1-11, an index of {@link TCP_STATES}. */
  readonly state: Uint8Array;
  /** 1 when the peer connected to us. */
  readonly inbound: Uint8Array;
  /** Inode of the network namespace, 0 for the host's own. */
  readonly netns: Uint32Array;
  /** What the namespaces above are called. */
  readonly containers: ReadonlyMap<number, string>;
  /** Owning process, 0 when unknown. */
  readonly pid: Int32Array;
  /** Names (comm) of the pids above. */
  readonly processes: ReadonlyMap<number, string>;
  /** 1 where the four columns below are known. */
  readonly hasInfo: Uint8Array;
  readonly inBytes: Float64Array;
  readonly outBytes: Float64Array;
  readonly rtt: Uint32Array;
  readonly retransmits: Uint32Array;
}

/** A {@link SocketsEvent} in columns. */
export interface SocketsView {
  readonly kind: "sockets";
  readonly at: number;
  readonly source: SocketsEvent["source"];
  readonly table: SocketTable;
}

/** One line of an HTTP access log. */
export interface RequestEvent {
  readonly kind: "request";
  readonly at: number;
  readonly ip: Ip;
  readonly method?: string | undefined;
  /** Target as sent, decoded from the log's escapes; the raw request line when `malformed`. */
  readonly path?: string | undefined;
  readonly protocol?: string | undefined;
  readonly status?: number | undefined;
  readonly bytes?: number | undefined;
  readonly referrer?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly user?: string | undefined;
  readonly vhost?: string | undefined;
  /** The request line is not HTTP. */
  readonly malformed?: true | undefined;
  /** The line's time could not be read: `at` is when it was read. */
  readonly timeUnknown?: true | undefined;
  /** The file's path. */
  readonly source: string;
}

/** The text fields of a request, in the order the arena keeps them. */
export const REQUEST_TEXTS = [
  "method",
  "path",
  "protocol",
  "referrer",
  "userAgent",
  "user",
  "vhost",
] as const;
export type RequestText = (typeof REQUEST_TEXTS)[number];

/**
 * A request still inside its line: reads like a {@link RequestEvent}, but each getter decodes when
 * asked, and the one object is reused for the next line. Whoever reads it must not keep it.
 */
export interface RequestView extends RequestEvent {
  /** The address, so that the join needs no text. */
  readonly words: IpWords;
  /** The line's bytes, and where in them each of REQUEST_TEXTS lies, still escaped: start -1 for none. */
  readonly buffer: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** HTTP/0.9: a protocol that the line does not spell. */
  readonly simple: boolean;
}

type Draft = { -readonly [K in keyof RequestEvent]: RequestEvent[K] };

/**
 * The plain event of a request, which may be kept: its keys in the documented order, absent ones left out.
 * Assigned one by one, as spreads of conditional objects take twenty times as long, and this runs for every
 * native line.
 */
export function toEvent(request: RequestEvent): RequestEvent {
  const { method, path, protocol, status, bytes, referrer, userAgent, user, vhost } = request;
  const event: Partial<Draft> = { kind: "request", at: request.at, ip: request.ip };
  if (method !== undefined) event.method = method;
  if (path !== undefined) event.path = path;
  if (protocol !== undefined) event.protocol = protocol;
  if (status !== undefined) event.status = status;
  if (bytes !== undefined) event.bytes = bytes;
  if (referrer !== undefined) event.referrer = referrer;
  if (userAgent !== undefined) event.userAgent = userAgent;
  if (user !== undefined) event.user = user;
  if (vhost !== undefined) event.vhost = vhost;
  if (request.malformed) event.malformed = true;
  if (request.timeUnknown) event.timeUnknown = true;
  event.source = request.source;
  return event as RequestEvent;
}

export const AUTH_OUTCOMES = ["failed", "invalid-user", "accepted", "closed", "probe"] as const;
export type AuthOutcome = (typeof AUTH_OUTCOMES)[number];

/** One message of a login service about a peer. */
export interface AuthEvent {
  readonly kind: "auth";
  readonly at: number;
  readonly ip: Ip;
  readonly service: string;
  readonly outcome: AuthOutcome;
  readonly user?: string | undefined;
  readonly method?: string | undefined;
  /** N of "message repeated N times"; 1 when absent. */
  readonly count?: number | undefined;
  /** Process id of the session that logged it. */
  readonly session?: number | undefined;
  readonly timeUnknown?: true | undefined;
  readonly source: string;
}

/** The plain event of a login, which may be kept: its keys in the documented order, absent ones left out. */
export function toAuthEvent(login: AuthEvent): AuthEvent {
  const { user, method, count, session, timeUnknown } = login;
  return {
    kind: "auth",
    at: login.at,
    ip: login.ip,
    service: login.service,
    outcome: login.outcome,
    ...(user !== undefined && { user }),
    ...(method !== undefined && { method }),
    ...(count !== undefined && { count }),
    ...(session !== undefined && { session }),
    ...(timeUnknown && { timeUnknown }),
    source: login.source,
  };
}

/** Ways to learn what an address sends and gets: packets counted in the kernel, or in a ring; payload of sockets; a file. */
export const TRAFFIC_SOURCES = ["ebpf", "ring", "tcp_info", "pcap"] as const;
export type TrafficSource = (typeof TRAFFIC_SOURCES)[number];

/** What one peer sent and got. A count that is left out is 0, or not known where sockets tell of bytes alone. */
export type PeerTraffic = { readonly ip: Ip } & { readonly [C in TrafficCount]?: number } & {
  /** When its newest packet passed; `at` of the event when absent. */
  readonly lastSeen?: number;
};

/** What traffic events have in common: they add up, and each tells of the time since the one before. */
interface TrafficOf {
  readonly kind: "traffic";
  readonly at: number;
  readonly interface: string;
  readonly source: TrafficSource;
  /** The time it tells of. */
  readonly milliseconds: number;
  /** Of all packets, told once where several events share a time. Not known where sockets are asked. */
  readonly totals?: TrafficTotals;
  /** Packets of this time that were not counted at all. */
  readonly dropped?: number;
  /** Packets that are in the totals, while their peers were too many to be told apart. */
  readonly sampled?: number;
}

/** Packets on the wire by peer, as they are before any firewall. */
export interface TrafficEvent extends TrafficOf {
  readonly peers: readonly PeerTraffic[];
}

/** The same in columns: peer `i` has its address in the words from `4 * i`, its counts from `COUNTS * i`. Valid until the next. */
export interface TrafficView extends TrafficOf {
  readonly columns: TrafficColumns;
}

export interface TrafficColumns {
  readonly length: number;
  readonly words: IpWords;
  readonly counts: Float64Array;
  /** When its first packet of this time passed, and its newest: epoch milliseconds, with fractions, which tell who came first. */
  readonly firstSeen: Float64Array;
  readonly lastSeen: Float64Array;
}

/** Counters of one network interface since boot (/proc/net/dev). */
export interface InterfaceCounters {
  readonly name: string;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly inPackets: number;
  readonly outPackets: number;
  /** Carries the default route, or is the one the user named. */
  readonly default?: true;
}

/** The TcpExt (and Tcp PassiveOpens/ActiveOpens) counters we follow (/proc/net/netstat, /proc/net/snmp). */
export const KERNEL_COUNTERS = [
  "PassiveOpens",
  "ActiveOpens",
  "SyncookiesSent",
  "SyncookiesRecv",
  "SyncookiesFailed",
  "ListenOverflows",
  "ListenDrops",
  "TCPReqQFullDoCookies",
  "TCPReqQFullDrop",
] as const;
export type KernelCounter = (typeof KERNEL_COUNTERS)[number];

/** The host's counters at one instant. */
export interface KernelEvent {
  readonly kind: "kernel";
  readonly at: number;
  /** The machine's name. */
  readonly host: string;
  /** Seconds since boot. */
  readonly uptime: number;
  readonly counters: Readonly<Partial<Record<KernelCounter, number>>>;
  readonly interfaces: readonly InterfaceCounters[];
}

/** What one interface carried in the newest month that something counted for us. */
export interface BandwidthEvent {
  readonly kind: "bandwidth";
  readonly at: number;
  readonly interface: string;
  /** `2026-11`, in the zone of whoever counted. */
  readonly month: string;
  /** Since the month began. */
  readonly inBytes: number;
  readonly outBytes: number;
  readonly source: "vnstat";
}

/** This host's own addresses: it replaces what was told before. What they do is never held against them. */
export interface HostEvent {
  readonly kind: "host";
  readonly at: number;
  readonly addresses: readonly Ip[];
}

/** Where an address comes from. A later one adds to what was said before. */
export interface OriginEvent {
  readonly kind: "origin";
  readonly at: number;
  readonly ip: Ip;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly city?: string;
  /** Number of the autonomous system that announces it, and who runs it. */
  readonly asn?: number;
  readonly org?: string;
  /** The registered prefix it lies in, and that prefix's name. */
  readonly prefix?: string;
  readonly network?: string;
  /** Mail address for complaints. */
  readonly abuse?: string;
  /** Its name in reverse DNS, which leads back to it. */
  readonly hostname?: string;
  /** The search engine's crawler that this name proves it to be; and the one it said it was, where its names prove that it is not. */
  readonly crawler?: string;
  readonly forged?: string;
}

/** What an address did before this program began to look, in all runs that kept history. It replaces what was told before. */
export interface HistoryEvent {
  readonly kind: "history";
  readonly at: number;
  readonly ip: Ip;
  /** The first and the last time ever (epoch ms). */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Runs of the program in which it was seen, however short. */
  readonly sessions: number;
  readonly requests: number;
  /** Body bytes sent in answer to its requests. */
  readonly bytes: number;
  /** Bytes from and to it on the wire. */
  readonly inBytes: number;
  readonly outBytes: number;
  readonly authFailures: number;
  /** Times a verdict on it was raised, and by which rules, at most 16. */
  readonly flagged: number;
  readonly rules: readonly string[];
  /** Times it was blocked. */
  readonly blocks: number;
  /** What it asked for last, newest first, at most five. */
  readonly paths: readonly string[];
}

/** What the host did in a minute, on average, about this time yesterday and a week ago; absent where nobody wrote it down. */
export interface BaselineEvent {
  readonly kind: "baseline";
  readonly at: number;
  readonly yesterday?: Minute;
  readonly lastWeek?: Minute;
}

/** What a source belongs to. All but bandwidth have a lamp on the screen. */
export type Part =
  | "sockets"
  | "packets"
  | "http"
  | "auth"
  | "kernel"
  | "bandwidth"
  | "replay"
  | "output"
  | "geo"
  | "whois"
  | "dns"
  | "history";

/** How one source does. It replaces what was said of that source before; its numbers are since start. */
export interface HealthEvent {
  readonly kind: "health";
  readonly at: number;
  readonly part: Part;
  /** A path, or the name of the kernel interface read. */
  readonly source: string;
  /** up: reading; degraded: reading, with losses or less than asked for; down: not reading. */
  readonly state: "up" | "degraded" | "down";
  /** One sentence for a person: what it is, or what is wrong and what would help. */
  readonly detail: string;
  /** By which of several ways it reads: `eBPF`, `eBPF+tcx`, `ring`, `TCP_INFO`. */
  readonly via?: string;
  /** Lines read. */
  readonly lines?: number;
  /** Lines that no format understood. */
  readonly unparsed?: number;
  /** Lines or packets, or bytes where lines cannot be counted, that could not be read. */
  readonly lost?: number;
  readonly lostBytes?: number;
  /** Milliseconds between the newest line's own time and when it was read. */
  readonly lag?: number;
}

/** What the core takes: events, and the two views that spare the hot path its garbage. */
export type Input = Event | RequestView | SocketsView | TrafficView;
