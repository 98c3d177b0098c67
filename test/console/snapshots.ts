import { severityOf } from "../../src/detect/severity.ts";
import type { AuthEvent, RequestEvent, Socket } from "../../src/model/event.ts";
import { type Ip, parseIp } from "../../src/model/ip.ts";
import type {
  Alert,
  Detail,
  Finding,
  Group,
  GroupProfile,
  IpProfile,
  LiveLine,
  NumberedAlert,
  Query,
  Snapshot,
  Verdict,
  Wire,
} from "../../src/model/snapshot.ts";
import { compareRows } from "../compare-rows.ts";
import { verdictsOf } from "../verdicts-of.ts";

/** The instant of every synthetic snapshot: 2026-11-24 12:00:05 UTC. */
export const NOW = Date.UTC(2026, 10, 24, 12, 0, 5);

/** The address, which must be one. */
export function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

/** A profile with nothing in it, but for what is given. */
export function profile(address: string, known: Partial<IpProfile> = {}): IpProfile {
  return {
    ip: ip(address),
    firstSeen: NOW - 3_600_000,
    lastSeen: NOW,
    connections: 0,
    established: 0,
    halfOpen: 0,
    states: {},
    services: [],
    requests: 0,
    requests10s: 0,
    requests60s: 0,
    bytes: 0,
    status4xx: 0,
    status5xx: 0,
    malformed: 0,
    authFailures: 0,
    authAccepted: 0,
    ...known,
  };
}

/** No packets, but for those that are given. */
export function wire(known: Partial<Wire>): Wire {
  return {
    inPackets: 0,
    outPackets: 0,
    synIn: 0,
    synAckOut: 0,
    ackIn: 0,
    rstIn: 0,
    rstOut: 0,
    tcp: 0,
    udp: 0,
    icmp: 0,
    other: 0,
    inBytesPerSecond: 0,
    outBytesPerSecond: 0,
    packetsPerSecond: 0,
    synPerSecond: 0,
    ...known,
  };
}

export function request(address: string, path: string, known: Partial<RequestEvent> = {}): RequestEvent {
  return {
    kind: "request",
    at: NOW,
    ip: ip(address),
    method: "GET",
    path,
    protocol: "HTTP/1.1",
    status: 200,
    bytes: 5120,
    source: "/var/log/nginx/access.log",
    ...known,
  };
}

export function auth(address: string, known: Partial<AuthEvent> = {}): AuthEvent {
  return {
    kind: "auth",
    at: NOW,
    ip: ip(address),
    service: "ssh",
    outcome: "failed",
    source: "/var/log/auth.log",
    ...known,
  };
}

export function socket(address: string, known: Partial<Socket> = {}): Socket {
  return {
    local: ip("192.0.2.1"),
    localPort: 443,
    remote: ip(address),
    remotePort: 50_412,
    state: "ESTABLISHED",
    direction: "in",
    ...known,
  };
}

/** What a rule found in the last two minutes. */
export function finding(rule: string, score: number, known: Partial<Finding> = {}): Finding {
  return {
    rule,
    score,
    severity: severityOf(score),
    evidence: `${score} times`,
    since: NOW - 124_000,
    last: NOW - 3_000,
    samples: [],
    ...known,
  };
}

export function verdict(...findings: readonly Finding[]): Verdict {
  const risk = findings.reduce((sum, { score }) => sum + score, 0);
  return { risk, severity: severityOf(risk), findings };
}

/** Number `seq`, raised after the line of number `after`. */
export function alert(
  seq: number,
  after: number,
  address: string,
  known: Partial<Pick<Alert, "state" | "risk" | "severity" | "findings">> = verdict(
    finding("exploit-probe", 92),
  ),
): NumberedAlert {
  const { risk = 0, severity = "critical", findings = [], state = "raised" } = known;
  return {
    seq,
    after,
    alert: { kind: "alert", at: NOW, ip: ip(address), state, risk, severity, findings },
  };
}

/** Addresses of a small server under attack. */
export const ROWS: readonly IpProfile[] = [
  profile("45.77.12.9", {
    connections: 18,
    established: 15,
    states: { ESTABLISHED: 15, TIME_WAIT: 3 },
    services: [{ port: 443, name: "https", sockets: 18 }],
    requests: 1204,
    requests60s: 212,
    requests10s: 40,
    bytes: 2_100_000,
    status4xx: 980,
    last: "GET /.env",
  }),
  profile("141.98.11.20", {
    connections: 3,
    established: 1,
    halfOpen: 2,
    states: { ESTABLISHED: 1, SYN_RECV: 2 },
    services: [{ port: 22, name: "ssh", sockets: 3 }],
    authFailures: 37,
    last: "ssh failed root",
  }),
  profile("2a01:4f8:c2c:1234:5678:9abc:def0:17", {
    connections: 6,
    established: 6,
    states: { ESTABLISHED: 6 },
    services: [
      { port: 443, name: "https", sockets: 4 },
      { port: 80, name: "http", sockets: 1 },
      { port: 22, name: "ssh", sockets: 1 },
    ],
    requests: 310,
    requests60s: 41,
    bytes: 900_000,
    last: "POST /api/cart",
  }),
  profile("8.8.4.4", {
    connections: 2,
    established: 2,
    states: { ESTABLISHED: 2 },
    services: [{ port: 443, name: "https", sockets: 2 }],
    requests: 4120,
    requests60s: 60,
    bytes: 88_000_000,
    status4xx: 12,
    last: "GET /docs/start",
  }),
  profile("91.2.3.4", {
    requests: 12,
    bytes: 40_000,
    lastSeen: NOW - 300_000,
    authAccepted: 1,
    last: "ssh accepted ada",
  }),
];

export const LINES: readonly LiveLine[] = [
  request("45.77.12.9", "/.env", { status: 404, bytes: 512, userAgent: "Mozilla/5.0 zgrab/0.x" }),
  request("45.77.12.9", "/wp-login.php", { status: 404, method: "POST" }),
  auth("141.98.11.20", { user: "root", count: 5 }),
  request("8.8.4.4", "/docs/start"),
  request("2a01:4f8:c2c:1234:5678:9abc:def0:17", "/api/cart", { method: "POST", status: 502 }),
  request("45.77.12.9", "\x16\x03\x01", { malformed: true, status: 400 }),
  auth("91.2.3.4", { outcome: "accepted", user: "ada", method: "publickey" }),
].map((event, i) => ({ seq: i + 1, event }));

/** A snapshot of {@link ROWS} and {@link LINES}, but for what is given. */
export function snapshot(known: Partial<Snapshot> = {}): Snapshot {
  const rows = known.rows ?? ROWS;
  const wave = (base: number) => Array.from({ length: 60 }, (_, i) => base * (1 + Math.sin(i / 6)));
  return {
    v: 1,
    alerts: [],
    alertSeq: known.alerts?.at(-1)?.seq ?? 0,
    at: NOW,
    host: { name: "web-1", uptime: 12 * 86_400 + 4 * 3600 },
    totals: {
      addresses: rows.length,
      evicted: 0,
      sockets: 214,
      established: 180,
      halfOpen: 2,
      requests: 1_240_123,
      requests10s: 4120,
      requests60s: 24_720,
      bytes: 88_400_000,
      status4xx: 1204,
      status5xx: 3,
      malformed: 9,
      authFailures: 37,
      authAccepted: 1,
      hidden: 0,
      requestsPerSecond: 412,
      newConnectionsPerSecond: 31,
    },
    interfaces: [
      {
        name: "eth0",
        default: true,
        inBytesPerSecond: 3_100_000,
        outBytesPerSecond: 12_400_000,
        inPacketsPerSecond: 4000,
        outPacketsPerSecond: 9000,
      },
    ],
    series: {
      requests: wave(200),
      newConnections: wave(15),
      inBytes: wave(1_500_000),
      outBytes: wave(6_000_000),
    },
    offenders: {
      requests: rows.slice(0, 3).map((row) => ({ ip: row.ip, value: row.requests60s })),
      connections: rows.slice(0, 3).map((row) => ({ ip: row.ip, value: row.connections })),
      bytes: rows.slice(0, 3).map((row) => ({ ip: row.ip, value: row.bytes })),
    },
    verdicts: verdictsOf(rows.toSorted(compareRows<IpProfile>("risk"))),
    health: [
      { kind: "health", at: NOW, part: "sockets", source: "sock_diag", state: "up", detail: "214 sockets" },
      {
        kind: "health",
        at: NOW,
        part: "http",
        source: "/var/log/nginx/access.log",
        state: "up",
        detail: "combined",
      },
      {
        kind: "health",
        at: NOW,
        part: "http",
        source: "/var/log/nginx/shop.log",
        state: "up",
        detail: "combined",
        unparsed: 12,
      },
      {
        kind: "health",
        at: NOW,
        part: "auth",
        source: "/var/log/auth.log",
        state: "down",
        detail: "cannot be read: run with sudo",
      },
      { kind: "health", at: NOW, part: "kernel", source: "/proc/net", state: "up", detail: "counters" },
    ],
    matched: rows.length,
    rows,
    live: LINES,
    seq: known.live?.at(-1)?.seq ?? LINES.length,
    skipped: 0,
    ...known,
  };
}

/** What is known of an address of `rows`. */
export function detail(address: Ip, rows = ROWS): Detail | undefined {
  const found = rows.find((row) => row.ip === address);
  if (found === undefined) return undefined;
  const strip = (base: number) => Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : base * (i - 39)));
  return {
    profile: found,
    strip: { requests: strip(10), connections: strip(1), errors: strip(8), authFailures: strip(0) },
    sockets: Array.from({ length: found.connections }, (_, i) =>
      socket(address, {
        remotePort: 50_000 + i,
        pid: 812,
        process: "nginx",
        ...(i === 1 && { netns: 4_026_532_202, container: "web" }),
        state: i < found.established ? "ESTABLISHED" : "TIME_WAIT",
        tcpInfo: { inBytes: 400 * i, outBytes: 80_000 * i, rtt: 18_400, retransmits: i % 3 },
      }),
    ),
    requests: Array.from({ length: Math.min(200, found.requests) }, (_, i) =>
      request(address, `/page/${i}`, {
        at: NOW - i * 1000,
        status: i % 3 === 0 ? 404 : 200,
        userAgent: "Mozilla/5.0 zgrab/0.x",
      }),
    ),
    auth: Array.from({ length: Math.min(5, found.authFailures) }, (_, i) =>
      auth(address, { at: NOW - i * 60_000, user: i % 2 === 0 ? "root" : "admin" }),
    ),
  };
}

/** Answers a question from {@link ROWS} and {@link LINES}, as the core would. */
export function answer(query: Query, known: Partial<Snapshot> = {}): Snapshot {
  const whole = snapshot(known);
  const {
    filter,
    after,
    alertsAfter,
    group = "address",
    sort,
    reverse,
    limit = 1000,
    detail: wanted,
  } = query;
  const rowOf = (address: Ip) => whole.rows.find((row) => row.ip === address);
  const passes = (row: IpProfile): boolean => {
    if (filter === undefined) return true;
    const lines = filter.asksLines ? whole.live.filter(({ event }) => event.ip === row.ip) : [];
    return lines.length === 0 ? filter.address(row) : lines.some(({ event }) => filter.line(event, row));
  };
  const rows = whole.rows.filter(passes).toSorted(compareRows<IpProfile>(sort, reverse));
  const groups = group === "address" ? undefined : groupsOf(rows, group);
  const about = wanted === undefined ? undefined : detail(wanted, whole.rows);
  return {
    ...whole,
    rows: groups === undefined ? rows.slice(0, limit) : [],
    ...(groups !== undefined && { groups: groups.slice(0, limit), matchedGroups: groups.length }),
    matched: rows.length,
    live: whole.live.filter(
      ({ seq, event }) =>
        seq > (after ?? whole.seq) && (filter === undefined || filter.line(event, rowOf(event.ip))),
    ),
    alerts: whole.alerts.filter(({ seq, alert }) => {
      if (seq <= (alertsAfter ?? whole.alertSeq)) return false;
      const row = "ip" in alert ? rowOf(alert.ip) : undefined;
      return filter === undefined || (row !== undefined && passes(row));
    }),
    ...(about !== undefined && { detail: about }),
  };
}

/** Each group of the rows with the numbers of its first one, and how many it has. */
function groupsOf(rows: readonly IpProfile[], by: Group): GroupProfile[] {
  const groups = Map.groupBy(rows, ({ ip: address }) => {
    if (by !== "prefix") return "";
    return address.includes(":")
      ? `${address.split(":").slice(0, 4).join(":")}::/64`
      : address.replace(/\d+$/, "0/24");
  });
  return [...groups].flatMap(([group, [first, ...others]]) => {
    if (first === undefined) return [];
    const { ip: _, proxy: __, ...activity } = first;
    return [{ ...activity, group, addresses: 1 + others.length }];
  });
}
