import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { NaiveJoin } from "../../test/naive-join.ts";
import { socket } from "../../test/peers.ts";
import { PoisonedRequest } from "../../test/poisoned-request.ts";
import { canonical, KNOWN, type KnownPrefix, PREFIXES, programs, START } from "../../test/random-events.ts";
import { rowJudge } from "../../test/row-judge.ts";
import { type Cidr, parseCidr } from "../model/cidr.ts";
import type { AuthEvent, Event, RequestEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { NO_JUDGE } from "../model/judge.ts";
import { prefixSet } from "../model/prefix-set.ts";
import {
  type Activity,
  type Filter,
  GROUPS,
  type Query,
  SORTS,
  type Totals,
  type Verdict,
} from "../model/snapshot.ts";
import { fold } from "./fold.ts";
import type { Listing } from "./listing.ts";
import { snapshot } from "./snapshot.ts";
import { createState, type Limits, type State } from "./state.ts";

const ROOM: Limits = { addresses: 64, strips: 64, recentBytes: 1 << 18, recentRecords: 256 };
/** Fewer than the addresses of the programs, so that they push each other out. */
const NARROW: Limits = { addresses: 4, strips: 2, recentBytes: 8_192, recentRecords: 8 };

const HIDES_PRIVATE: Listing = { showPrivate: false };

/** One that many fire at, and that no other rule is like. */
function judge({ authFailures, malformed, halfOpen }: Activity): Verdict | undefined {
  const risk = Math.min(100, 10 * malformed + 7 * Math.min(authFailures, 9) + halfOpen);
  if (risk === 0) return undefined;
  const severity = risk < 10 ? "info" : risk < 20 ? "warning" : "critical";
  return {
    risk,
    severity,
    findings: [{ rule: "x", severity, score: risk, evidence: `${risk}`, since: 0, last: 0, samples: [] }],
  };
}

const PROXY = parseIp("193.0.6.139") as Ip;
const isProxy = prefixSet([parseCidr(PROXY) as Cidr]);

function stateOf(events: readonly Event[], limits = ROOM, seed = 1, listing = HIDES_PRIVATE): State {
  const state = createState({ ...listing, judge: rowJudge(judge), isProxy, seed, limits });
  for (const event of events) fold(state, event);
  return state;
}

function naiveOf(events: readonly Event[]): NaiveJoin {
  const naive = new NaiveJoin(judge, (ip) => ip === PROXY);
  for (const event of events) naive.fold(event);
  return naive;
}

/** Logins are kept as they came, so spellings that only a careless source would send show there. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const isEnv = (event: RequestEvent | AuthEvent) => event.kind === "request" && event.path === "/.env";
const isFailed = (event: RequestEvent | AuthEvent) =>
  event.kind === "auth" ? event.outcome === "failed" : (event.status ?? 0) >= 400;

/** Of each kind: by the row, by its lines, by what no line may be, and by both. */
const FILTERS: readonly Filter[] = [
  {
    text: "conn:>0",
    asksLines: false,
    asksRows: true,
    line: (_, row) => (row?.connections ?? 0) > 0,
    address: (row) => row.connections > 0,
  },
  { text: "path:/.env", asksLines: true, asksRows: false, line: isEnv, address: () => false },
  {
    text: "-status:4xx",
    asksLines: true,
    asksRows: false,
    line: (event) => !isFailed(event),
    address: () => true,
  },
  {
    text: "fails, of those who ask often or have a network",
    asksLines: true,
    asksRows: true,
    line: (event, row) => isFailed(event) && ((row?.requests ?? 0) > 1 || row?.origin?.asn !== undefined),
    address: (row) => row.services.length > 1,
  },
];

const queries: fc.Arbitrary<Query> = fc.record(
  {
    sort: fc.constantFrom(...SORTS),
    reverse: fc.boolean(),
    group: fc.constantFrom(...GROUPS),
    filter: fc.constantFrom(...FILTERS),
    lines: fc.integer({ min: 0, max: 12 }),
    limit: fc.integer({ min: 0, max: 10 }),
    after: fc.integer({ min: 0, max: 40 }),
    detail: fc.constantFrom(...KNOWN.map(({ ip }) => ip)),
  },
  { requiredKeys: ["sort"] },
);

interface Lists {
  readonly showPrivate: boolean;
  readonly allow: readonly KnownPrefix[];
  readonly deny: readonly KnownPrefix[];
}

const lists: fc.Arbitrary<Lists> = fc.record({
  showPrivate: fc.boolean(),
  allow: fc.oneof(fc.constant([]), fc.subarray([...PREFIXES])),
  deny: fc.oneof(fc.constant([]), fc.subarray([...PREFIXES], { maxLength: 3 })),
});

function listingOf({ showPrivate, allow, deny }: Lists): Listing {
  const cidrs = (list: readonly KnownPrefix[]) => list.map(({ prefix }) => parseCidr(prefix) as Cidr);
  return { showPrivate, allow: cidrs(allow), deny: cidrs(deny) };
}

/** The same, as one would say it. */
function isListed({ showPrivate, allow, deny }: Lists): (ip: Ip) => boolean {
  const lies = (ip: Ip, list: readonly KnownPrefix[]) => list.some(({ inside }) => inside.includes(ip));
  return (ip) =>
    (showPrivate || !canonical(ip)?.private) && (allow.length === 0 || lies(ip, allow)) && !lies(ip, deny);
}

describe("against the naive join", () => {
  test("every number of a snapshot is the same while nothing has to leave", () => {
    fc.assert(
      fc.property(programs, queries, lists, (events, query, lists) => {
        const actual = snapshot(stateOf(events, ROOM, 1, listingOf(lists)), query);
        expect(plain(actual)).toEqual(plain(naiveOf(events).snapshot(query, isListed(lists))));
      }),
      { numRuns: 120 },
    );
  });

  test("totals stay exact when addresses leave, and no row says more than what happened", () => {
    fc.assert(
      fc.property(programs, (events) => {
        const { totals, series, rows } = snapshot(stateOf(events, NARROW, 1, { showPrivate: true }), {
          sort: "ip",
        });
        const naive = naiveOf(events);
        const expected = naive.snapshot({ sort: "ip" }, () => true);
        const seen = expected.totals.addresses;
        const { evicted } = totals;
        const held: Totals = {
          ...expected.totals,
          addresses: Math.min(seen, NARROW.addresses),
          evicted,
          ...(totals.wire &&
            expected.totals.wire && { wire: { ...expected.totals.wire, noRoom: totals.wire.noRoom } }),
        };
        expect(totals).toEqual(held);
        const active = naive.addresses().filter((ip) => naive.acts(ip).length > 0).length;
        expect(evicted).toBeGreaterThanOrEqual(active - held.addresses);
        expect(series).toEqual(expected.series);
        expect(rows).toHaveLength(held.addresses);
        for (const row of rows) {
          const whole = naive.profile(row.ip);
          expect(row.requests).toBeLessThanOrEqual(whole.requests);
          expect(row.requests60s).toBeLessThanOrEqual(whole.requests60s);
          expect(row.bytes).toBeLessThanOrEqual(whole.bytes);
          expect(row.inBytes ?? 0).toBeLessThanOrEqual(whole.inBytes ?? 0);
          expect(row.wire?.inPackets ?? 0).toBeLessThanOrEqual(whole.wire?.inPackets ?? 0);
          expect(row.wire?.packetsPerSecond ?? 0).toBeLessThanOrEqual(whole.wire?.packetsPerSecond ?? 0);
          expect(row.authFailures).toBeLessThanOrEqual(whole.authFailures);
          expect(row.connections).toBeLessThanOrEqual(whole.connections);
          expect(row.firstSeen).toBeGreaterThanOrEqual(whole.firstSeen);
          expect(row.lastSeen).toBeLessThanOrEqual(whole.lastSeen);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("the same events give the same bytes, whatever the seed", () => {
    fc.assert(
      fc.property(
        programs,
        queries,
        fc.integer(),
        fc.constantFrom(ROOM, NARROW),
        (events, query, seed, limits) => {
          const one = JSON.stringify(snapshot(stateOf(events, limits, 1), query));
          expect(JSON.stringify(snapshot(stateOf(events, limits, seed), query))).toBe(one);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("a snapshot does not change when the state goes on", () => {
    fc.assert(
      fc.property(programs, programs, queries, (events, more, query) => {
        const state = stateOf(events, NARROW);
        const before = snapshot(state, query);
        const text = JSON.stringify(before);
        for (const event of more) fold(state, event);
        expect(JSON.stringify(before)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  test("requests still inside their line count like plain ones, and nothing of them is kept", () => {
    fc.assert(
      fc.property(programs, queries, (events, query) => {
        const request = new PoisonedRequest();
        const state = createState({
          showPrivate: false,
          judge: rowJudge(judge),
          isProxy,
          seed: 1,
          limits: ROOM,
        });
        for (const event of events) {
          if (event.kind !== "request") fold(state, event);
          else if (canonical(event.ip) !== undefined) {
            fold(state, request.load(event));
            request.poison();
          }
        }
        expect(snapshot(state, query)).toEqual(snapshot(stateOf(events), query));
      }),
      { numRuns: 50 },
    );
  });
});

test("a poisoned request throws at every getter", () => {
  const request = new PoisonedRequest();
  request.load(requestAt(START));
  expect(request.path).toBe("/");
  request.poison();
  expect(() => request.path).toThrow();
  expect(() => request.words).toThrow();
});

const VISITOR = parseIp("45.148.10.7") as Ip;

function requestAt(at: number): RequestEvent {
  return { kind: "request", at, ip: VISITOR, method: "GET", path: "/", source: "access.log" };
}

/** `perSecond` requests in each second from `from` for `seconds` seconds. */
function traffic(from: number, seconds: number, perSecond: number): Event[] {
  return Array.from({ length: seconds * perSecond }, (_, i) =>
    requestAt(from + Math.floor(i / perSecond) * 1000),
  );
}

function tick(at: number): Event {
  return { kind: "tick", at };
}

describe("time", () => {
  const ask = (state: State) => snapshot(state, { sort: "ip" });

  test("rates fall to zero while nothing but ticks arrives, and totals stay", () => {
    const kernel = (at: number, bytes: number): Event => ({
      kind: "kernel",
      at,
      host: "web1",
      uptime: 1,
      counters: { PassiveOpens: bytes, SyncookiesSent: bytes, ListenDrops: bytes },
      interfaces: [
        { name: "eth0", inBytes: bytes, outBytes: bytes, inPackets: bytes, outPackets: bytes, default: true },
      ],
    });
    const state = stateOf([
      tick(START),
      ...traffic(START, 1, 50),
      kernel(START - 1000, 0),
      kernel(START, 500),
    ]);
    const busy = ask(state);
    expect(busy.totals).toMatchObject({
      requests10s: 50,
      requestsPerSecond: 50,
      newConnectionsPerSecond: 500,
    });
    expect(busy.interfaces).toMatchObject([{ inBytesPerSecond: 500 }]);

    const seen: number[][] = [];
    for (let second = 1; second <= 61; second++) {
      fold(state, tick(START + 1000 * second));
      const { totals, rows } = ask(state);
      seen.push([totals.requests10s, totals.requests60s, rows[0]?.requests60s ?? -1]);
    }
    expect(seen[8]).toEqual([50, 50, 50]);
    expect(seen[9]).toEqual([0, 50, 50]);
    expect(seen[58]).toEqual([0, 50, 50]);
    expect(seen[59]).toEqual([0, 0, 0]);
    const quiet = ask(state);
    expect(quiet.totals).toMatchObject({ requests: 50, requests10s: 0, requestsPerSecond: 0 });
    expect(quiet.totals).not.toHaveProperty("newConnectionsPerSecond");
    expect(quiet.totals).not.toHaveProperty("synCookiesPerSecond");
    expect(quiet.totals).not.toHaveProperty("listenDropsPerSecond");
    expect(quiet.interfaces).toEqual([]);
    expect(quiet.offenders.requests).toEqual([]);
    for (const values of Object.values(quiet.series)) expect(Math.max(...values)).toBe(0);
  });

  test("a backlog of hours read at once is no burst", () => {
    const hours = 3 * 3600;
    const { totals, rows, series } = ask(
      stateOf([tick(START), ...traffic(START - 1000 * (hours - 1), hours, 2)]),
    );
    expect(totals).toMatchObject({
      requests: 2 * hours,
      requests10s: 20,
      requests60s: 120,
      requestsPerSecond: 2,
    });
    expect(rows[0]).toMatchObject({ requests: 2 * hours, requests10s: 20, requests60s: 120 });
    expect(series.requests).toEqual(Array.from({ length: 60 }, () => 2));
  });

  test("the requests of a program's first second are a rate of one second", () => {
    expect(ask(stateOf([tick(START), ...traffic(START, 1, 30)])).totals.requestsPerSecond).toBe(30);
  });

  test("an address first and last seen: the earliest and the latest time, in any order of arrival", () => {
    const times = [START, START - 7_200_000, START + 1_500, START - 60_000];
    const [row] = ask(stateOf([tick(START), ...times.map(requestAt)])).rows;
    expect(row).toMatchObject({ firstSeen: START - 7_200_000, lastSeen: START + 1_500 });
  });

  test("lines stamped far ahead of the clock push no second out that is still asked for", () => {
    const state = stateOf([tick(START), ...traffic(START - 59_000, 60, 1), requestAt(START + 3_600_000)]);
    expect(ask(state).totals).toMatchObject({ requests: 61, requests60s: 60 });
    expect(ask(state).rows).toMatchObject([{ requests: 61, requests60s: 60 }]);
    fold(state, requestAt(START));
    expect(ask(state).rows).toMatchObject([{ requests60s: 61 }]);
  });

  test("times no clock has neither throw nor hang", () => {
    for (const at of [-8.64e15, -1, 0, 0.5, 8.64e15, Number.MAX_VALUE, -Infinity, Infinity, NaN]) {
      const state = createState({ showPrivate: true, seed: 1, limits: { ...NARROW, addresses: 1 } });
      fold(state, tick(START));
      fold(state, requestAt(at));
      fold(state, { ...requestAt(at), ip: parseIp("8.8.8.8") as Ip });
      fold(state, { kind: "auth", at, ip: VISITOR, service: "ssh", outcome: "failed", source: "auth.log" });
      fold(state, { kind: "sockets", at, source: "proc", sockets: [] });
      fold(state, { kind: "kernel", at, host: "h", uptime: 0, counters: {}, interfaces: [] });
      fold(state, { kind: "kernel", at: at + 1, host: "h", uptime: 0, counters: {}, interfaces: [] });
      expect(ask(state).totals).toMatchObject({ requests: 2, addresses: 1, evicted: 2 });
      fold(state, tick(at));
      expect(ask(state).totals).toMatchObject({ requests: 2 });
    }
  });
});

test("the judge is told once of each address that has sockets, also where some push each other out amid the table", () => {
  const told: number[] = [];
  const state = createState({
    showPrivate: true,
    seed: 1,
    limits: { ...NARROW, addresses: 2 },
    judge: { ...NO_JUDGE, sockets: ({ slot }) => told.push(slot) },
  });
  const remotes = ["45.1.2.3", "45.1.2.4", "45.1.2.5", "45.1.2.3", "45.1.2.4"];
  const rows = remotes.map((remote, i) => socket(4000 + i, { remote: remote as Ip }));
  fold(state, { kind: "sockets", at: START, source: "proc", sockets: rows });
  expect(told.toSorted()).toEqual([0, 1]);
});
