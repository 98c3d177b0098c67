import fc from "fast-check";
import type {
  AuthEvent,
  BandwidthEvent,
  Event,
  HealthEvent,
  HostEvent,
  KernelEvent,
  OriginEvent,
  PeerTraffic,
  RequestEvent,
  Socket,
  TcpState,
  TrafficEvent,
} from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";

/** When every program of events starts: epoch milliseconds, in the middle of a second and of a minute. */
export const START = 1_762_549_449_500;

/** One address in every spelling that must be the same one. */
export interface Known {
  readonly ip: Ip;
  readonly spellings: readonly string[];
  readonly private: boolean;
}

function known(ip: string, spellings: readonly string[], isPrivate = false): Known {
  return { ip: ip as Ip, spellings: [ip, ...spellings], private: isPrivate };
}

/** The addresses of the programs, in numeric order, IPv4 first: few, so that everything collides. */
export const KNOWN: readonly Known[] = [
  known("8.8.8.8", ["::ffff:8.8.8.8", "::FFFF:808:808"]),
  known("10.0.0.7", ["::ffff:10.0.0.7"], true),
  known("45.148.10.7", ["::ffff:2d94:a07"]),
  known("45.148.10.90", []),
  known("192.168.1.4", ["0:0:0:0:0:ffff:192.168.1.4"], true),
  known("193.0.6.139", []),
  known("223.255.255.254", []),
  known("2606:4700::1111", ["2606:4700:0:0:0:0:0:1111"]),
  known("2a00::1", ["2A00:0000::0001"]),
  known("2a00::ffff:0:2", []),
  known("2a00:0:0:1::1", []),
  known("fe80::1", [], true),
];

/** A prefix, and which of {@link KNOWN} lie inside. */
export interface KnownPrefix {
  readonly prefix: string;
  readonly inside: readonly string[];
}

export const PREFIXES: readonly KnownPrefix[] = [
  { prefix: "8.8.8.8", inside: ["8.8.8.8"] },
  { prefix: "::ffff:8.8.0.1/16", inside: ["8.8.8.8"] },
  { prefix: "10.0.0.0/8", inside: ["10.0.0.7"] },
  { prefix: "192.0.0.0/7", inside: ["192.168.1.4", "193.0.6.139"] },
  { prefix: "203.0.113.0/24", inside: [] },
  { prefix: "0.0.0.0/0", inside: KNOWN.map(({ ip }) => ip).filter((ip) => !ip.includes(":")) },
  { prefix: "2a00::/12", inside: ["2a00::1", "2a00::ffff:0:2", "2a00:0:0:1::1"] },
  { prefix: "::/0", inside: KNOWN.map(({ ip }) => ip).filter((ip) => ip.includes(":")) },
];

const NO_ADDRESS = ["", "nobody", "1.2.3", "1.2.3.4:80", "fe80::1%eth0", "::ffff:8.8.8.8/128"];

/** The canonical address of a spelling, or undefined where it is none. */
export function canonical(text: string): Known | undefined {
  return KNOWN.find(({ spellings }) => spellings.includes(text));
}

const address = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...KNOWN.flatMap(({ spellings }) => spellings)) },
  { weight: 1, arbitrary: fc.constantFrom(...NO_ADDRESS) },
) as fc.Arbitrary<Ip>;

/** How far from core time an event's own time lies, milliseconds: mostly near, some late, some hours late. */
const offset = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -12_000, max: 4_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: -70_000, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: -4_000_000, max: 60_000 }) },
);

const text = fc.constantFrom("/", "/about", "/.env", "/ü/\u{1f600}", "/<script>\u001b[2J", "");
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

const request = fc.record<Omit<RequestEvent, "at">>({
  kind: fc.constant("request"),
  ip: address,
  method: some(fc.constantFrom("GET", "POST")),
  path: some(text),
  protocol: some(fc.constant("HTTP/1.1")),
  status: some(fc.constantFrom(101, 200, 304, 399, 400, 404, 499, 500, 503, 599, 600, 999)),
  bytes: some(fc.integer({ min: 0, max: 5_000_000_000 })),
  referrer: some(text),
  userAgent: some(fc.constantFrom("curl/8.5.0", "Mozilla/5.0")),
  user: some(fc.constant("bob")),
  vhost: some(fc.constant("shop.example")),
  malformed: some(fc.constant(true)),
  timeUnknown: some(fc.constant(true)),
  source: fc.constantFrom("/var/log/nginx/access.log", "/var/log/nginx/shop.log"),
});

const auth = fc.record<Omit<AuthEvent, "at">, "kind" | "ip" | "service" | "outcome" | "source">(
  {
    kind: fc.constant("auth"),
    ip: address,
    service: fc.constantFrom("ssh", "ssh", "http"),
    outcome: fc.constantFrom("failed", "invalid-user", "accepted", "closed", "probe"),
    user: fc.constantFrom("root", "admin"),
    method: fc.constantFrom("password", "pam", "keyboard-interactive/pam"),
    count: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(70_000)),
    session: fc.integer({ min: 1, max: 3 }),
    source: fc.constant("/var/log/auth.log"),
  },
  { requiredKeys: ["kind", "ip", "service", "outcome", "source"] },
);

const STATES: readonly TcpState[] = ["ESTABLISHED", "SYN_RECV", "TIME_WAIT", "LAST_ACK"];

const tuple = fc.record<Socket, "local" | "localPort" | "remote" | "remotePort" | "state" | "direction">(
  {
    local: fc.constantFrom("193.0.6.1", "193.0.6.1", "193.0.6.1", "::1%lo") as fc.Arbitrary<Ip>,
    localPort: fc.constantFrom(22, 80, 443, 8080, 40_001, 40_002, 40_003, 40_004, 40_005, 40_006),
    remote: address,
    remotePort: fc.constantFrom(443, 5432, 50_000, 65_535),
    state: fc.constantFrom(...STATES),
    direction: fc.constantFrom("in", "out"),
    tcpInfo: fc.record({
      inBytes: fc.nat(),
      outBytes: fc.nat(),
      rtt: fc.nat(),
      retransmits: fc.nat(),
    }),
  },
  { requiredKeys: ["local", "localPort", "remote", "remotePort", "state", "direction"] },
);

/** A namespace has one name; of some only the number is known. */
const place = fc.constantFrom(
  {},
  { netns: 4_026_532_202, container: "web" },
  { netns: 4_026_532_203, container: "db" },
  { netns: 4_026_532_204 },
);

const socket = fc.tuple(tuple, place).map(([tuple, place]) => ({ ...tuple, ...place }));

const counter = fc.integer({ min: 0, max: 4_000 });

const kernel = fc.record<Omit<KernelEvent, "at">>({
  kind: fc.constant("kernel"),
  host: fc.constantFrom("web1", "web2"),
  uptime: fc.nat(),
  counters: fc.record(
    { PassiveOpens: counter, SyncookiesSent: counter, ListenDrops: counter },
    { requiredKeys: [] },
  ),
  interfaces: fc.uniqueArray(
    fc.record(
      {
        name: fc.constantFrom("eth0", "eth1", "lo"),
        inBytes: counter,
        outBytes: counter,
        inPackets: counter,
        outPackets: counter,
        default: fc.constant(true as const),
      },
      { requiredKeys: ["name", "inBytes", "outBytes", "inPackets", "outPackets"] },
    ),
    { selector: ({ name }) => name, maxLength: 3 },
  ),
});

const bandwidth = fc.record<Omit<BandwidthEvent, "at">>({
  kind: fc.constant("bandwidth"),
  interface: fc.constantFrom("eth0", "eth1"),
  month: fc.constantFrom("2025-10", "2025-11"),
  inBytes: fc.nat(),
  outBytes: fc.nat(),
  source: fc.constant("vnstat"),
});

const few = fc.integer({ min: 0, max: 40 });

const peer = fc
  .record<Omit<PeerTraffic, "tcp" | "lastSeen">, "ip">(
    {
      ip: address,
      inBytes: fc.integer({ min: 0, max: 5_000_000_000 }),
      outBytes: few,
      inPackets: few,
      outPackets: few,
      synIn: few,
      ackIn: few,
      rstIn: few,
      udp: fc.integer({ min: 0, max: 2 }),
    },
    { requiredKeys: ["ip"] },
  )
  // No more of one protocol than packets.
  .map(({ udp, inPackets, ...counts }): PeerTraffic => {
    const of = inPackets === undefined ? {} : { inPackets, tcp: inPackets };
    return {
      ...counts,
      ...of,
      ...(udp !== undefined && inPackets !== undefined && { inPackets: inPackets + udp, udp }),
    };
  });

/** One reading of an interface; of lengths that divide into seconds without a rest. */
const traffic = fc.record<
  Omit<TrafficEvent, "at">,
  "kind" | "interface" | "source" | "milliseconds" | "peers"
>(
  {
    kind: fc.constant("traffic"),
    interface: fc.constantFrom("eth0", "eth1"),
    source: fc.constantFrom("ebpf", "ebpf", "ring", "tcp_info"),
    milliseconds: fc.constantFrom(0, 1000, 1000, 1000, 2000, 4000),
    totals: fc.record({
      inBytes: counter,
      outBytes: counter,
      inPackets: counter,
      outPackets: counter,
      synIn: counter,
      synAckOut: counter,
      nonIp: counter,
    }),
    dropped: few,
    sampled: few,
    peers: fc.array(peer, { maxLength: 6 }),
  },
  { requiredKeys: ["kind", "interface", "source", "milliseconds", "peers"] },
);

const health = fc.record<Omit<HealthEvent, "at">>({
  kind: fc.constant("health"),
  part: fc.constantFrom("http", "auth", "bandwidth"),
  source: fc.constantFrom("a.log", "b.log"),
  state: fc.constantFrom("up", "degraded", "down"),
  detail: fc.constantFrom("reading", "no such file"),
});

/** Some of the addresses that also ask and fail: a host talks to itself. */
const host = fc.record<Omit<HostEvent, "at">>({
  kind: fc.constant("host"),
  addresses: fc.subarray(KNOWN.map(({ ip }) => ip).slice(4, 8)),
});

/** Two operators of one number, two numbers of one operator, and some of neither. */
const origin = fc.record<Omit<OriginEvent, "at">, "kind" | "ip">(
  {
    kind: fc.constant("origin"),
    ip: address,
    country: fc.constantFrom("NL", "DE"),
    city: fc.constantFrom("", "Delft"),
    asn: fc.constantFrom(9, 14_061),
    org: fc.constantFrom("DigitalOcean", "Digital Ocean, LLC"),
    hostname: fc.constantFrom("a.example", "b.example"),
  },
  { requiredKeys: ["kind", "ip"] },
);

/** One event still without its time, which is relative to the core time it meets. */
type Step = { readonly body: Record<string, unknown>; readonly offset: number };

const atOffset = (body: fc.Arbitrary<object>, offsets: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record({ body: body as fc.Arbitrary<Record<string, unknown>>, offset: offsets });

/** Ticks go on by a second, sometimes by minutes, sometimes back (which must change nothing). */
const advance = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 2_500 }) },
  { weight: 1, arbitrary: fc.integer({ min: -90_000, max: 90_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4_000_000 }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: atOffset(fc.constant({ kind: "tick" }), advance) },
  { weight: 10, arbitrary: atOffset(request, offset) },
  { weight: 4, arbitrary: atOffset(auth, offset) },
  {
    weight: 2,
    arbitrary: atOffset(
      fc.record({
        kind: fc.constant("sockets"),
        source: fc.constantFrom("sock_diag", "proc"),
        sockets: fc.array(socket, { maxLength: 14 }),
      }),
      offset,
    ),
  },
  { weight: 4, arbitrary: atOffset(traffic, fc.integer({ min: -5_000, max: 5_000 })) },
  { weight: 2, arbitrary: atOffset(kernel, fc.integer({ min: -2_000, max: 2_000 })) },
  { weight: 1, arbitrary: atOffset(bandwidth, offset) },
  { weight: 1, arbitrary: atOffset(health, offset) },
  { weight: 1, arbitrary: atOffset(host, offset) },
  { weight: 3, arbitrary: atOffset(origin, offset) },
);

/** Random programs of events, each of them beginning with a tick at {@link START}. */
export const programs: fc.Arbitrary<Event[]> = fc.array(step, { maxLength: 60, size: "max" }).map((steps) => {
  let now = START;
  const events: Event[] = [{ kind: "tick", at: now }];
  for (const { body, offset } of steps) {
    events.push({ ...body, at: now + offset } as unknown as Event);
    if (body.kind === "tick") now = Math.max(now, now + offset);
  }
  return events;
});
