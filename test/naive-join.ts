import {
  type AuthEvent,
  type BandwidthEvent,
  type Event,
  type HealthEvent,
  KERNEL_COUNTERS,
  type KernelCounter,
  type KernelEvent,
  type PeerTraffic,
  type RequestEvent,
  type Socket,
  type TrafficEvent,
} from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import type {
  Activity,
  Filter,
  Group,
  GroupProfile,
  IpProfile,
  LiveLine,
  Origin,
  Query,
  Snapshot,
  Sort,
  Strip,
  Verdict,
  Wire,
  WireTotals,
} from "../src/model/snapshot.ts";
import type { TrafficCount, TrafficTotal } from "../src/model/traffic.ts";
import { canonical, KNOWN } from "./random-events.ts";
import { verdictsOf } from "./verdicts-of.ts";

/** What one reading tells of a peer. */
type Seen = PeerTraffic & { readonly at: number };

/**
 * The join as one would write it without a thought for cost: it keeps every event for ever and counts
 * them anew at each question. What src/correlate says must be the same wherever nothing had to leave.
 */
export class NaiveJoin {
  readonly judge: (row: Activity) => Verdict | undefined;
  readonly isProxy: (ip: Ip) => boolean;
  now = 0;
  /** The earliest time heard of since the first tick. */
  started = Number.POSITIVE_INFINITY;
  readonly requests: { seq: number; event: RequestEvent; second: number }[] = [];
  readonly auths: { seq: number; event: AuthEvent; failures: number }[] = [];
  /** Of each session that goes on: whose it is, and what was told of its failures. */
  readonly refusals = new Map<number, { ip: Ip; told: ("user" | "pam" | "attempt")[] }>();
  readonly tables: { at: number; sockets: Socket[] }[] = [];
  readonly kernels: KernelEvent[] = [];
  readonly bandwidths: BandwidthEvent[] = [];
  readonly readings: { event: TrafficEvent; last: number; length: number; peers: Seen[] }[] = [];
  /** Rates by second since the epoch. */
  readonly series = {
    newConnections: new Map<number, number>(),
    inBytes: new Map<number, number>(),
    outBytes: new Map<number, number>(),
  };
  readonly health = new Map<string, HealthEvent>();
  readonly origins = new Map<Ip, Origin>();
  /** This host's own addresses. */
  own = new Set<Ip>();
  seq = 0;

  constructor(
    judge: (row: Activity) => Verdict | undefined = () => undefined,
    isProxy: (ip: Ip) => boolean = () => false,
  ) {
    this.judge = judge;
    this.isProxy = isProxy;
  }

  fold(event: Event): void {
    switch (event.kind) {
      case "tick":
        this.now = Math.max(this.now, event.at);
        this.started = Math.min(this.started, event.at);
        return;
      case "request": {
        const known = canonical(event.ip);
        if (known === undefined) return;
        this.started = Math.min(this.started, event.at);
        const second = this.windowSecond(event.at);
        this.requests.push({ seq: ++this.seq, event: { ...event, ip: known.ip }, second });
        return;
      }
      case "auth": {
        const known = canonical(event.ip);
        if (known === undefined) return;
        const failures = this.failures(event, known.ip);
        this.auths.push({ seq: ++this.seq, event: { ...event, ip: known.ip }, failures });
        return;
      }
      case "origin": {
        const { kind: _kind, at: _at, ip, ...told } = event;
        const known = canonical(ip)?.ip;
        if (known === undefined || !this.addresses().includes(known)) return;
        const texts = Object.entries(told).filter(([, value]) => value !== "");
        const origin = { ...this.origins.get(known), ...Object.fromEntries(texts) };
        this.origins.set(known, origin);
        return;
      }
      case "sockets": {
        const sockets = event.sockets.flatMap((socket) => {
          const remote = canonical(socket.remote);
          return remote === undefined || socket.local.includes("%") ? [] : [{ ...socket, remote: remote.ip }];
        });
        this.tables.push({ at: event.at, sockets });
        return;
      }
      case "kernel":
        this.foldKernel(event);
        return;
      case "traffic":
        this.foldTraffic(event);
        return;
      case "bandwidth":
        this.bandwidths.push(event);
        return;
      case "host":
        this.own = new Set(event.addresses);
        return;
      case "health":
        this.health.set(`${event.part}/${event.source}`, event);
    }
  }

  /** Lines stamped more than four seconds ahead count as four seconds ahead. */
  windowSecond(at: number): number {
    return Math.min(secondOf(at), secondOf(this.now) + 4);
  }

  /** Of sockets their payload alone; nothing of what is nobody's or this host's own. */
  foldTraffic(event: TrafficEvent): void {
    const { at, milliseconds, source } = event;
    const peers = event.peers.flatMap((peer): Seen[] => {
      const ip = canonical(peer.ip)?.ip;
      if (ip === undefined || this.own.has(ip)) return [];
      const { inBytes = 0, outBytes = 0 } = peer;
      const told = source === "tcp_info" ? { inBytes, outBytes } : peer;
      if (inBytes + outBytes + packetsIn(told) === 0) return [];
      return [{ ...told, ip, at: Math.min(peer.lastSeen ?? at, at) }];
    });
    const length = Math.max(1, secondOf(at) - secondOf(at - milliseconds));
    this.readings.push({ event, peers, length, last: this.windowSecond(at) });
  }

  /** Those that tell of packets. */
  counted() {
    return this.readings.filter(({ event }) => event.source !== "tcp_info");
  }

  /** Per second over the last four, of which each reading tells for as long as it is of; 0 where all are too old. */
  wireRate(amount: (reading: NaiveJoin["readings"][number]) => number): number | undefined {
    const counted = this.counted();
    const newest = Math.max(...counted.map(({ last }) => last));
    const length = counted.findLast(({ last }) => last === newest)?.length ?? 0;
    if (secondOf(this.now) - newest > Math.min(60, Math.max(4, 2 * length))) return undefined;
    const first = Math.min(...counted.map(({ last, length }) => last - length + 1));
    const span = newest - first >= 3 ? 4 : newest - first >= 1 ? 2 : 1;
    const inside = (second: number) => second > newest - span && second <= newest;
    return (
      sum(
        counted.map((reading) => {
          const seconds = Array.from({ length: reading.length }, (_, i) => reading.last - i).filter(inside);
          return (seconds.length * amount(reading)) / reading.length;
        }),
      ) / span
    );
  }

  /** What passed of these addresses. */
  traffic(ips: readonly Ip[]): Pick<Activity, "inBytes" | "outBytes" | "wire"> {
    const all = this.readings.flatMap(({ peers }) => peers).filter(({ ip }) => ips.includes(ip));
    const total = (key: TrafficCount) => sum(all.map((peer) => peer[key] ?? 0));
    const inBytes = total("inBytes");
    const outBytes = total("outBytes");
    const packets = total("inPackets") + total("outPackets");
    if (inBytes + outBytes + packets === 0) return {};
    if (packets === 0) return { inBytes, outBytes };
    // Of an address of which no packet was counted nothing else of packets is told either.
    const told = ips.filter(
      (ip) => sum(all.filter((peer) => peer.ip === ip).map((peer) => packetsIn(peer))) > 0,
    );
    const counted = (key: TrafficCount) =>
      sum(all.filter(({ ip }) => told.includes(ip)).map((peer) => peer[key] ?? 0));
    const rate = (value: (peer: Seen) => number) =>
      this.wireRate(({ peers }) => sum(peers.filter(({ ip }) => told.includes(ip)).map(value))) ?? 0;
    const wire: Wire = {
      inPackets: counted("inPackets"),
      outPackets: counted("outPackets"),
      synIn: counted("synIn"),
      synAckOut: counted("synAckOut"),
      ackIn: counted("ackIn"),
      rstIn: counted("rstIn"),
      rstOut: counted("rstOut"),
      tcp: counted("tcp"),
      udp: counted("udp"),
      icmp: counted("icmp"),
      other: packets - counted("tcp") - counted("udp") - counted("icmp"),
      inBytesPerSecond: rate(({ inBytes = 0 }) => inBytes),
      outBytesPerSecond: rate(({ outBytes = 0 }) => outBytes),
      packetsPerSecond: rate(packetsIn),
      synPerSecond: rate(({ synIn = 0 }) => synIn),
    };
    return { inBytes, outBytes, wire };
  }

  wireTotals(): WireTotals | undefined {
    const told = this.counted().filter(({ event }) => event.totals !== undefined);
    if (told.length === 0) return undefined;
    const rate = (total: TrafficTotal) => this.wireRate(({ event }) => event.totals?.[total] ?? 0);
    const inBytesPerSecond = rate("inBytes");
    return {
      ...(inBytesPerSecond !== undefined && {
        inBytesPerSecond,
        outBytesPerSecond: rate("outBytes") ?? 0,
        inPacketsPerSecond: rate("inPackets") ?? 0,
        outPacketsPerSecond: rate("outPackets") ?? 0,
        synPerSecond: rate("synIn") ?? 0,
        synAckPerSecond: rate("synAckOut") ?? 0,
        loudSynPerSecond:
          this.wireRate(({ peers, length }) =>
            sum(peers.map(({ synIn = 0 }) => (synIn >= 10 * length ? synIn : 0))),
          ) ?? 0,
      }),
      sampled: sum(this.readings.map(({ event }) => event.sampled ?? 0)),
      dropped: sum(this.readings.map(({ event }) => event.dropped ?? 0)),
      noRoom: 0,
    };
  }

  /** SYNs of all addresses in one second. */
  synsIn(second: number): number {
    return sum(
      this.counted()
        .filter(({ last, length }) => second <= last && second > last - length)
        .map(({ event, length }) => (event.totals?.synIn ?? 0) / length),
    );
  }

  foldKernel(event: KernelEvent): void {
    const before = this.kernels.at(-1);
    this.kernels.push(event);
    if (before === undefined || event.at <= before.at) return;
    const last = this.windowSecond(event.at);
    const first = Math.min(secondOf(before.at) + 1, last);
    const rates = [
      [this.series.newConnections, counterRate(before, event, "PassiveOpens") ?? 0],
      [this.series.inBytes, interfaceRate(before, event, "inBytes")],
      [this.series.outBytes, interfaceRate(before, event, "outBytes")],
    ] as const;
    for (const [series, rate] of rates) {
      for (let second = first; second <= last; second++) series.set(second, rate);
    }
  }

  /** Every address ever seen, in numeric order. */
  addresses(): Ip[] {
    return KNOWN.filter(({ ip }) => this.times(ip).length > 0).map(({ ip }) => ip);
  }

  times(ip: Ip): number[] {
    const passed = this.readings.flatMap(({ peers }) => peers.filter((peer) => peer.ip === ip));
    return [...this.acts(ip), ...passed.map(({ at }) => at)];
  }

  /** Packets are no acts: anybody can forge them. */
  acts(ip: Ip): number[] {
    return [
      ...this.requests.filter(({ event }) => event.ip === ip).map(({ event }) => event.at),
      ...this.auths.filter(({ event }) => event.ip === ip).map(({ event }) => event.at),
      ...this.tables.filter(({ sockets }) => sockets.some(({ remote }) => remote === ip)).map(({ at }) => at),
    ];
  }

  sockets(ip?: Ip): Socket[] {
    const all = this.tables.at(-1)?.sockets ?? [];
    return ip === undefined ? all : all.filter(({ remote }) => remote === ip);
  }

  requestsIn(seconds: number, ip?: Ip): number {
    const now = secondOf(this.now);
    const inside = (second: number) => second > now - seconds && second <= now;
    return this.requestsOf(ip).filter(({ second }) => inside(second)).length;
  }

  requestsOf(ip?: Ip) {
    return this.requests.filter(({ event }) => ip === undefined || event.ip === ip);
  }

  /** One attempt is told of as that of a refused user, by PAM, and by its method. */
  failures({ outcome, session, method, count = 1 }: AuthEvent, ip: Ip): number {
    if (outcome === "probe") return 0;
    const ends = outcome === "accepted" || outcome === "closed";
    if (session === undefined) return ends ? 0 : count;
    const open = this.refusals.get(session);
    const told = open?.ip === ip ? open.told : [];
    if (ends) {
      if (told.length > 0) this.refusals.delete(session);
      return 0;
    }
    const remark = method === undefined;
    if (outcome === "failed" && remark && told.length > 0) return 0;
    const last = outcome === "invalid-user" ? undefined : told.at(-1);
    const what = outcome === "invalid-user" || remark ? "user" : method === "pam" ? "pam" : "attempt";
    this.refusals.set(session, { ip, told: [...told, what] });
    const again = last === "user" || (last === "pam" && (method ?? "").endsWith("/pam"));
    return again ? Math.max(0, count - 1) : count;
  }

  authsOf(ip?: Ip) {
    return this.auths.filter(({ event }) => ip === undefined || event.ip === ip);
  }

  counts(ip?: Ip) {
    const requests = this.requestsOf(ip).map(({ event }) => event);
    const auths = this.authsOf(ip).map(({ event }) => event);
    const status = (hundreds: number) =>
      requests.filter((event) => Math.floor((event.status ?? 0) / 100) === hundreds).length;
    const outcomes = (...wanted: string[]) =>
      sum(auths.filter(({ outcome }) => wanted.includes(outcome)).map(({ count }) => count ?? 1));
    const sockets = this.sockets(ip);
    return {
      established: sockets.filter(({ state }) => state === "ESTABLISHED").length,
      halfOpen: sockets.filter(({ state }) => state === "SYN_RECV").length,
      requests: requests.length,
      requests10s: this.requestsIn(10, ip),
      requests60s: this.requestsIn(60, ip),
      bytes: sum(requests.map(({ bytes }) => bytes ?? 0)),
      status4xx: status(4),
      status5xx: status(5),
      malformed: requests.filter(({ malformed }) => malformed).length,
      authFailures: sum(this.authsOf(ip).map(({ failures }) => failures)),
      authAccepted: outcomes("accepted"),
    };
  }

  profile(ip: Ip): IpProfile {
    const activity = this.activity([ip]);
    const proxy = this.isProxy(ip);
    const trusted = proxy || this.own.has(ip);
    const verdict = trusted ? undefined : this.judge(activity);
    const origin = this.origins.get(ip);
    return {
      ip,
      ...activity,
      ...(proxy && { proxy }),
      ...(trusted && { trusted }),
      ...(verdict !== undefined && { verdict }),
      ...(origin !== undefined && { origin }),
    };
  }

  /** What several did together, sorted out anew. */
  activity(ips: readonly Ip[]): Activity {
    const times = ips.flatMap((ip) => this.times(ip));
    const sockets = ips.flatMap((ip) => this.sockets(ip));
    const states: Partial<Record<Socket["state"], number>> = {};
    for (const { state } of sockets) states[state] = (states[state] ?? 0) + 1;
    const newest = this.lines()
      .filter(({ event }) => ips.includes(event.ip))
      .at(-1)?.event;
    const counts = ips.map((ip) => this.counts(ip));
    const total = (key: keyof ReturnType<NaiveJoin["counts"]>) => sum(counts.map((each) => each[key]));
    return {
      firstSeen: Math.min(...times),
      lastSeen: Math.max(...times),
      connections: sockets.length,
      established: total("established"),
      halfOpen: total("halfOpen"),
      requests: total("requests"),
      requests10s: total("requests10s"),
      requests60s: total("requests60s"),
      bytes: total("bytes"),
      ...this.traffic(ips),
      ...(this.tables.length > 0 &&
        sockets.length === 0 &&
        this.traffic(ips).wire !== undefined && { noSocket: true as const }),
      status4xx: total("status4xx"),
      status5xx: total("status5xx"),
      malformed: total("malformed"),
      authFailures: total("authFailures"),
      authAccepted: total("authAccepted"),
      states,
      services: this.services(ips).slice(0, 8),
      ...(newest !== undefined && { last: inWords(newest) }),
    };
  }

  /** All of them, though a profile lists eight. */
  services(ips: readonly Ip[]) {
    const names: Record<number, string> = {
      22: "ssh",
      80: "http",
      443: "https",
      5432: "pg",
      8080: "http-alt",
    };
    const ports = ips
      .flatMap((ip) => this.sockets(ip))
      .map((s) => (s.direction === "in" ? s.localPort : s.remotePort));
    const distinct = new Set(ports);
    if (ips.some((ip) => this.authsOf(ip).some(({ event }) => event.service !== "http"))) distinct.add(22);
    return [...distinct]
      .map((port) => ({
        port,
        name: names[port] ?? `${port}`,
        sockets: ports.filter((p) => p === port).length,
      }))
      .sort((a, b) => b.sockets - a.sockets || a.port - b.port);
  }

  /** Requests and logins in the order they came. */
  lines(): LiveLine[] {
    return [...this.requests, ...this.auths]
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, event }) => ({ seq, event }));
  }

  rows(query: Query, isListed: (ip: Ip) => boolean): IpProfile[] {
    const { filter } = query;
    const rows = this.addresses()
      .filter(isListed)
      .map((ip) => this.profile(ip))
      .filter((row) => filter === undefined || this.passes(row, filter));
    // The sort is stable and the rows stand in numeric order.
    return inOrder(rows, query, (row) => this.services([row.ip]).length);
  }

  /** With one of its lines; by itself where it has none, or where none is asked for. */
  passes(row: IpProfile, filter: Filter): boolean {
    const lines = this.lines().filter(({ event }) => event.ip === row.ip);
    if (!filter.asksLines || lines.length === 0) return filter.address(row);
    return lines.some(({ event }) => filter.line(event, row));
  }

  groups(rows: readonly IpProfile[], by: Exclude<Group, "address">, query: Query): GroupProfile[] {
    const keys = new Set(rows.map((row) => keyOf(row, by)));
    const groups = [...keys].map((key) => {
      // In numeric order, whatever the rows are sorted by.
      const members = rows
        .filter((row) => keyOf(row, by) === key)
        .sort((a, b) => placeOf(a.ip) - placeOf(b.ip));
      const named = members.find(({ origin }) => origin?.org !== undefined) ?? members[0];
      const [worst] = members.flatMap(({ verdict }) => verdict ?? []).sort((a, b) => b.risk - a.risk);
      const origin = shared(members.map((row) => row.origin));
      const group = by === "network" ? networkOf(named?.origin) : `${key}`;
      return {
        members,
        profile: {
          group,
          addresses: members.length,
          ...this.activity(members.map(({ ip }) => ip)),
          ...(worst !== undefined && { verdict: worst }),
          ...(origin !== undefined && { origin }),
        },
      };
    });
    const named = groups.sort((a, b) => {
      if (by === "prefix") return placeOf(a.members[0]?.ip as Ip) - placeOf(b.members[0]?.ip as Ip);
      return byWords(a.profile.group, b.profile.group, false);
    });
    const services = new Map(
      groups.map(({ profile, members }) => [
        profile.group,
        this.services(members.map(({ ip }) => ip)).length,
      ]),
    );
    // Reversed names: those that are not known stay last.
    const profiles = named.map(({ profile }) => profile);
    if (query.sort === "ip" && query.reverse && by !== "prefix") {
      return profiles.sort((a, b) => byWords(a.group, b.group, true));
    }
    return inOrder(profiles, query, (row) => services.get(row.group) ?? 0);
  }

  strip(ip: Ip): Strip {
    const newest = minuteOf(this.now);
    const row = (value: (minute: number) => number) =>
      Array.from({ length: 60 }, (_, i) => Math.min(value(newest - 59 + i), 65_535));
    const requests = (minute: number) =>
      this.requestsOf(ip).filter(({ event }) => minuteOf(event.at) === minute);
    return {
      requests: row((minute) => requests(minute).length),
      connections: row((minute) =>
        Math.max(
          0,
          ...this.tables
            .filter(({ at }) => minuteOf(at) === minute)
            .map(({ sockets }) => sockets.filter(({ remote }) => remote === ip).length),
        ),
      ),
      errors: row((minute) => requests(minute).filter(({ event }) => (event.status ?? 0) >= 400).length),
      authFailures: row((minute) =>
        sum(
          this.authsOf(ip)
            .filter(({ event }) => minuteOf(event.at) === minute)
            .map(({ failures }) => failures),
        ),
      ),
    };
  }

  live({ after, lines, filter }: Query, isListed: (ip: Ip) => boolean): Pick<Snapshot, "live" | "skipped"> {
    if (after === undefined) return { live: [], skipped: 0 };
    const passing = this.lines().filter(
      ({ seq, event }) =>
        seq > after && isListed(event.ip) && (filter?.line(event, this.profile(event.ip)) ?? true),
    );
    const n = passing.length;
    if (lines === undefined || n <= lines) return { live: passing, skipped: 0 };
    const live = Array.from({ length: lines }, (_, i) =>
      passing.at(lines === 1 ? -1 : Math.round((i * (n - 1)) / (lines - 1))),
    ).filter((line) => line !== undefined);
    return { live, skipped: n - live.length };
  }

  /** As src/correlate/snapshot.ts with room for everything. */
  snapshot(query: Query, isListed: (ip: Ip) => boolean): Snapshot {
    const all = this.addresses();
    const rows = this.rows(query, isListed);
    const { group = "address", limit = 1_000 } = query;
    const groups = group === "address" ? undefined : this.groups(rows, group, query);
    const seconds = Array.from({ length: 60 }, (_, i) => secondOf(this.now) - 59 + i);
    const kernel = this.kernels.at(-1);
    const before = this.kernels.at(-2);
    const rates = kernel !== undefined && before !== undefined && isFresh(before, kernel, this.now);
    const rate = (counter: KernelCounter) => (rates ? counterRate(before, kernel, counter) : undefined);
    const newConnections = rate("PassiveOpens");
    const synCookies = rate("SyncookiesSent");
    const listenDrops = rate("ListenDrops");
    const requests10s = this.requestsIn(10);
    const offenders = (sort: "requests60s" | "connections" | "bytes", by: Sort) =>
      this.rows({ sort: by }, isListed)
        .slice(0, 3)
        .filter((row) => row[sort] > 0)
        .map((row) => ({ ip: row.ip, value: row[sort] }));
    const { detail } = query;
    const wire = this.wireTotals();
    const [bandwidth] = this.bandwidths.toReversed().sort((a, b) => b.at - a.at);
    return {
      v: 1,
      at: this.now,
      host: { name: kernel?.host ?? "", ...(kernel !== undefined && { uptime: kernel.uptime }) },
      totals: {
        addresses: all.filter(isListed).length,
        hidden: all.filter((ip) => !isListed(ip)).length,
        evicted: 0,
        sockets: this.sockets().length,
        ...this.counts(),
        requestsPerSecond:
          requests10s / Math.min(10, secondOf(this.now) - secondOf(Math.min(this.started, this.now)) + 1),
        ...(newConnections !== undefined && { newConnectionsPerSecond: newConnections }),
        ...(synCookies !== undefined && { synCookiesPerSecond: synCookies }),
        ...(listenDrops !== undefined && { listenDropsPerSecond: listenDrops }),
        ...(wire !== undefined && { wire }),
      },
      interfaces: !rates
        ? []
        : kernel.interfaces.flatMap((to) => {
            const from = before.interfaces.find(({ name }) => name === to.name);
            if (from === undefined) return [];
            const perSecond = (key: "inBytes" | "outBytes" | "inPackets" | "outPackets") =>
              change(from[key], to[key], before.at, kernel.at);
            return [
              {
                name: to.name,
                ...(to.default && { default: true as const }),
                inBytesPerSecond: perSecond("inBytes"),
                outBytesPerSecond: perSecond("outBytes"),
                inPacketsPerSecond: perSecond("inPackets"),
                outPacketsPerSecond: perSecond("outPackets"),
              },
            ];
          }),
      ...(bandwidth !== undefined && {
        bandwidth: {
          interface: bandwidth.interface,
          month: bandwidth.month,
          inBytes: bandwidth.inBytes,
          outBytes: bandwidth.outBytes,
        },
      }),
      series: {
        requests: seconds.map((wanted) => this.requests.filter(({ second }) => second === wanted).length),
        newConnections: seconds.map((second) => this.series.newConnections.get(second) ?? 0),
        inBytes: seconds.map((second) => this.series.inBytes.get(second) ?? 0),
        outBytes: seconds.map((second) => this.series.outBytes.get(second) ?? 0),
        ...(wire !== undefined && { syn: seconds.map((second) => this.synsIn(second)) }),
      },
      offenders: {
        requests: offenders("requests60s", "rate"),
        connections: offenders("connections", "conn"),
        bytes: offenders("bytes", "sent"),
      },
      verdicts: verdictsOf(this.rows({ sort: "risk" }, isListed)),
      health: [...this.health.values()],
      matched: rows.length,
      rows: groups === undefined ? rows.slice(0, limit) : [],
      ...(groups !== undefined && { groups: groups.slice(0, limit), matchedGroups: groups.length }),
      ...this.live(query, isListed),
      alerts: [],
      alertSeq: 0,
      seq: this.seq,
      ...(detail !== undefined &&
        all.includes(detail) && {
          detail: {
            profile: this.profile(detail),
            ...(this.acts(detail).length > 0 && { strip: this.strip(detail) }),
            sockets: this.sockets(detail).reverse(),
            requests: this.requestsOf(detail)
              .map(({ event }) => event)
              .reverse(),
            auth: this.authsOf(detail)
              .map(({ event }) => event)
              .reverse(),
          },
        }),
    };
  }
}

/** Rows that stand in the order of their names, by what is asked for. */
function inOrder<Row extends Activity>(
  rows: Row[],
  { sort, reverse = false }: Query,
  services: (row: Row) => number,
): Row[] {
  if (sort === "ip") return reverse ? rows.reverse() : rows;
  const primary = (a: Row, b: Row): number => {
    if (sort === "cc") return byWords(a.origin?.country ?? "", b.origin?.country ?? "", reverse);
    if (sort === "network") return byWords(networkOf(a.origin), networkOf(b.origin), reverse);
    const value = (row: Row) => (sort === "svc" ? services(row) : numberOf(row, sort));
    return reverse ? value(a) - value(b) : value(b) - value(a);
  };
  return rows.sort((a, b) => primary(a, b) || b.connections - a.connections || b.requests - a.requests);
}

function numberOf(row: Activity, sort: Exclude<Sort, "ip" | "cc" | "network" | "svc">): number {
  switch (sort) {
    case "risk":
      return row.verdict?.risk ?? 0;
    case "conn":
      return row.connections;
    case "est":
      return row.established;
    case "half":
      return row.halfOpen;
    case "rate":
      return row.requests60s;
    case "req":
      return row.requests;
    case "sent":
      return row.bytes;
    case "4xx":
      return row.status4xx;
    case "5xx":
      return row.status5xx;
    case "auth":
      return row.authFailures;
    case "last":
      return row.lastSeen;
    case "in":
      return row.inBytes ?? 0;
    case "out":
      return row.outBytes ?? 0;
    case "pkts":
      return row.wire?.packetsPerSecond ?? 0;
    case "syn":
      return row.wire?.synPerSecond ?? 0;
    case "seen":
      return 0;
  }
}

/** Alphabetical or backwards, the unknown last. */
function byWords(a: string, b: string, reverse: boolean): number {
  if (a === b) return 0;
  if (a === "") return 1;
  if (b === "") return -1;
  return (a < b ? -1 : 1) * (reverse ? -1 : 1);
}

function placeOf(ip: Ip): number {
  return KNOWN.findIndex((known) => known.ip === ip);
}

function keyOf(row: IpProfile, by: Exclude<Group, "address">): string | number {
  if (by === "country") return row.origin?.country ?? "";
  if (by === "network") return row.origin?.asn ?? networkOf(row.origin);
  return prefixOf(row.ip);
}

/** Of the known addresses alone, whose zeros stand together. */
function prefixOf(ip: Ip): string {
  if (ip.includes(":")) return ip.startsWith("2a00:0:0:1:") ? "2a00:0:0:1::/64" : `${ip.split("::")[0]}::/64`;
  return `${ip.split(".").slice(0, 3).join(".")}.0/24`;
}

function networkOf(origin: Origin | undefined): string {
  const number = origin?.asn === undefined ? [] : [`AS${origin.asn}`];
  return [...number, ...(origin?.org === undefined ? [] : [origin.org])].join(" ");
}

/** The fields on which all of them agree. */
function shared(origins: readonly (Origin | undefined)[]): Origin | undefined {
  const same = Object.entries(origins[0] ?? {}).filter(([field, value]) =>
    origins.every((origin) => origin?.[field as keyof Origin] === value),
  );
  return same.length === 0 ? undefined : Object.fromEntries(same);
}

/** Rates say nothing once the kernel has not been heard for ten seconds and for two of its intervals. */
function isFresh(before: KernelEvent, kernel: KernelEvent, now: number): boolean {
  return now - kernel.at <= 10_000 || now - kernel.at <= 2 * (kernel.at - before.at);
}

function counterRate(before: KernelEvent, after: KernelEvent, counter: KernelCounter): number | undefined {
  if (!KERNEL_COUNTERS.includes(counter)) return undefined;
  const from = before.counters[counter];
  const to = after.counters[counter];
  return from === undefined || to === undefined ? undefined : change(from, to, before.at, after.at);
}

/** Of the interfaces that carry the default route now. */
function interfaceRate(before: KernelEvent, after: KernelEvent, key: "inBytes" | "outBytes"): number {
  return sum(
    after.interfaces
      .filter((counters) => counters.default)
      .map((to) => {
        const from = before.interfaces.find(({ name }) => name === to.name);
        return from === undefined ? 0 : change(from[key], to[key], before.at, after.at);
      }),
  );
}

function change(from: number, to: number, fromAt: number, toAt: number): number {
  return toAt > fromAt && to > from ? ((to - from) * 1000) / (toAt - fromAt) : 0;
}

function inWords(event: RequestEvent | AuthEvent): string {
  const words =
    event.kind === "auth"
      ? [event.service, event.outcome, event.user ?? (event.outcome === "probe" ? event.method : undefined)]
      : [event.method, event.path];
  return words.filter((word) => word !== undefined).join(" ");
}

function packetsIn({ inPackets = 0, outPackets = 0 }: Partial<PeerTraffic>): number {
  return inPackets + outPackets;
}

function secondOf(at: number): number {
  return Math.floor(at / 1000);
}

function minuteOf(at: number): number {
  return Math.floor(at / 60_000);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
