import { describe, expect, test } from "bun:test";
import { rowJudge } from "../../test/row-judge.ts";
import { type Cidr, parseCidr } from "../model/cidr.ts";
import type { AuthEvent, Event, HealthEvent, KernelEvent, RequestEvent, Socket } from "../model/event.ts";
import { formatIp, type Ip, parseIp } from "../model/ip.ts";
import { proxiesOf } from "../model/proxies.ts";
import type { Filter, Query } from "../model/snapshot.ts";
import { fold } from "./fold.ts";
import { snapshot } from "./snapshot.ts";
import { createState, type Limits, MAX_SOURCES, type StateOptions } from "./state.ts";

const NOW = 1_762_549_449_000;
const VISITOR = parseIp("45.148.10.7") as Ip;
const OTHER = parseIp("2a00::1") as Ip;
const PRIVATE = parseIp("10.0.0.7") as Ip;
const LIMITS: Limits = { addresses: 2_048, strips: 8, recentBytes: 1 << 23, recentRecords: 1 << 15 };

function engine(options: Partial<StateOptions> = {}) {
  const state = createState({ showPrivate: false, seed: 1, limits: LIMITS, ...options });
  fold(state, { kind: "tick", at: NOW });
  return {
    fold: (...events: readonly Event[]) => {
      for (const event of events) fold(state, event);
    },
    ask: (query: Partial<Query> = {}) => snapshot(state, { sort: "ip", ...query }),
  };
}

function request(ip: Ip, path = "/", more: Partial<RequestEvent> = {}): RequestEvent {
  return { kind: "request", at: NOW, ip, method: "GET", path, source: "a.log", ...more };
}

function login(ip: Ip, more: Partial<AuthEvent> = {}): AuthEvent {
  return { kind: "auth", at: NOW, ip, service: "ssh", outcome: "failed", source: "auth.log", ...more };
}

function socket(remote: Ip, more: Partial<Socket> = {}): Socket {
  const local = parseIp("193.0.6.1") as Ip;
  return {
    local,
    localPort: 443,
    remote,
    remotePort: 50_000,
    state: "ESTABLISHED",
    direction: "in",
    ...more,
  };
}

function filter(passes: (text: string) => boolean): Filter {
  return {
    text: "",
    asksLines: false,
    asksRows: false,
    address: (row) => passes(row.ip),
    line: (event) => passes(event.kind === "request" ? (event.path ?? "") : event.service),
  };
}

test("knows nothing before the first event", () => {
  const state = createState({ showPrivate: false, seed: 1, limits: LIMITS });
  const empty = snapshot(state, { sort: "rate", after: 0, detail: VISITOR });
  expect(empty).toMatchObject({ v: 1, at: 0, host: { name: "" }, rows: [], live: [], seq: 0, matched: 0 });
  expect(empty.totals).toMatchObject({ addresses: 0, requests: 0, requestsPerSecond: 0 });
  expect(empty).not.toHaveProperty("detail");
  expect(empty.totals).not.toHaveProperty("newConnectionsPerSecond");
});

describe("private addresses", () => {
  const events = [
    request(PRIVATE, "/private"),
    request(VISITOR),
    login(PRIVATE),
    { kind: "sockets", at: NOW, source: "proc", sockets: [socket(PRIVATE), socket(VISITOR)] },
  ] as const;

  test("are counted and not listed", () => {
    const { fold, ask } = engine();
    fold(...events);
    const { totals, rows, matched, live, offenders, seq } = ask({ after: 0 });
    expect(totals).toMatchObject({ addresses: 1, hidden: 1, requests: 2, authFailures: 1, sockets: 2 });
    expect(rows.map(({ ip }) => ip)).toEqual([VISITOR]);
    expect(matched).toBe(1);
    expect(live.map(({ seq, event }) => [seq, event.ip])).toEqual([[2, VISITOR]]);
    expect(seq).toBe(3);
    expect(offenders.requests).toEqual([{ ip: VISITOR, value: 1 }]);
    expect(offenders.connections).toEqual([{ ip: VISITOR, value: 1 }]);
  });

  test("are listed when asked for", () => {
    const { fold, ask } = engine({ showPrivate: true });
    fold(...events);
    const { totals, rows, live } = ask({ after: 0 });
    expect(totals).toMatchObject({ addresses: 2, hidden: 0, requests: 2 });
    expect(rows.map(({ ip }) => ip)).toEqual([PRIVATE, VISITOR]);
    expect(live.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});

describe("addresses outside the lists", () => {
  const cidrs = (...texts: string[]) => texts.map((text) => parseCidr(text) as Cidr);
  const MAPPED = "::ffff:45.148.10.7" as Ip;
  const THIRD = parseIp("45.148.11.1") as Ip;
  const events = [
    request(MAPPED, "/mapped"),
    login(OTHER),
    request(THIRD),
    request(PRIVATE),
    { kind: "sockets", at: NOW, source: "proc", sockets: [socket(VISITOR), socket(THIRD)] },
  ] as const;

  test.each([
    ["none", {}, [VISITOR, THIRD, OTHER]],
    ["all allowed", { allow: cidrs("0.0.0.0/0", "::/0") }, [VISITOR, THIRD, OTHER]],
    ["one allowed", { allow: cidrs("45.148.10.255/24") }, [VISITOR]],
    ["one denied", { deny: cidrs("45.148.10.7") }, [THIRD, OTHER]],
    ["denied of the allowed", { allow: cidrs("45.148.0.0/16"), deny: cidrs("45.148.11.0/24") }, [VISITOR]],
    ["allowed of the denied", { allow: cidrs("45.148.10.7"), deny: cidrs("45.0.0.0/8") }, []],
    ["IPv6 alone", { allow: cidrs("::/0") }, [OTHER]],
    ["private, allowed", { allow: cidrs("10.0.0.0/8") }, []],
    ["private, allowed and shown", { allow: cidrs("10.0.0.0/8"), showPrivate: true }, [PRIVATE]],
  ] as const)("%s: hidden from rows, offenders and lines, and counted", (_, lists, listed) => {
    const { fold, ask } = engine(lists);
    fold(...events);
    const { totals, rows, matched, live, offenders } = ask({ after: 0 });
    expect(rows.map(({ ip }) => ip)).toEqual([...listed]);
    expect(matched).toBe(listed.length);
    expect(totals).toMatchObject({
      addresses: listed.length,
      hidden: 4 - listed.length,
      requests: 3,
      sockets: 2,
      authFailures: 1,
    });
    expect(new Set(live.map(({ event }) => parseIp(event.ip)))).toEqual(new Set(listed));
    expect(offenders.requests.map(({ ip }) => ip).every((ip) => (listed as readonly Ip[]).includes(ip))).toBe(
      true,
    );
  });
});

describe("rows", () => {
  test("are the first thousand unless another limit is asked for, of all that match", () => {
    const { fold, ask } = engine();
    const ips = Array.from({ length: 1_500 }, (_, i) =>
      formatIp(new Uint32Array([0, 0, 0xffff, 0x2d000000 + i])),
    );
    fold(...ips.map((ip) => request(ip)));
    expect(ask().rows.map(({ ip }) => ip)).toEqual(ips.slice(0, 1_000));
    expect(ask({ limit: 1_500 }).rows).toHaveLength(1_500);
    expect(ask({ limit: 0 })).toMatchObject({ rows: [], matched: 1_500 });
    const even = filter((text) => text.endsWith("0"));
    const some = ask({ filter: even, limit: 2 });
    expect(some.rows.map(({ ip }) => ip)).toEqual(["45.0.0.0", "45.0.0.10"] as Ip[]);
    expect(some.matched).toBe(ips.filter((ip) => ip.endsWith("0")).length);
    expect(some.totals.addresses).toBe(1_500);
  });

  test("list eight services at most, most sockets first, and the server's side of each", () => {
    const { fold, ask } = engine();
    const ports = [10, 9, 8, 7, 6, 5, 4, 3, 2, 443, 443, 80, 80, 80];
    fold({
      kind: "sockets",
      at: NOW,
      source: "proc",
      sockets: [
        ...ports.map((localPort) => socket(VISITOR, { localPort })),
        socket(OTHER, { direction: "out", localPort: 40_000, remotePort: 5_432, state: "SYN_SENT" }),
      ],
    });
    const [visitor, other] = ask().rows;
    expect(visitor?.services).toEqual([
      { port: 80, name: "http", sockets: 3 },
      { port: 443, name: "https", sockets: 2 },
      ...[2, 3, 4, 5, 6, 7].map((port) => ({ port, name: `${port}`, sockets: 1 })),
    ]);
    expect(other).toMatchObject({
      services: [{ port: 5_432, name: "pg", sockets: 1 }],
      states: { SYN_SENT: 1 },
    });
  });

  test("say what an address did last, as long as it is kept", () => {
    const limits = { ...LIMITS, recentRecords: 2 };
    const { fold, ask } = engine({ limits });
    const last = () => ask().rows.find(({ ip }) => ip === VISITOR)?.last;
    fold(request(VISITOR, "/.env"));
    expect(last()).toBe("GET /.env");
    fold(login(VISITOR, { user: "root" }));
    expect(last()).toBe("ssh failed root");
    fold(login(VISITOR, { service: "http", outcome: "probe", user: undefined, method: "limit-req" }));
    expect(last()).toBe("http probe limit-req");
    fold(request(VISITOR, "\u0016\u0003", { method: undefined, malformed: true }));
    expect(last()).toBe("\u0016\u0003");
    fold(request(OTHER), request(OTHER));
    expect(last()).toBeUndefined();
    expect(ask().rows.find(({ ip }) => ip === VISITOR)).not.toHaveProperty("last");
  });
});

describe("live lines", () => {
  test("are those after the last one shown, oldest first", () => {
    const { fold, ask } = engine();
    expect(ask({ after: 0 }).live).toEqual([]);
    fold(request(VISITOR, "/1"), login(OTHER), request(VISITOR, "/3"));
    const { live, seq } = ask({ after: 0 });
    expect(live).toEqual([
      { seq: 1, event: request(VISITOR, "/1") },
      { seq: 2, event: login(OTHER) },
      { seq: 3, event: request(VISITOR, "/3") },
    ]);
    expect(ask({ after: seq }).live).toEqual([]);
    fold(request(OTHER, "/4"));
    expect(ask({ after: seq }).live).toEqual([{ seq: 4, event: request(OTHER, "/4") }]);
    expect(ask({ after: 100 }).live).toEqual([]);
    expect(ask().live).toEqual([]);
  });

  test("are the newest five hundred that the filter lets through", () => {
    const { fold, ask } = engine();
    fold(...Array.from({ length: 1_200 }, (_, i) => request(VISITOR, `/${i}`)));
    const seqs = (query: Partial<Query>) => ask({ after: 0, ...query }).live.map(({ seq }) => seq);
    expect(seqs({})).toEqual(Array.from({ length: 500 }, (_, i) => 701 + i));
    const tens = filter((path) => path.endsWith("0"));
    expect(seqs({ filter: tens })).toEqual(Array.from({ length: 120 }, (_, i) => 10 * i + 1));
    expect(seqs({ filter: filter(() => false) })).toEqual([]);
  });

  test("of a filter that hardly ever matches are looked for in a bounded part only", () => {
    const { fold, ask } = engine();
    fold(...Array.from({ length: 24_000 }, (_, i) => request(VISITOR, `/${i}`)));
    let looked = 0;
    const never = filter(() => {
      looked++;
      return false;
    });
    ask({ after: 0, filter: { ...never, address: () => true } });
    expect(looked).toBe(20_000);
  });

  test("end where the arena's memory ends", () => {
    const { fold, ask } = engine({ limits: { ...LIMITS, recentRecords: 4 } });
    fold(...Array.from({ length: 10 }, (_, i) => request(VISITOR, `/${i}`)));
    expect(ask({ after: 2 }).live.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
    // 3 to 6 were overwritten before anybody saw them.
    expect(ask({ after: 2 }).skipped).toBe(4);
  });

  test("are so many as asked for, evenly picked, and the others are counted", () => {
    const { fold, ask } = engine();
    fold(...Array.from({ length: 11 }, (_, i) => request(VISITOR, `/${i}`)), request(PRIVATE, "/hidden"));
    const pick = (lines: number, more: Partial<Query> = {}) => {
      const { live, skipped } = ask({ after: 0, lines, ...more });
      return [live.map(({ seq }) => seq), skipped];
    };
    expect(pick(3)).toEqual([[1, 6, 11], 8]);
    expect(pick(1)).toEqual([[11], 10]);
    expect(pick(0)).toEqual([[], 11]);
    expect(pick(11)).toEqual([Array.from({ length: 11 }, (_, i) => i + 1), 0]);
    expect(pick(2, { after: 9 })).toEqual([[10, 11], 0]);
    expect(pick(2, { filter: filter((path) => path >= "/8") })).toEqual([[9, 10], 0]);
    expect(pick(5, { after: 100 })).toEqual([[], 0]);
  });
});

describe("offenders", () => {
  test("are the three first that did something at all, whatever the rows are sorted by", () => {
    const { fold, ask } = engine();
    const ips = [1, 2, 3, 4, 5].map((i) => parseIp(`45.0.0.${i}`) as Ip);
    for (const [i, ip] of ips.entries()) {
      fold(...Array.from({ length: i }, () => request(ip, "/", { bytes: 10 - i })));
      fold(request(ip, "/", { at: NOW - 90_000, bytes: 0 }));
    }
    fold({ kind: "sockets", at: NOW, source: "proc", sockets: [socket(ips[1] as Ip), socket(ips[1] as Ip)] });
    const { offenders } = ask({ limit: 1, filter: filter(() => false) });
    expect(offenders).toEqual({
      requests: [
        { ip: ips[4] as Ip, value: 4 },
        { ip: ips[3] as Ip, value: 3 },
        { ip: ips[2] as Ip, value: 2 },
      ],
      connections: [{ ip: ips[1] as Ip, value: 2 }],
      bytes: [
        { ip: ips[4] as Ip, value: 24 },
        { ip: ips[3] as Ip, value: 21 },
        { ip: ips[2] as Ip, value: 16 },
      ],
    });
  });
});

describe("health", () => {
  const health = (source: string, more: Partial<HealthEvent> = {}): HealthEvent => {
    return { kind: "health", at: NOW, part: "http", source, state: "up", detail: "reading", ...more };
  };

  test("is the last word of each source, in the order they first spoke", () => {
    const { fold, ask } = engine();
    fold(health("a", { lines: 1 }), health("b"), health("a", { part: "auth" }));
    fold(health("a", { state: "down", detail: "gone", lines: 7 }));
    expect(ask().health).toEqual([
      health("a", { state: "down", detail: "gone", lines: 7 }),
      health("b"),
      health("a", { part: "auth" }),
    ]);
  });

  test("is kept of a bounded number of sources, which may still change", () => {
    const { fold, ask } = engine();
    fold(...Array.from({ length: MAX_SOURCES + 50 }, (_, i) => health(`${i}`)));
    fold(health("0", { state: "down" }), health(`${MAX_SOURCES}`, { state: "down" }));
    expect(ask().health).toHaveLength(MAX_SOURCES);
    expect(ask().health.filter(({ state }) => state === "down")).toEqual([health("0", { state: "down" })]);
  });
});

describe("detail", () => {
  test("is what one address did: its newest requests and logins, its sockets, its hour", () => {
    const { fold, ask } = engine();
    for (let i = 0; i < 300; i++) {
      fold(
        request(VISITOR, `/${i}`, { status: 404 }),
        request(OTHER, "/other"),
        login(VISITOR, { session: i }),
      );
    }
    const sockets = Array.from({ length: 300 }, (_, i) =>
      socket(VISITOR, { remotePort: i, pid: 7, process: "nginx" }),
    );
    fold({ kind: "sockets", at: NOW, source: "sock_diag", sockets: [...sockets, socket(OTHER)] });
    const { detail, rows } = ask({ detail: VISITOR });
    expect(rows.filter(({ ip }) => ip === VISITOR)).toEqual(detail === undefined ? [] : [detail.profile]);
    expect(detail?.requests.map(({ path }) => path)).toEqual(
      Array.from({ length: 200 }, (_, i) => `/${299 - i}`),
    );
    expect(detail?.auth.map(({ session }) => session)).toEqual(
      Array.from({ length: 200 }, (_, i) => 299 - i),
    );
    expect(detail?.sockets).toHaveLength(256);
    for (const shown of detail?.sockets ?? []) expect(sockets).toContainEqual(shown);
    expect(detail?.strip?.requests.at(-1)).toBe(300);
    expect(detail?.strip?.errors.at(-1)).toBe(300);
    expect(detail?.strip?.authFailures.at(-1)).toBe(300);
    expect(detail?.strip?.connections.at(-1)).toBe(300);
  });

  test("holds as many requests and logins as were asked for", () => {
    const { fold, ask } = engine({ detailEvents: 3 });
    for (let i = 0; i < 5; i++) fold(request(VISITOR, `/${i}`), login(VISITOR, { session: i }));
    const { detail } = ask({ detail: VISITOR });
    expect(detail?.requests.map(({ path }) => path)).toEqual(["/4", "/3", "/2"]);
    expect(detail?.auth.map(({ session }) => session)).toEqual([4, 3, 2]);
  });

  test("says of a trusted proxy that it is one", () => {
    const { fold, ask } = engine({ isProxy: proxiesOf(["cloudflare"]).any });
    const proxy = parseIp("172.64.0.1") as Ip;
    fold(request(VISITOR), request(proxy));
    expect(ask().rows.map(({ ip, proxy: is }) => [ip, is])).toEqual([
      [VISITOR, undefined],
      [proxy, true],
    ]);
    expect(ask({ detail: proxy }).detail?.profile.proxy).toBe(true);
  });

  test("is absent of an address not held, and of what is no address", () => {
    const { fold, ask } = engine();
    fold(request(VISITOR));
    expect(ask({ detail: OTHER })).not.toHaveProperty("detail");
    expect(ask({ detail: "nobody" as Ip })).not.toHaveProperty("detail");
  });

  test("goes without a strip where the pool has none left", () => {
    const { fold, ask } = engine({ limits: { ...LIMITS, strips: 1 } });
    fold(request(VISITOR), request(VISITOR), request(OTHER));
    expect(ask({ detail: VISITOR }).detail).toHaveProperty("strip");
    expect(ask({ detail: OTHER }).detail).not.toHaveProperty("strip");
    fold(...Array.from({ length: 15 }, () => request(OTHER)));
    expect(ask({ detail: VISITOR }).detail).not.toHaveProperty("strip");
    // Counted from when the strip was had.
    expect(ask({ detail: OTHER }).detail?.strip?.requests.at(-1)).toBe(1);
  });
});

describe("the kernel's counters", () => {
  const kernel = (at: number, opens: number, more: Partial<KernelEvent> = {}): KernelEvent => ({
    kind: "kernel",
    at,
    host: "web1",
    uptime: 77,
    counters: { PassiveOpens: opens },
    interfaces: [{ name: "eth0", inBytes: opens, outBytes: 2 * opens, inPackets: 3, outPackets: 4 }],
    ...more,
  });

  test("are rates from the second sample on", () => {
    const { fold, ask } = engine();
    fold(kernel(NOW - 2_000, 100));
    expect(ask().host).toEqual({ name: "web1", uptime: 77 });
    expect(ask().totals).not.toHaveProperty("newConnectionsPerSecond");
    expect(ask().interfaces).toEqual([]);
    fold(kernel(NOW, 300));
    expect(ask().totals.newConnectionsPerSecond).toBe(100);
    expect(ask().totals).not.toHaveProperty("synCookiesPerSecond");
    expect(ask().interfaces).toEqual([
      {
        name: "eth0",
        inBytesPerSecond: 100,
        outBytesPerSecond: 200,
        inPacketsPerSecond: 0,
        outPacketsPerSecond: 0,
      },
    ]);
    expect(ask().series.newConnections.slice(-3)).toEqual([0, 100, 100]);
  });

  test("that went back say nothing of that interval", () => {
    const { fold, ask } = engine();
    fold(kernel(NOW - 1_000, 5_000), kernel(NOW, 3));
    expect(ask().totals.newConnectionsPerSecond).toBe(0);
    fold(kernel(NOW + 1_000, 13));
    expect(ask().totals.newConnectionsPerSecond).toBe(10);
  });

  test("of an interface that is new say nothing yet, and the series follows the default route", () => {
    const { fold, ask } = engine();
    const counters = { inPackets: 0, outPackets: 0 };
    const eth = (inBytes: number) => ({
      name: "eth0",
      inBytes,
      outBytes: 0,
      ...counters,
      default: true as const,
    });
    const lo = (inBytes: number) => ({ name: "lo", inBytes, outBytes: 0, ...counters });
    fold(kernel(NOW - 1_000, 0, { interfaces: [eth(1_000)] }));
    fold(kernel(NOW, 0, { interfaces: [eth(1_500), lo(90_000)] }));
    expect(ask().interfaces).toMatchObject([{ name: "eth0", default: true, inBytesPerSecond: 500 }]);
    fold(kernel(NOW + 1_000, 0, { interfaces: [eth(1_600), lo(190_000)] }), {
      kind: "tick",
      at: NOW + 1_000,
    });
    expect(ask().interfaces).toMatchObject([{ inBytesPerSecond: 100 }, { inBytesPerSecond: 100_000 }]);
    expect(ask().series.inBytes.slice(-2)).toEqual([500, 100]);
  });
});

test("two samples that share a second are not a doubled rate", () => {
  const { fold, ask } = engine();
  const kernel = (at: number, opens: number): KernelEvent => {
    return { kind: "kernel", at, host: "h", uptime: 1, counters: { PassiveOpens: opens }, interfaces: [] };
  };
  // Once a second, but late by a few milliseconds each: no sample in the second before the last.
  fold(kernel(NOW - 2_005, 0), kernel(NOW - 1_004, 100), kernel(NOW + 1, 200), kernel(NOW + 999, 300));
  const rates = ask().series.newConnections.slice(-3).map(Math.round);
  expect(rates).toEqual([100, 100, 100]);
});

test("a network is called what its lowest named address says, and the worst of equals is the lowest", () => {
  const { fold, ask } = engine({
    judge: rowJudge(({ requests }) => ({
      risk: 10,
      severity: "info",
      findings: [
        { rule: "x", severity: "info", score: 10, evidence: `${requests}`, since: 0, last: 0, samples: [] },
      ],
    })),
  });
  const [low, middle, high] = ["45.0.0.1", "45.0.0.2", "45.0.0.3"].map((text) => parseIp(text) as Ip);
  const origin = (ip: Ip | undefined, org?: string): Event => {
    return { kind: "origin", at: NOW, ip: ip as Ip, asn: 9, ...(org !== undefined && { org }) };
  };
  fold(request(high as Ip), request(high as Ip), request(middle as Ip), request(low as Ip));
  fold(origin(high, "High"), origin(middle, "Middle"), origin(low));
  const { groups, matchedGroups } = ask({ group: "network" });
  expect(groups).toMatchObject([{ group: "AS9 Middle", addresses: 3, origin: { asn: 9 }, requests: 4 }]);
  expect(groups?.[0]?.origin).toEqual({ asn: 9 });
  expect(groups?.[0]?.verdict?.findings).toMatchObject([{ evidence: "1" }]);
  expect(matchedGroups).toBe(1);
});

test("verdicts are counted over all listed addresses, whatever the filter and the limit, and the three worst named", () => {
  const risks = new Map([
    [PRIVATE as string, 100],
    ["45.148.10.1", 80],
    ["45.148.10.2", 30],
    ["45.148.10.3", 29],
    ["45.148.10.4", 80],
    ["45.148.10.5", 70],
  ]);
  const { fold, ask } = engine({
    judge: rowJudge(({ requests: risk }) => ({
      risk,
      severity: risk < 30 ? "info" : risk < 70 ? "warning" : "critical",
      findings: ["first", "second"].map((rule) => ({
        rule,
        severity: "info",
        score: 1,
        evidence: "",
        since: NOW,
        last: NOW,
        samples: [],
      })),
    })),
  });
  for (const [ip, risk] of risks) {
    fold(...Array.from({ length: risk }, () => request(parseIp(ip) as Ip)));
  }
  const { verdicts } = ask({ limit: 1, filter: filter((text) => text === "45.148.10.3") });
  expect(verdicts).toEqual({
    critical: 3,
    warning: 1,
    info: 1,
    worst: [
      { ip: "45.148.10.1" as Ip, risk: 80, severity: "critical", rules: ["first", "second"] },
      { ip: "45.148.10.4" as Ip, risk: 80, severity: "critical", rules: ["first", "second"] },
      { ip: "45.148.10.5" as Ip, risk: 70, severity: "critical", rules: ["first", "second"] },
    ],
  });
  expect(engine().ask().verdicts).toEqual({ critical: 0, warning: 0, info: 0, worst: [] });
});
