import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { programs } from "../../test/random-events.ts";
import type { PeerTraffic, RequestEvent, Socket, TrafficEvent, TrafficView } from "../model/event.ts";
import { formatIp, type Ip } from "../model/ip.ts";
import type { IpProfile, Query, Snapshot } from "../model/snapshot.ts";
import { COUNT, COUNTS, type TrafficTotals } from "../model/traffic.ts";
import { fold } from "./fold.ts";
import { ACTIVITY, read } from "./record.ts";
import { snapshot } from "./snapshot.ts";
import { createState, LIMITS, type State, type StateOptions } from "./state.ts";

const NOW = 1_762_549_449_000;
const SECOND = 1000;
const PEER = "45.148.10.7" as Ip;
const OTHER = "2a00::1" as Ip;
const SMALL = { addresses: 64, strips: 4, recentBytes: 1 << 16, recentRecords: 64 };

function stateWith(options: Partial<StateOptions> = {}): State {
  const state = createState({ showPrivate: false, seed: 1, limits: SMALL, ...options });
  tick(state, NOW);
  return state;
}

function tick(state: State, at: number): void {
  fold(state, { kind: "tick", at });
}

function reading(at: number, peers: readonly PeerTraffic[], known: Partial<TrafficEvent> = {}): TrafficEvent {
  return { kind: "traffic", at, interface: "eth0", source: "ebpf", milliseconds: SECOND, peers, ...known };
}

function totals(known: Partial<TrafficTotals> = {}): TrafficTotals {
  return { inBytes: 0, outBytes: 0, inPackets: 0, outPackets: 0, synIn: 0, synAckOut: 0, nonIp: 0, ...known };
}

function request(ip: Ip, at = NOW): RequestEvent {
  return { kind: "request", at, ip, method: "GET", path: "/", source: "a.log" };
}

function socket(remote: Ip): Socket {
  const local = "193.0.6.1" as Ip;
  return { local, localPort: 443, remote, remotePort: 50_000, state: "ESTABLISHED", direction: "in" };
}

function ask(state: State, query: Partial<Query> = {}): Snapshot {
  return snapshot(state, { sort: "ip", ...query });
}

function rowOf(state: State, ip: Ip): IpProfile | undefined {
  return ask(state, { detail: ip }).detail?.profile;
}

test("each count of an address adds up, and what is neither protocol is the rest", () => {
  const state = stateWith();
  const peer: PeerTraffic = {
    ip: PEER,
    inBytes: 4100,
    outBytes: 21_000,
    inPackets: 19,
    outPackets: 22,
    synIn: 3,
    synAckOut: 3,
    ackIn: 16,
    rstIn: 1,
    rstOut: 2,
    tcp: 35,
    udp: 3,
    icmp: 2,
  };
  fold(state, reading(NOW, [peer]));
  fold(state, reading(NOW + SECOND, [peer, { ip: OTHER, inPackets: 1, inBytes: 60 }]));
  expect(rowOf(state, PEER)).toMatchObject({
    inBytes: 8200,
    outBytes: 42_000,
    wire: {
      inPackets: 38,
      outPackets: 44,
      synIn: 6,
      synAckOut: 6,
      ackIn: 32,
      rstIn: 2,
      rstOut: 4,
      tcp: 70,
      udp: 6,
      icmp: 4,
      other: 2,
    },
  });
  const [prefix] = ask(state, { group: "country" }).groups ?? [];
  expect(prefix).toMatchObject({ addresses: 2, inBytes: 8260, wire: { inPackets: 39, other: 3 } });
});

test("payload of sockets is bytes and nothing else; who was not counted says nothing", () => {
  const state = stateWith();
  fold(state, request(OTHER));
  fold(
    state,
    reading(NOW, [{ ip: PEER, inBytes: 0, outBytes: 70, inPackets: 9, synIn: 1 }], { source: "tcp_info" }),
  );
  const { inBytes, outBytes, wire } = rowOf(state, PEER) ?? {};
  expect({ inBytes, outBytes, wire }).toEqual({ inBytes: 0, outBytes: 70, wire: undefined });
  for (const key of ["inBytes", "outBytes", "wire"]) expect(rowOf(state, OTHER)).not.toHaveProperty(key);
  expect(ask(state).totals).not.toHaveProperty("wire");
  expect(ask(state).series).not.toHaveProperty("syn");
});

describe("rates", () => {
  const rate = (state: State): number | undefined => rowOf(state, PEER)?.wire?.packetsPerSecond;
  const packets = (inPackets: number): PeerTraffic[] => [{ ip: PEER, inPackets, inBytes: 60 * inPackets }];

  test("of a reading each second stand still between two of them, and fall to nothing in silence", () => {
    const state = stateWith();
    const seen: (number | undefined)[] = [];
    for (let s = 0; s < 8; s++) {
      tick(state, NOW + s * SECOND);
      seen.push(rate(state));
      // Half a second after the tick, and never at the same distance.
      fold(state, reading(NOW + s * SECOND + 500 + 60 * (s % 3), packets(100)));
      seen.push(rate(state));
    }
    expect(seen.slice(1)).toEqual(Array(15).fill(100));
    for (const [after, expected] of [
      [2, 100],
      [4, 100],
      [5, 0],
    ] as const) {
      tick(state, NOW + (7 + after) * SECOND);
      expect(rate(state)).toBe(expected);
    }
    expect(rowOf(state, PEER)?.wire?.inPackets).toBe(800);
  });

  test("of an address that is in no reading any more fall while others are read", () => {
    const state = stateWith();
    const seen = [];
    for (let s = 0; s < 9; s++) {
      tick(state, NOW + s * SECOND);
      fold(state, reading(NOW + s * SECOND, s < 4 ? packets(100) : []));
      seen.push(rate(state));
    }
    expect(seen).toEqual([100, 100, 100, 100, 75, 50, 25, 0, 0]);
  });

  test("of the SYNs those are told apart that come from who sends ten and more a second", () => {
    const state = stateWith();
    for (let s = 1; s <= 4; s++) {
      const at = NOW + s * SECOND;
      tick(state, at);
      fold(state, reading(at, [{ ip: PEER, synIn: 9, inPackets: 9, inBytes: 540 }]));
      fold(state, reading(at, [{ ip: OTHER, synIn: 40, inPackets: 40, inBytes: 2_400 }]));
      fold(state, reading(at, [], { totals: totals({ inPackets: 49, synIn: 49 }) }));
    }
    expect(ask(state).totals.wire).toMatchObject({ synPerSecond: 49, loudSynPerSecond: 40 });
  });

  test.each([
    ["in one event", (at: number) => [reading(at, packets(120))]],
    ["split into three of one time", (at: number) => [1, 2, 3].map(() => reading(at, packets(40)))],
    [
      "of two interfaces",
      (at: number) => [
        reading(at, packets(100)),
        reading(at + 3, packets(20), { interface: "wg0", source: "ring" }),
      ],
    ],
  ] as const)("of a reading %s are the same", (_, events) => {
    const state = stateWith();
    for (let s = 0; s < 5; s++) for (const event of events(NOW + s * SECOND + 100)) fold(state, event);
    tick(state, NOW + 4 * SECOND);
    expect(rate(state)).toBe(120);
  });

  test.each([
    [1000, 100],
    [2000, 200],
    [4000, 400],
    [8000, 800],
  ])("of readings each %d ms stay the same until twice that time", (milliseconds, inPackets) => {
    const state = stateWith();
    for (let ms = 0; ms <= 16_000; ms += milliseconds) {
      tick(state, NOW + ms);
      fold(state, reading(NOW + ms, packets(inPackets), { milliseconds }));
    }
    for (let ms = 16_000; ms <= 16_000 + Math.max(4000, 2 * milliseconds); ms += 1000) {
      tick(state, NOW + ms);
      expect(rate(state)).toBe(100);
    }
    tick(state, NOW + 17_000 + Math.max(4000, 2 * milliseconds));
    expect(rate(state)).toBe(0);
  });

  test("times and lengths that no reading has neither throw nor hang", () => {
    for (const at of [-1e15, -1, 0, 1e15]) {
      for (const milliseconds of [-1e15, 0, 1e15]) {
        const state = stateWith();
        fold(state, reading(at, packets(7), { milliseconds, totals: totals({ synIn: 9 }) }));
        tick(state, NOW + 90 * SECOND);
        expect(rowOf(state, PEER)?.wire).toMatchObject({
          inPackets: 7,
          packetsPerSecond: expect.any(Number),
        });
      }
    }
  });
});

test("of all together: rates, a minute of SYNs, and what was not told apart or not counted", () => {
  const state = stateWith();
  for (let s = 0; s < 5; s++) {
    tick(state, NOW + s * SECOND);
    const at = NOW + s * SECOND;
    const all = totals({
      inBytes: 600,
      outBytes: 60,
      inPackets: 10,
      outPackets: 1,
      synIn: 8 + s,
      synAckOut: 1,
    });
    fold(state, reading(at, [], { totals: all, sampled: 5, dropped: 2 }));
    fold(state, reading(at, [{ ip: PEER, inPackets: 1, inBytes: 60 }]));
    fold(state, reading(at, [], { interface: "wg0", totals: totals({ inPackets: 4 }) }));
  }
  const { totals: found, series } = ask(state);
  expect(found.wire).toEqual({
    inBytesPerSecond: 600,
    outBytesPerSecond: 60,
    inPacketsPerSecond: 14,
    outPacketsPerSecond: 1,
    synPerSecond: 10.5,
    synAckPerSecond: 1,
    loudSynPerSecond: 0,
    sampled: 25,
    dropped: 10,
    noRoom: 0,
  });
  expect(series.syn?.slice(-6)).toEqual([0, 8, 9, 10, 11, 12]);
  tick(state, NOW + 60 * SECOND);
  expect(ask(state).totals.wire).toEqual({ sampled: 25, dropped: 10, noRoom: 0 });
});

test.each([
  ["224.0.0.251", false],
  ["239.255.255.250", false],
  ["255.255.255.255", false],
  ["0.0.0.0", false],
  ["ff02::fb", false],
  ["::", false],
  ["193.0.6.1", false],
  ["223.255.255.255", true],
  ["240.0.0.1", true],
  ["2a00::ff", true],
  ["fe80::1", true],
] as const)("%s has a row: %p", (ip, has) => {
  const state = stateWith({ showPrivate: true });
  fold(state, { kind: "host", at: NOW, addresses: ["193.0.6.1" as Ip] });
  fold(state, reading(NOW, [{ ip: ip as Ip, outPackets: 3, outBytes: 180 }]));
  expect(ask(state).rows.map((row) => String(row.ip))).toEqual(has ? [ip] : []);
});

test("private addresses are counted and not listed, and who was last seen when", () => {
  const state = stateWith();
  fold(
    state,
    reading(NOW, [
      { ip: "10.0.0.7" as Ip, inPackets: 1 },
      { ip: PEER, inPackets: 1, lastSeen: NOW - 400 },
    ]),
  );
  const { rows, totals: found } = ask(state);
  expect(rows.map(({ ip, firstSeen, lastSeen }) => [ip, firstSeen, lastSeen])).toEqual([
    [PEER, NOW - 400, NOW - 400],
  ]);
  expect(found).toMatchObject({ addresses: 1, hidden: 1 });
});

/** Address number `i` of a family of millions. */
function address(i: number, first = 0x2d000000): Ip {
  return formatIp(new Uint32Array([0, 0, 0xffff, first + i]));
}

describe("when there is no room", () => {
  const FORGED = 0x5b000000;
  const syn = (ip: Ip, synIn = 1): PeerTraffic => ({
    ip,
    inBytes: 60 * synIn,
    inPackets: synIn,
    synIn,
    tcp: synIn,
  });

  test("nobody who is known leaves for one of whom there are packets alone, and those are counted", () => {
    const state = stateWith();
    const known = Array.from({ length: 64 }, (_, i) => address(i));
    for (const ip of known) fold(state, request(ip, NOW - 3_600_000));
    fold(
      state,
      reading(
        NOW,
        Array.from({ length: 500 }, (_, i) => syn(address(i, FORGED), 2)),
        { totals: totals() },
      ),
    );
    const { rows, totals: found } = ask(state);
    expect(rows.map(({ ip }) => ip)).toEqual(known);
    expect(found).toMatchObject({ evicted: 0, wire: { noRoom: 1000 } });
    fold(state, reading(NOW, [syn(address(3))]));
    expect(rowOf(state, address(3))).toMatchObject({ requests: 1, wire: { synIn: 1 } });
  });

  test("as long as there is one of whom there are packets alone, it leaves before all others", () => {
    const state = stateWith();
    fold(
      state,
      reading(
        NOW,
        Array.from({ length: 20 }, (_, i) => syn(address(i, FORGED))),
      ),
    );
    for (let i = 0; i < 44; i++) fold(state, request(address(i), NOW - 3_600_000));
    // One of them turns out to be a visitor.
    fold(state, request(address(7, FORGED), NOW - 3_600_000));
    for (let i = 44; i < 63; i++) fold(state, request(address(i), NOW - 3_600_000));
    const rows = ask(state).rows.map(({ ip }) => ip);
    expect(rows).toEqual([...Array.from({ length: 63 }, (_, i) => address(i)), address(7, FORGED)]);
    expect(ask(state).totals.evicted).toBe(19);
    expect(state.wire.alone).toBe(0);
  });

  test("whoever has sockets is known, and stays so", () => {
    const state = stateWith();
    fold(state, reading(NOW, [syn(PEER)]));
    expect(state.wire.alone).toBe(1);
    fold(state, { kind: "sockets", at: NOW, source: "proc", sockets: [socket(PEER), socket(PEER)] });
    fold(state, { kind: "sockets", at: NOW, source: "proc", sockets: [] });
    expect(state.wire.alone).toBe(0);
  });

  test("packets take no strip from anybody, also where strips are free", () => {
    const state = stateWith();
    fold(
      state,
      reading(
        NOW,
        Array.from({ length: 64 }, (_, i) => syn(address(i), 1_000_000)),
      ),
    );
    expect(state.strips.used).toBe(0);
    expect(ask(state, { detail: address(1) }).detail).not.toHaveProperty("strip");
  });

  test("who comes back begins anew, and whoever took the place has nothing of theirs", () => {
    const state = stateWith({ limits: { ...SMALL, addresses: 1 } });
    fold(state, reading(NOW, [syn(PEER, 9)]));
    fold(state, request(OTHER));
    expect(rowOf(state, OTHER)).not.toHaveProperty("wire");
    fold(state, reading(NOW, [syn(OTHER, 2), syn(PEER, 1)]));
    expect(ask(state).rows).toMatchObject([{ ip: OTHER, inBytes: 120, wire: { synIn: 2, synPerSecond: 2 } }]);
  });
});

test("who is known from packets alone is counted right, whoever came and left", () => {
  fc.assert(
    fc.property(programs, fc.constantFrom(1, 4, 64), (events, addresses) => {
      const state = stateWith({ limits: { ...SMALL, addresses } });
      for (const event of events) {
        fold(state, event);
        const slots = Array.from({ length: state.addresses.top }, (_, slot) => slot);
        const alone = slots.filter((slot) => read(state.records, slot, ACTIVITY) === 0);
        expect(state.wire.alone).toBe(alone.length);
      }
    }),
    { numRuns: 40 },
  );
});

/** One reading's peers in columns, as the kernel's readers fill them. */
function view(at: number, addresses: readonly number[], packets: readonly number[]): TrafficView {
  const { length } = addresses;
  const words = new Uint32Array(4 * length);
  const counts = new Float64Array(COUNTS * length);
  for (let i = 0; i < length; i++) {
    words.set([0, 0, 0xffff, addresses[i] as number], 4 * i);
    for (const count of [COUNT.inPackets, COUNT.synIn, COUNT.tcp])
      counts[COUNTS * i + count] = packets[i] as number;
    counts[COUNTS * i + COUNT.inBytes] = 60 * (packets[i] as number);
  }
  const seen = new Float64Array(length).fill(at);
  const columns = { length, words, counts, firstSeen: seen, lastSeen: seen };
  return { kind: "traffic", at, interface: "eth0", source: "ebpf", milliseconds: SECOND, columns };
}

describe("a flood of 200,000 forged sources", () => {
  const PEERS = 2_048;
  const FORGED = 0x5b000000;

  /** Ten seconds of it, each source once, in events of as many peers as readers send; `hitters` send all the time. */
  function flood(state: State, hitters: readonly number[]): void {
    let next = 0;
    for (let second = 1; second <= 10; second++) {
      const at = NOW + second * SECOND;
      tick(state, at);
      for (let sent = 0; sent < 20_000; sent += PEERS) {
        const sources = Array.from({ length: PEERS }, () => FORGED + next++);
        fold(state, view(at, [...sources, ...hitters], [...sources.map(() => 1), ...hitters.map(() => 500)]));
      }
    }
  }

  test("pushes out nobody who is known, and who is known is counted exactly", () => {
    const state = stateWith({ limits: LIMITS });
    for (let i = 0; i < LIMITS.addresses; i++) fold(state, request(address(i), NOW - 3_600_000));
    const hitters = [0x2d000000 + 5, 0x2d000000 + 60_000];
    flood(state, hitters);
    const { totals: found } = ask(state);
    expect(found).toMatchObject({ addresses: LIMITS.addresses, evicted: 0 });
    for (const i of [5, 60_000]) expect(rowOf(state, address(i))?.wire?.synIn).toBe(100 * 500);
    expect(state.addresses.size).toBe(LIMITS.addresses);
  });

  test("takes the room there is and no more, and heavy hitters among it are counted exactly", () => {
    const state = stateWith({ limits: { ...LIMITS, addresses: 4_096 } });
    for (let i = 0; i < 1_000; i++) fold(state, request(address(i), NOW - 3_600_000));
    const hitters = [0x2e000001, 0x2e000002, 0x2e000003];
    flood(state, hitters);
    const { rows } = ask(state, { sort: "req" });
    expect(rows.map(({ ip, requests }) => [ip, requests])).toEqual(
      Array.from({ length: 1_000 }, (_, i) => [address(i), 1]),
    );
    for (const hitter of hitters) {
      expect(rowOf(state, address(0, hitter))?.wire).toMatchObject({ synIn: 100 * 500, synPerSecond: 5000 });
    }
    const [first] = ask(state, { sort: "syn", limit: 3 }).rows;
    expect(first?.wire?.synIn).toBe(50_000);
  });
});
