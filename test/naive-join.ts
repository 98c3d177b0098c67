import {
  type AuthEvent,
  type BandwidthEvent,
  type Event,
  type HealthEvent,
  KERNEL_COUNTERS,
  type KernelCounter,
  type KernelEvent,
  type RequestEvent,
  type Socket,
} from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import type { IpProfile, LiveLine, Query, Snapshot, Sort, Strip } from "../src/model/snapshot.ts";
import { canonical, KNOWN } from "./random-events.ts";

/**
 * The join as one would write it without a thought for cost: it keeps every event for ever and counts
 * them anew at each question. What src/correlate says must be the same wherever nothing had to leave.
 */
export class NaiveJoin {
  now = 0;
  /** The earliest time heard of since the first tick. */
  started = Number.POSITIVE_INFINITY;
  readonly requests: { seq: number; event: RequestEvent; second: number }[] = [];
  readonly auths: { seq: number; event: AuthEvent }[] = [];
  readonly tables: { at: number; sockets: Socket[] }[] = [];
  readonly kernels: KernelEvent[] = [];
  readonly bandwidths: BandwidthEvent[] = [];
  /** Rates by second since the epoch. */
  readonly series = {
    newConnections: new Map<number, number>(),
    inBytes: new Map<number, number>(),
    outBytes: new Map<number, number>(),
  };
  readonly health = new Map<string, HealthEvent>();
  seq = 0;

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
      case "auth":
        if (canonical(event.ip) !== undefined) this.auths.push({ seq: ++this.seq, event });
        return;
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
      case "bandwidth":
        this.bandwidths.push(event);
        return;
      case "health":
        this.health.set(`${event.part}/${event.source}`, event);
    }
  }

  /** Lines stamped more than four seconds ahead count as four seconds ahead. */
  windowSecond(at: number): number {
    return Math.min(secondOf(at), secondOf(this.now) + 4);
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
    return [
      ...this.requests.filter(({ event }) => event.ip === ip).map(({ event }) => event.at),
      ...this.auths.filter(({ event }) => canonical(event.ip)?.ip === ip).map(({ event }) => event.at),
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

  authsOf(ip?: Ip) {
    return this.auths.filter(({ event }) => ip === undefined || canonical(event.ip)?.ip === ip);
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
      authFailures: outcomes("failed", "invalid-user"),
      authAccepted: outcomes("accepted"),
    };
  }

  profile(ip: Ip): IpProfile {
    const times = this.times(ip);
    const states: Partial<Record<Socket["state"], number>> = {};
    for (const { state } of this.sockets(ip)) states[state] = (states[state] ?? 0) + 1;
    const newest = this.lines()
      .filter(({ event }) => canonical(event.ip)?.ip === ip)
      .at(-1)?.event;
    return {
      ip,
      firstSeen: Math.min(...times),
      lastSeen: Math.max(...times),
      connections: this.sockets(ip).length,
      ...this.counts(ip),
      states,
      services: this.services(ip).slice(0, 8),
      ...(newest !== undefined && { last: inWords(newest) }),
    };
  }

  /** All of them, though a profile lists eight. */
  services(ip: Ip) {
    const names: Record<number, string> = {
      22: "ssh",
      80: "http",
      443: "https",
      5432: "pg",
      8080: "http-alt",
    };
    const ports = this.sockets(ip).map((s) => (s.direction === "in" ? s.localPort : s.remotePort));
    const distinct = new Set(ports);
    if (this.authsOf(ip).length > 0) distinct.add(22);
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

  rows(sort: Sort, isListed: (ip: Ip) => boolean): IpProfile[] {
    const value = (row: IpProfile): number => {
      switch (sort) {
        case "ip":
          return 0;
        case "auth":
          return row.authFailures;
        case "rate":
          return row.requests60s;
        case "last":
          return row.lastSeen;
        case "svc":
          return this.services(row.ip).length;
        case "conn":
          return row.connections;
        case "req":
          return row.requests;
        case "sent":
          return row.bytes;
        default:
          return 0;
      }
    };
    const rows = this.addresses()
      .filter(isListed)
      .map((ip) => this.profile(ip));
    // The sort is stable and the rows stand in numeric order.
    if (sort === "ip") return rows;
    return rows.sort(
      (a, b) => value(b) - value(a) || b.connections - a.connections || b.requests - a.requests,
    );
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
            .filter(({ event }) => event.outcome === "failed" || event.outcome === "invalid-user")
            .map(({ event }) => event.count ?? 1),
        ),
      ),
    };
  }

  /** As src/correlate/snapshot.ts with room for everything, for queries without a filter. */
  snapshot(query: Query, isListed: (ip: Ip) => boolean): Snapshot {
    const all = this.addresses();
    const rows = this.rows(query.sort, isListed);
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
      this.rows(by, isListed)
        .slice(0, 3)
        .filter((row) => row[sort] > 0)
        .map((row) => ({ ip: row.ip, value: row[sort] }));
    const { detail } = query;
    const [bandwidth] = this.bandwidths.toReversed().sort((a, b) => b.at - a.at);
    return {
      v: 1,
      at: this.now,
      host: { name: kernel?.host ?? "", ...(kernel !== undefined && { uptime: kernel.uptime }) },
      totals: {
        addresses: rows.length,
        hidden: all.length - rows.length,
        evicted: 0,
        sockets: this.sockets().length,
        ...this.counts(),
        requestsPerSecond:
          requests10s / Math.min(10, secondOf(this.now) - secondOf(Math.min(this.started, this.now)) + 1),
        ...(newConnections !== undefined && { newConnectionsPerSecond: newConnections }),
        ...(synCookies !== undefined && { synCookiesPerSecond: synCookies }),
        ...(listenDrops !== undefined && { listenDropsPerSecond: listenDrops }),
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
      },
      offenders: {
        requests: offenders("requests60s", "rate"),
        connections: offenders("connections", "conn"),
        bytes: offenders("bytes", "sent"),
      },
      health: [...this.health.values()],
      matched: rows.length,
      skipped: 0,
      rows: rows.slice(0, query.limit ?? 1_000),
      live:
        query.after === undefined
          ? []
          : this.lines().filter(
              ({ seq, event }) => seq > (query.after ?? 0) && isListed(canonical(event.ip)?.ip as Ip),
            ),
      seq: this.seq,
      ...(detail !== undefined &&
        all.includes(detail) && {
          detail: {
            profile: this.profile(detail),
            strip: this.strip(detail),
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
    event.kind === "auth" ? [event.service, event.outcome, event.user] : [event.method, event.path];
  return words.filter((word) => word !== undefined).join(" ");
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
