import { afterAll, afterEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  ACK,
  ethernet,
  ip,
  ipv4,
  ipv6,
  LOCAL_V4,
  LOCAL_V6,
  malformed,
  mixed,
  PSH,
  fragments as pieces,
  RST,
  runts,
  SYN,
  synFlood,
  TCP,
  tcp,
  UDP,
  udp,
  vlans,
  type Way,
} from "../../../test/pcaps.ts";
import { frames, RANDOM_LOCAL } from "../../../test/random-frames.ts";
import { describeWith } from "../../../test/requires.ts";
import { until } from "../../../test/until.ts";
import { addAddress, createAddresses, findAddress } from "../../model/address-index.ts";
import { formatIp, parseIpWords } from "../../model/ip.ts";
import { COUNTS, type Scope, TOTALS } from "../../model/traffic.ts";
import { columnsOf, createTrafficTable } from "../../model/traffic-table.ts";
import { type Captured, countPacket } from "../../parse/packet.ts";
import { bind, close, monotonicNanoseconds, send, socket } from "../libc.ts";
import { openTap } from "../packet-socket.ts";
import {
  CONTROL_BYTES,
  COUNTER_TOTALS,
  type CounterOptions,
  type CounterTotal,
  KEY_BYTES,
  LAST_SEEN,
  PEER_BYTES,
  packetCounter,
  TOTALS_BYTES,
} from "./packet-counter.ts";
import { createMap, drain, loadProgram, lookup, testRun, update } from "./system.ts";

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = 0x8100;
const QINQ = 0x88a8;
const ETHERNET = 14;

/**
 * Where a program is run: as a socket filter of a test run it sees a packet behind its Ethernet header, as a classifier all of
 * it. Which way a packet goes cannot be chosen for either, only what the program is made for.
 */
const HOOKS = {
  socket: { kind: "socketFilter", sees: "both", linkHeader: 0 },
  ingress: { kind: "classifier", sees: "in", linkHeader: ETHERNET },
  egress: { kind: "classifier", sees: "out", linkHeader: ETHERNET },
} as const;
type Hook = keyof typeof HOOKS;
const ALL_HOOKS = Object.keys(HOOKS) as Hook[];

interface Setting {
  readonly hook: Hook;
  readonly scope: Scope;
  readonly local: readonly string[];
  readonly entries: number;
}

type Peers = Readonly<Record<string, readonly number[]>>;
interface Counted {
  readonly totals: Readonly<Record<CounterTotal, number>>;
  /** By address those of TRAFFIC_COUNTS. */
  readonly peers: Peers;
}

const opened: { close(): void }[] = [];
afterAll(() => {
  for (const thing of opened) thing.close();
});

function own<T extends { close(): void }>(thing: T): T {
  opened.push(thing);
  return thing;
}

function wordsOf(text: string): Uint32Array {
  const words = new Uint32Array(4);
  if (!parseIpWords(text, words)) throw new Error(text);
  return words;
}

function u64(bytes: Uint8Array): number[] {
  return Array.from(new BigUint64Array(bytes.buffer), Number);
}

/** The maps of a program, and the program for any of the hooks. */
function counterOf(
  {
    kind,
    ...sees
  }: { readonly kind: "socketFilter" | "classifier" } & Pick<CounterOptions, "sees" | "linkHeader">,
  { scope, local, entries }: Omit<Setting, "hook">,
  coarseClock = true,
) {
  const control = own(createMap({ type: "array", keyBytes: 4, valueBytes: CONTROL_BYTES, entries: 1 }));
  const totals = own(createMap({ type: "array", keyBytes: 4, valueBytes: TOTALS_BYTES, entries: 2 }));
  const table = () =>
    own(createMap({ type: "lruHash", keyBytes: KEY_BYTES, valueBytes: PEER_BYTES, entries }));
  const tables = [table(), table()] as const;
  const options = {
    ...sees,
    scope,
    coarseClock,
    local: local.map(wordsOf),
    control: control.fd,
    totals: totals.fd,
    peers: [tables[0].fd, tables[1].fd],
  } as const;
  const program = own(loadProgram(kind, packetCounter(options)));
  const before = [0, 1].map(() => COUNTER_TOTALS.map(() => 0));
  const lastSeen = new Map<string, number>();
  return {
    program,
    lastSeen,
    run: (frame: Uint8Array, segments?: number) => testRun(program, frame, segments),
    control(table: 0 | 1, mask: number): void {
      update(control, new Uint8Array(4), new Uint8Array(Uint32Array.of(table, mask).buffer));
    },
    /** What a table has since it was last read. */
    read(n: 0 | 1 = 0): Counted {
      const value = new Uint8Array(TOTALS_BYTES);
      lookup(totals, new Uint8Array(Uint32Array.of(n).buffer), value);
      const now = u64(value);
      const last = before[n] ?? [];
      before[n] = now;
      const peers: Record<string, number[]> = {};
      const taken = drain(tables[n]);
      const keys = new Uint8Array(KEY_BYTES * 1024);
      const values = new Uint8Array(PEER_BYTES * 1024);
      while (!taken.done) {
        const found = taken.next(keys, values);
        const view = new DataView(keys.buffer);
        const numbers = u64(values);
        for (let i = 0; i < found; i++) {
          const words = Uint32Array.from({ length: 4 }, (_, w) => view.getUint32(KEY_BYTES * i + 4 * w));
          const of = numbers.slice((i * PEER_BYTES) / 8, ((i + 1) * PEER_BYTES) / 8);
          lastSeen.set(formatIp(words), of[LAST_SEEN] ?? 0);
          peers[formatIp(words)] = of.slice(0, COUNTS);
        }
      }
      return { totals: totalsBy((_, i) => (now[i] ?? 0) - (last[i] ?? 0)), peers };
    },
  };
}

function totalsBy(value: (name: CounterTotal, place: number) => number): Counted["totals"] {
  return Object.fromEntries(COUNTER_TOTALS.map((name, i) => [name, value(name, i)])) as Counted["totals"];
}

/** Programs are loaded once: each takes the verifier some 30 ms. */
const counters = new Map<string, ReturnType<typeof counterOf>>();
function counterFor(setting: Setting): ReturnType<typeof counterOf> {
  const key = JSON.stringify(setting);
  const counter = counters.get(key) ?? counterOf(HOOKS[setting.hook], setting);
  counters.set(key, counter);
  return counter;
}

function typeOf(frame: Uint8Array): number {
  return ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
}

/** How a hook hands a frame over to the other counter. The kernel takes what is smaller than a type for a length. */
function captured(frame: Uint8Array, hook: Hook): Captured {
  const type = typeOf(frame);
  return {
    bytes: frame,
    frame: ETHERNET - HOOKS[hook].linkHeader,
    at: ETHERNET,
    end: frame.length,
    type: type < 0x0600 ? 0xffff : type,
    length: frame.length - ETHERNET + HOOKS[hook].linkHeader,
    tags: 0,
    outgoing: hook === "egress",
    segmentSize: 0,
    time: 1,
  };
}

/** What src/parse/packet.ts counts of the same. */
function expected(packets: readonly Captured[], { scope, local, entries }: Omit<Setting, "hook">): Counted {
  const table = createTrafficTable(Math.max(entries, 1), 7);
  const index = createAddresses(Math.max(local.length, 1), 7);
  for (const words of local.map(wordsOf)) {
    if (findAddress(index, words, 0) < 0) addAddress(index, words, 0);
  }
  const passed = { rxFrames: 0, rxPackets: 0, txFrames: 0, txPackets: 0 };
  for (const packet of packets) {
    const segments = countPacket(table, packet, index, scope);
    passed[packet.outgoing ? "txFrames" : "rxFrames"]++;
    passed[packet.outgoing ? "txPackets" : "rxPackets"] += segments;
  }
  const { length, words, counts } = columnsOf(table);
  const peers: Record<string, readonly number[]> = {};
  for (let i = 0; i < length; i++)
    peers[formatIp(words, 4 * i)] = [...counts.subarray(COUNTS * i, COUNTS * (i + 1))];
  const own: Partial<Record<CounterTotal, number>> = { ...passed, fresh: length, refused: table.refused };
  return {
    totals: totalsBy((name, i) => own[name] ?? (i < TOTALS.length ? (table.totals[i] ?? 0) : 0)),
    peers,
  };
}

/**
 * The kernel takes no frame for a test run that is nothing but its Ethernet header, or shorter than the IP header that its type
 * announces (since 6.18 at the latest). Behind a tag it does not look.
 */
function runnable(frame: Uint8Array): Uint8Array {
  const type = typeOf(frame);
  const least = ETHERNET + (type === IPV4 ? 20 : type === IPV6 ? 40 : 1);
  return frame.length >= least ? frame : tagged(frame);
}

function tagged(frame: Uint8Array, type = VLAN): Uint8Array {
  return Buffer.concat([frame.subarray(0, 12), Buffer.of(type >> 8, type & 255, 0, 100), frame.subarray(12)]);
}

/** Runs the frames through a program and through the other counter: what the program counted, which must be the same. */
function agree(given: readonly Uint8Array[], setting: Setting): Counted {
  const counter = counterFor(setting);
  const all = given.map(runnable);
  for (const frame of all) counter.run(frame);
  const counted = counter.read();
  expect(counted).toEqual(
    expected(
      all.map((frame) => captured(frame, setting.hook)),
      setting,
    ),
  );
  return counted;
}

const PEER_V4 = "198.51.100.9";
const PEER_V6 = "2001:db8:9::9";
const IN_V4: Way = { source: PEER_V4, destination: LOCAL_V4 };
const IN_V6: Way = { source: PEER_V6, destination: LOCAL_V6 };
const syn4 = tcp(IN_V4, 1, 443, SYN);
const syn6 = tcp(IN_V6, 1, 443, SYN);

/** An extension header of so many bytes. */
function header(length: number, unit = 8): Uint8Array {
  const bytes = Buffer.alloc(length);
  bytes[1] = unit === 8 ? length / 8 - 1 : length / 4 - 2;
  return bytes;
}

const v6With = (
  extensions: readonly (readonly [number, Uint8Array])[],
  payload: Uint8Array = syn6,
  protocol = TCP,
) => ethernet(IPV6, ipv6({ ...IN_V6, protocol, payload, extensions }));
const v4With = (fragment: number, protocol = TCP, payload: Uint8Array = syn4) =>
  ethernet(IPV4, ipv4({ ...IN_V4, protocol, payload, fragment }));
const times = (count: number, number = 60, length = 8) =>
  Array.from({ length: count }, () => [number, header(length)] as const);
const fragment = (offset: number) =>
  [44, Buffer.of(0, 0, offset >> 5, (offset << 3) & 255, 0, 0, 0, 1)] as const;
const changed = (frame: Uint8Array, at: number, value: number) => {
  const copy = Buffer.from(frame);
  copy[at] = value;
  return copy;
};

/** Frames from one peer to this host: how many packets are then counted of it, how many of them as TCP, how many as SYN. */
const CRAFTED: readonly (readonly [
  what: string,
  frame: Uint8Array,
  packets: number,
  tcp: number,
  syn: number,
])[] = [
  ["a SYN", v4With(0x4000), 1, 1, 1],
  ["a SYN of IPv6", v6With([]), 1, 1, 1],
  ["a header of 60 bytes with the TCP header behind it", withOptions(40), 1, 1, 1],
  ["a header length beyond the packet", changed(v4With(0x4000), 14, 0x4f), 1, 1, 0],
  ["a header length below 20", changed(v4With(0x4000), 14, 0x44), 0, 0, 0],
  ["a version that is not that of the type", changed(v4With(0x4000), 14, 0x65), 0, 0, 0],
  ["a version of IPv6 that is none", changed(v6With([]), 14, 0x45), 0, 0, 0],
  ["a total length of nothing", changed(changed(v4With(0x4000), 16, 0), 17, 0), 1, 1, 1],
  ["a first fragment", v4With(0x2000), 1, 1, 1],
  ["a fragment behind the first", v4With(0x2001), 1, 1, 0],
  ["a last fragment", v4With(0x1fff), 1, 1, 0],
  ["a first fragment of IPv6", v6With([fragment(0)]), 1, 1, 1],
  ["a fragment of IPv6 behind the first", v6With([fragment(1)]), 1, 1, 0],
  ["the last fragment of IPv6 there can be", v6With([fragment(0x1fff)]), 1, 1, 0],
  ["a fragment behind the first that carries options", v6With([fragment(1), [60, header(8)]]), 1, 0, 0],
  ["a TCP header cut before its flags", v4With(0x4000).subarray(0, 14 + 20 + 13), 1, 1, 0],
  ["a TCP header cut behind its flags", v4With(0x4000).subarray(0, 14 + 20 + 14), 1, 1, 1],
  ["a TCP header of IPv6 cut before its flags", v6With([]).subarray(0, 14 + 40 + 13), 1, 1, 0],
  ["a TCP header of IPv6 cut behind its flags", v6With([]).subarray(0, 14 + 40 + 14), 1, 1, 1],
  ["a packet without what it carries", v4With(0x4000).subarray(0, 34), 1, 1, 0],
  ["UDP with what would be a SYN", v4With(0x4000, UDP), 1, 0, 0],
  ["each kind of extension header", v6With([0, 43, 60, 135, 139, 140].map((n) => [n, header(16)])), 1, 1, 1],
  ["an authentication header of 12 bytes", v6With([[51, header(12, 4)]]), 1, 1, 1],
  ["an authentication header of 24 bytes", v6With([[51, header(24, 4)]]), 1, 1, 1],
  ["8 extension headers", v6With(times(8)), 1, 1, 1],
  ["9 extension headers", v6With(times(9)), 1, 0, 0],
  ["8 extension headers, the last a fragment", v6With([...times(7), fragment(0)]), 1, 1, 1],
  ["headers of 192 bytes", v6With([...times(2, 60, 72), ...times(1)]), 1, 1, 1],
  ["headers of 200 bytes", v6With([...times(2, 60, 72), ...times(1, 60, 16)]), 1, 0, 0],
  ["one header beyond the reach", v6With(times(1, 60, 160)), 1, 0, 0],
  ["a header that says it is longer than the packet", changed(v6With(times(1)), 14 + 41, 2), 1, 1, 0],
  ["a header that is cut", v6With(times(1)).subarray(0, 14 + 47), 1, 0, 0],
  ["no next header", v6With([], syn6, 59), 1, 0, 0],
  ["ESP, which hides what it carries", v6With([], syn6, 50), 1, 0, 0],
  ["one tag", tagged(v4With(0x4000)), 1, 1, 1],
  ["QinQ", tagged(tagged(v4With(0x4000)), QINQ), 1, 1, 1],
  ["QinQ of IPv6", tagged(tagged(v6With([])), QINQ), 1, 1, 1],
  ["three tags", tagged(tagged(tagged(v4With(0x4000)))), 0, 0, 0],
  ["half a tag", ethernet(VLAN, Buffer.of(0, 1, 8)), 0, 0, 0],
  ["ARP", ethernet(0x0806, syn4), 0, 0, 0],
  ["a length in place of a type", ethernet(46, syn4), 0, 0, 0],
];

function withOptions(bytes: number): Uint8Array {
  const options = Buffer.alloc(bytes, 1);
  return ethernet(IPV4, ipv4({ ...IN_V4, protocol: TCP, payload: syn4, options }));
}

/** So many addresses of one family, with the highest bit of their first byte set and not; the last is that of the test traffic. */
function addresses(family: 4 | 6, count: number): string[] {
  const others = Array.from({ length: count - 1 }, (_, i) => {
    if (family === 4)
      return [`203.0.113.${i + 1}`, `255.1.2.${i}`, `10.0.0.${i}`, `100.64.${i}.128`][i % 4] ?? "";
    // They differ in the first half alone, or in the second, which have the highest bits of their words or not.
    return (
      [`2001:db8:${i}::1`, `2001:db8::${i + 2}`, `fe80::8000:${i}`, `2001:db8:0:8000::${i}`][i % 4] ?? ""
    );
  });
  return [...others, family === 4 ? LOCAL_V4 : LOCAL_V6];
}

const LOCALS: readonly (readonly [what: string, local: readonly string[]])[] = [
  ["no local address", []],
  ["one of IPv4", [LOCAL_V4]],
  ["one of IPv6", [LOCAL_V6]],
  ["64 of IPv4", addresses(4, 64)],
  ["64 of IPv6", addresses(6, 64)],
  ["32 of either", [...addresses(4, 32), ...addresses(6, 32)]],
];
const SCOPES: readonly Scope[] = ["all", "ipv4-tcp"];

/** Of each address what it sends and gets, of each two neighbours what they say to each other, in IPv6 also the mapped ones. */
function conversations(local: readonly string[]): Uint8Array[] {
  const of = (way: Way, flags = SYN | ACK): Uint8Array[] => {
    const [a, b] = [way.source, way.destination].map((address) => address.includes(":"));
    if (a !== b) return [];
    const packet = ethernet(a ? IPV6 : IPV4, ip(way, TCP, tcp(way, 443, 50_000, flags)));
    return a ? [packet] : [packet, ethernet(IPV6, mapped(way, flags))];
  };
  const strangers = ["203.0.113.205", "255.1.2.203", "9.8.7.6", "fe80::7", "8000:0:8000::8000:0"];
  return [...local, ...strangers].flatMap((source, i, all) => [
    ...strangers.flatMap((destination) => [
      ...of({ source, destination }),
      ...of({ source: destination, destination: source }, RST | ACK),
    ]),
    ...of({ source, destination: all[(i + 1) % all.length] ?? source }, ACK),
  ]);
}

/** IPv6 between addresses that are IPv4's (RFC 4291 section 2.5.5.2): on a wire only from who forges. */
function mapped(way: Way, flags: number): Uint8Array {
  const [source, destination] = [way.source, way.destination].map((address) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
    return `::ffff:${(256 * a + b).toString(16)}:${(256 * c + d).toString(16)}`;
  });
  const payload = tcp(way, 443, 50_000, flags);
  return ipv6({ source: source ?? "", destination: destination ?? "", protocol: TCP, payload });
}

describeWith(["root"], "the program that counts in the kernel", () => {
  describe("counts as src/parse/packet.ts does", () => {
    const traffic = [...mixed(1, 1_000), ...vlans(), ...pieces(), ...malformed()].map(({ bytes }) => bytes);
    // Also those that the kernel would not take as they are.
    const behindTag = malformed().map(({ bytes }) => tagged(bytes));

    for (const scope of SCOPES) {
      for (const [what, local] of LOCALS) {
        test.each(ALL_HOOKS)(`${scope}, ${what}: %s`, (hook) => {
          const setting = { hook, scope, local, entries: 4096 } as const;
          const { totals } = agree([...traffic, ...behindTag, ...conversations(local)], setting);
          expect(totals.rxFrames + totals.txFrames).toBeGreaterThan(1_000);
          const isCounted = scope === "all" || local.includes(LOCAL_V4);
          expect(totals.inPackets + totals.outPackets > 0).toBe(isCounted);
        });
      }
    }

    test.each(ALL_HOOKS)("crafted frames: %s", (hook) => {
      const setting = { hook, scope: "all", local: [LOCAL_V4, LOCAL_V6], entries: 1024 } as const;
      for (const [what, frame, packets, asTcp, syn] of CRAFTED) {
        const { peers, totals } = agree([frame], setting);
        const peer = peers[PEER_V4] ?? peers[PEER_V6] ?? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        expect([what, peer[2], peer[9], peer[4], totals.synIn]).toEqual([what, packets, asTcp, syn, syn]);
        expect([what, totals.nonIp]).toEqual([what, 1 - packets]);
      }
    });

    test("random frames", () => {
      const settings = ALL_HOOKS.flatMap((hook) =>
        SCOPES.flatMap((scope) =>
          [[], RANDOM_LOCAL].map((local): Setting => ({ hook, scope, local, entries: 1024 })),
        ),
      );
      fc.assert(
        fc.property(
          fc.array(frames, { minLength: 8, maxLength: 24 }),
          fc.constantFrom(...settings),
          (given, setting) => void agree(given, setting),
        ),
        { numRuns: 400 },
      );
    });

    test("random bytes", () => {
      const setting = { hook: "socket", scope: "all", local: [], entries: 1024 } as const;
      const any = fc.uint8Array({ minLength: 14, maxLength: 120 });
      fc.assert(
        fc.property(fc.array(any, { minLength: 8, maxLength: 24 }), (given) => void agree(given, setting)),
      );
    });

    test("a flood, whose sources are all told apart", () => {
      const flood = synFlood(3, 4_000).map(({ bytes }) => bytes);
      const setting = { hook: "ingress", scope: "all", local: [LOCAL_V4], entries: 65_536 } as const;
      const { totals, peers } = agree(flood, setting);
      expect(Object.keys(peers).length).toBe(4_000);
      expect([totals.synIn, totals.fresh, totals.refused]).toEqual([4_000, 4_000, 0]);
    });
  });

  test("no test run takes what is shorter than an Ethernet header", () => {
    const counter = counterFor({ hook: "socket", scope: "all", local: [], entries: 1024 });
    for (const { bytes } of runts().slice(1)) expect(() => counter.run(bytes)).toThrow("EINVAL");
    expect(counter.read().totals.rxFrames).toBe(0);
  });

  test("lets the packet pass, and gives its socket nothing of it", () => {
    const of = (hook: Hook) => counterFor({ hook, scope: "all", local: [], entries: 1024 });
    for (const frame of [v4With(0x4000), v6With([]), ethernet(0x0806, syn4)]) {
      // TCX_NEXT: what comes behind it decides.
      expect([of("socket").run(frame), of("egress").run(frame) | 0]).toEqual([0, -1]);
    }
    for (const hook of ["socket", "egress"] as const) of(hook).read();
  });

  test("counts segments as packets, and their bytes once", () => {
    const data = tcp(IN_V4, 1, 443, PSH | ACK, new Uint8Array(3_000));
    const frame = ethernet(IPV4, ipv4({ ...IN_V4, protocol: TCP, payload: data }));
    for (const hook of ALL_HOOKS) {
      const setting = { hook, scope: "all", local: [LOCAL_V4], entries: 1024 } as const;
      const counter = counterFor(setting);
      const packet = { ...captured(frame, hook), segmentSize: 1_448 };
      counter.run(frame, 3);
      const counted = counter.read();
      expect(counted).toEqual(expected([packet], setting));
      expect([counted.peers[PEER_V4]?.[2], counted.peers[PEER_V4]?.[6]]).toEqual([3, 3]);
    }
  });

  test.each([true, false])("knows when a peer was last seen, by a coarse clock: %p", (coarse) => {
    const counter = counterOf(HOOKS.socket, { scope: "all", local: [], entries: 1024 }, coarse);
    const before = monotonicNanoseconds();
    counter.run(v4With(0x4000));
    counter.read();
    const after = monotonicNanoseconds();
    const at = counter.lastSeen.get(PEER_V4) ?? 0;
    // The coarse one stands still for a tick, 10 ms at most.
    expect(at).toBeGreaterThanOrEqual(before - 11e6);
    expect(at).toBeLessThanOrEqual(after);
  });

  describe("of newcomers", () => {
    const SOURCES = 20_000;
    const flood = synFlood(5, SOURCES).map(({ bytes }) => bytes);
    const counter = () =>
      counterFor({ hook: "socket", scope: "all", local: [LOCAL_V4, LOCAL_V6], entries: 65_536 });

    test("lets all in, or one of 256, and counts them all in the totals", () => {
      const kernel = counter();
      for (const frame of flood) kernel.run(frame);
      const all = kernel.read();
      expect([all.totals.fresh, all.totals.refused, Object.keys(all.peers).length]).toEqual([
        SOURCES,
        0,
        SOURCES,
      ]);
      kernel.control(0, 255);
      for (const frame of flood) kernel.run(frame);
      const some = kernel.read();
      const { fresh, refused } = some.totals;
      expect({ ...some.totals, fresh: 0, refused: 0 }).toEqual({ ...all.totals, fresh: 0, refused: 0 });
      expect(fresh + refused).toBe(SOURCES);
      expect(Object.keys(some.peers).length).toBe(fresh);
      // 78 of them, give or take 9: ten times as much says that something is wrong.
      expect(fresh).toBeGreaterThan(10);
      expect(fresh).toBeLessThan(170);
      kernel.control(0, 0);
    });

    test("who is known is counted whatever the mask is", () => {
      const kernel = counter();
      kernel.run(v4With(0x4000));
      kernel.control(0, 0xffffffff);
      for (let i = 0; i < 100; i++) kernel.run(v4With(0x4000));
      expect(kernel.read().peers[PEER_V4]?.[2]).toBe(101);
      kernel.control(0, 0);
    });

    test("what is refused is counted in segments", () => {
      const kernel = counter();
      kernel.control(0, 0xffffffff);
      kernel.run(v4With(0x4000), 7);
      const { peers, totals } = kernel.read();
      expect([peers, totals.refused, totals.inPackets, totals.rxFrames]).toEqual([{}, 7, 7, 1]);
      kernel.control(0, 0);
    });

    test("the other table counts after a turn, with totals of its own", () => {
      const kernel = counter();
      kernel.run(v4With(0x4000));
      kernel.control(1, 0);
      kernel.run(v6With([]));
      kernel.run(v6With([]));
      const [even, odd] = [kernel.read(0), kernel.read(1)];
      expect([even.totals.inPackets, Object.keys(even.peers)]).toEqual([1, [PEER_V4]]);
      expect([odd.totals.inPackets, odd.totals.fresh, Object.keys(odd.peers)]).toEqual([2, 1, [PEER_V6]]);
      kernel.control(0, 0);
      kernel.run(v6With([]));
      expect([kernel.read(0).totals.inPackets, kernel.read(1).totals.inPackets]).toEqual([1, 0]);
    });

    test("who goes from a full table is counted anew", () => {
      const kernel = counterOf(HOOKS.socket, { scope: "all", local: [], entries: 512 });
      for (const frame of flood) kernel.run(frame);
      const { totals, peers } = kernel.read();
      expect([totals.inPackets, totals.fresh, totals.refused]).toEqual([SOURCES, SOURCES, 0]);
      expect(Object.keys(peers).length).toBeLessThanOrEqual(512);
    });
  });

  /**
   * Frames that are sent on loopback pass a packet socket twice: on their way out as they are, and on their way in without
   * their outer tag, which the kernel takes out. None is for loopback's address, so the stack drops them.
   */
  describe("on a packet socket", () => {
    // Of this process alone, as others may be at the same.
    const { pid } = process;
    const FROM = `198.18.${(pid >> 8) & 255}.${pid & 255}`;
    const TO = `198.19.${(pid >> 8) & 255}.${pid & 255}`;
    const FROM_V6 = `2001:db8:77:${(pid & 0xffff).toString(16)}::1`;
    const TO_V6 = `2001:db8:77:${(pid & 0xffff).toString(16)}::2`;
    const LOOPBACK = 1;
    let tap: { close(): void } | undefined;
    afterEach(() => tap?.close());

    function sendAll(given: readonly Uint8Array[]): void {
      const fd = socket(17, 3 | 0o2000000, 0);
      const address = new DataView(new ArrayBuffer(20));
      address.setUint16(0, 17, true);
      address.setInt32(4, LOOPBACK, true);
      try {
        bind(fd, new Uint8Array(address.buffer));
        for (const frame of given) send(fd, frame);
      } finally {
        close(fd);
      }
    }

    /** As the other counter is told of a frame on its way in: by the ring, without the outer tag. */
    function incoming(frame: Uint8Array): Captured {
      const type = typeOf(frame);
      if (type !== VLAN && type !== QINQ) return captured(frame, "ingress");
      const stripped = Buffer.concat([frame.subarray(0, 12), frame.subarray(16)]);
      return { ...captured(stripped, "ingress"), tags: 1, length: frame.length };
    }

    const packetsOf = (peers: Peers): number =>
      Object.values(peers).reduce(
        (sum, [, , inPackets = 0, outPackets = 0]) => sum + inPackets + outPackets,
        0,
      );

    const ways = [
      { source: FROM, destination: TO },
      { source: FROM_V6, destination: TO_V6 },
    ];
    const sent = ways.flatMap((way) => {
      const plain = ethernet(
        way.source === FROM ? IPV4 : IPV6,
        ip(way, TCP, tcp(way, 40_000, 443, SYN | ACK)),
      );
      const datagram = ethernet(
        way.source === FROM ? IPV4 : IPV6,
        ip(way, UDP, udp(way, 1, 9, new Uint8Array(500))),
      );
      return [
        plain,
        datagram,
        tagged(plain),
        tagged(plain, QINQ),
        tagged(tagged(datagram), QINQ),
        tagged(tagged(plain)),
        tagged(tagged(tagged(plain)), QINQ),
        tagged(tagged(tagged(tagged(plain)))),
      ];
    });

    test.each(
      SCOPES.flatMap((scope) =>
        [[], [FROM], [TO, TO_V6]].flatMap((local) =>
          (["both", "in"] as const).map((sees) => [scope, local.join(" "), sees, local] as const),
        ),
      ),
    )("%s, this host is [%s], sees %s", async (scope, _, sees, local) => {
      const setting = { scope, local, entries: 1024 };
      const counter = counterOf({ kind: "socketFilter", sees, linkHeader: ETHERNET }, setting);
      tap = openTap(LOOPBACK, counter.program.fd, { withLink: true, ignoresOutgoing: sees === "in" });
      const out = sees === "both" ? sent.map((frame) => captured(frame, "egress")) : [];
      const wanted = expected([...out, ...sent.map(incoming)], setting).peers;
      sendAll(sent);
      // What comes in may be handed over a moment later; loopback carries others' packets too.
      const peers: Record<string, readonly number[]> = {};
      const look = (): boolean => {
        const now = counter.read();
        for (const peer of [FROM, TO, FROM_V6, TO_V6]) {
          const counts = now.peers[peer];
          if (counts !== undefined) peers[peer] = counts.map((n, i) => n + (peers[peer]?.[i] ?? 0));
        }
        return packetsOf(peers) >= packetsOf(wanted);
      };
      await Bun.sleep(20);
      await until(look, "all that came in");
      expect(peers).toEqual(wanted);
    });
  });
});
