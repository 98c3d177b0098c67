import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  ACK,
  ethernet,
  FIN,
  ip,
  ipv4,
  ipv6,
  LOCAL_V4,
  LOCAL_V6,
  PSH,
  RST,
  SYN,
  TCP,
  tcp,
  UDP,
  type Way,
} from "../../test/pcaps.ts";
import { frames, RANDOM_LOCAL } from "../../test/random-frames.ts";
import { addAddress, createAddresses } from "../model/address-index.ts";
import { formatIp, parseIpWords } from "../model/ip.ts";
import { COUNTS, type Scope, TOTALS, TRAFFIC_COUNTS } from "../model/traffic.ts";
import { createTrafficTable, type TrafficTable, totalsOf } from "../model/traffic-table.ts";
import { type Captured, countPacket } from "./packet.ts";

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = 0x8100;
const QINQ = 0x88a8;
const ETHERNET = 14;
const PEER = "198.51.100.9";
const PEER_V6 = "2001:db8:9::9";

function addressesOf(local: readonly string[]) {
  const addresses = createAddresses(Math.max(1, local.length), 7);
  for (const text of local) {
    const words = new Uint32Array(4);
    parseIpWords(text, words);
    addAddress(addresses, words, 0);
  }
  return addresses;
}

/** A whole frame of Ethernet on its way in. */
function captured(frame: Uint8Array, fields: Partial<Captured> = {}): Captured {
  return {
    bytes: frame,
    frame: 0,
    at: ETHERNET,
    end: frame.length,
    type: ((frame[12] ?? 0) << 8) | (frame[13] ?? 0),
    length: frame.length,
    tags: 0,
    outgoing: false,
    segmentSize: 0,
    time: 1_000,
    ...fields,
  };
}

/** What is not zero of each peer, and of all. */
function told(table: TrafficTable) {
  const named = <K extends string>(names: readonly K[], value: (i: number) => number | undefined) =>
    Object.fromEntries(names.map((name, i) => [name, value(i)]).filter(([, count]) => count !== 0));
  const peers = Array.from({ length: table.peers.size }, (_, slot) => [
    formatIp(table.peers.words, 4 * slot),
    named(TRAFFIC_COUNTS, (i) => table.counts[COUNTS * slot + i]),
  ]);
  return { totals: named(TOTALS, (i) => table.totals[i]), peers: Object.fromEntries(peers) };
}

interface Counting {
  readonly local?: readonly string[];
  readonly scope?: Scope;
  readonly table?: TrafficTable;
}

function count(packet: Captured, { local = [], scope = "all", table }: Counting = {}) {
  const into = table ?? createTrafficTable(8, 7);
  const segments = countPacket(into, packet, addressesOf(local), scope);
  return { segments, ...told(into) };
}

const IN: Way = { source: PEER, destination: LOCAL_V4 };
const IN_V6: Way = { source: PEER_V6, destination: LOCAL_V6 };
const turned = ({ source, destination }: Way): Way => ({ source: destination, destination: source });
const frameOf = (way: Way, protocol: number, payload: Uint8Array, outgoing = false): Uint8Array =>
  ethernet(way.source.includes(":") ? IPV6 : IPV4, ip(way, protocol, payload), outgoing);
const syn = frameOf(IN, TCP, tcp(IN, 1, 443, SYN));
const syn6 = frameOf(IN_V6, TCP, tcp(IN_V6, 1, 443, SYN));
/** A frame with further tags in front of what it carries. */
const tagged = (frame: Uint8Array, ...types: number[]): Uint8Array =>
  Buffer.concat([
    frame.subarray(0, 12),
    ...types.map((type) => Buffer.of(type >> 8, type & 255, 0, 100)),
    frame.subarray(12),
  ]);

describe("which way a packet goes, and with whom", () => {
  const MAPPED = { source: "::ffff:c000:201", destination: PEER_V6 };
  test.each<[string, Way, readonly string[], outgoing: boolean, "in" | "out", peer: string]>([
    ["as it says, in", IN, [], false, "in", PEER],
    ["as it says, out", IN, [], true, "out", LOCAL_V4],
    ["from this host, whatever it says", turned(IN), [LOCAL_V4], false, "out", PEER],
    ["to this host, whatever it says", IN, [LOCAL_V4], true, "in", PEER],
    ["from one address of this host to another", IN, [LOCAL_V4, PEER], false, "out", LOCAL_V4],
    ["passing by: as it says, in", IN, ["203.0.113.1"], false, "in", PEER],
    ["passing by: as it says, out", IN, ["203.0.113.1"], true, "out", LOCAL_V4],
    ["as it says, in, IPv6", IN_V6, [], false, "in", PEER_V6],
    ["as it says, out, IPv6", IN_V6, [], true, "out", LOCAL_V6],
    ["from this host, IPv6", turned(IN_V6), [LOCAL_V4, LOCAL_V6], false, "out", PEER_V6],
    ["to this host, IPv6", IN_V6, [LOCAL_V6], true, "in", PEER_V6],
    ["passing by, IPv6", IN_V6, [LOCAL_V4], true, "out", LOCAL_V6],
    ["from an address of IPv4 in IPv6", MAPPED, [LOCAL_V4], false, "out", PEER_V6],
    ["to an address of IPv4 in IPv6", turned(MAPPED), [LOCAL_V4], true, "in", PEER_V6],
    ["with an address of IPv4 in IPv6", turned(MAPPED), [], true, "out", LOCAL_V4],
  ])("%s", (_, way, local, outgoing, direction, peer) => {
    const frame = frameOf(way, 47, new Uint8Array(6));
    const { length } = frame;
    const counts =
      direction === "in" ? { inBytes: length, inPackets: 1 } : { outBytes: length, outPackets: 1 };
    const counted = count(captured(frame, { outgoing }), { local });
    expect(counted).toEqual({ segments: 1, totals: counts, peers: { [peer]: counts } });
  });
});

describe("what a packet carries", () => {
  test.each<[string, number, Way, string | undefined]>([
    ["TCP", 6, IN, "tcp"],
    ["UDP", 17, IN, "udp"],
    ["ICMP", 1, IN, "icmp"],
    ["ICMP of IPv6 in IPv4", 58, IN, "icmp"],
    ["GRE", 47, IN, undefined],
    ["UDP-Lite", 136, IN, undefined],
    ["SCTP", 132, IN, undefined],
    ["what is an extension header in IPv6 only", 0, IN, undefined],
    ["TCP in IPv6", 6, IN_V6, "tcp"],
    ["UDP in IPv6", 17, IN_V6, "udp"],
    ["ICMP of IPv6", 58, IN_V6, "icmp"],
    ["ICMP of IPv4 in IPv6", 1, IN_V6, "icmp"],
    ["nothing", 59, IN_V6, undefined],
    ["what is encrypted", 50, IN_V6, undefined],
  ])("%s", (_, protocol, way, name) => {
    const { peers } = count(captured(frameOf(way, protocol, new Uint8Array(40))));
    const { tcp = 0, udp = 0, icmp = 0 } = peers[way.source] ?? {};
    expect({ tcp, udp, icmp }).toEqual({ tcp: 0, udp: 0, icmp: 0, ...(name && { [name]: 1 }) });
  });

  test.each<[string, number, incoming: string[], outgoing: string[]]>([
    ["SYN", SYN, ["synIn"], []],
    ["SYN with ECN's bits", SYN | 0xc0, ["synIn"], []],
    ["SYN with data and FIN", SYN | PSH | FIN, ["synIn"], []],
    ["SYN and ACK", SYN | ACK, [], ["synAckOut"]],
    ["SYN and RST", SYN | RST, ["rstIn"], ["rstOut"]],
    ["SYN, ACK and RST", SYN | ACK | RST, ["rstIn"], ["rstOut", "synAckOut"]],
    ["ACK", ACK, ["ackIn"], []],
    ["ACK with data", ACK | PSH, ["ackIn"], []],
    ["ACK and FIN", ACK | FIN, ["ackIn"], []],
    ["RST", RST, ["rstIn"], ["rstOut"]],
    ["RST and ACK", RST | ACK, ["rstIn"], ["rstOut"]],
    ["FIN alone", FIN, [], []],
    ["no flag", 0, [], []],
    ["all flags", 0xff, ["rstIn"], ["rstOut", "synAckOut"]],
  ])("TCP flags: %s", (_, flags, incoming, outgoing) => {
    const frame = frameOf(IN, TCP, tcp(IN, 1, 443, flags));
    const NAMES = ["synIn", "synAckOut", "ackIn", "rstIn", "rstOut"];
    const flagged = (out: boolean, peer: string): string[] => {
      const { peers, totals } = count(captured(frame, { outgoing: out }));
      const found = Object.keys(peers[peer] ?? {}).filter((name) => NAMES.includes(name));
      // The totals have two of them.
      expect(Object.keys(totals).filter((name) => NAMES.includes(name))).toEqual(
        found.filter((name) => name.startsWith("syn")),
      );
      return found.sort();
    };
    expect(flagged(false, PEER)).toEqual(incoming);
    expect(flagged(true, LOCAL_V4)).toEqual(outgoing);
  });

  const options = (bytes: number) => {
    const header = Buffer.alloc(bytes);
    header[1] = bytes / 8 - 1;
    return header;
  };
  const chain = (...lengths: number[]) =>
    ethernet(
      IPV6,
      ipv6({
        ...IN_V6,
        protocol: TCP,
        payload: tcp(IN_V6, 1, 443, SYN),
        extensions: lengths.map((length) => [60, options(length)] as const),
      }),
    );
  const piece = (fragment: number) =>
    ethernet(IPV4, ipv4({ ...IN, protocol: TCP, payload: tcp(IN, 1, 443, SYN), fragment }));
  const changed = (frame: Uint8Array, at: number, value: number) => {
    const copy = Buffer.from(frame);
    copy[at] = value;
    return copy;
  };

  const laterOptions = ethernet(
    IPV6,
    ipv6({
      ...IN_V6,
      protocol: TCP,
      payload: tcp(IN_V6, 1, 443, SYN),
      extensions: [
        [44, Buffer.of(0, 0, 0, 8, 0, 0, 0, 1)],
        [60, options(8)],
      ],
    }),
  );

  /** How much of a SYN is found in it. */
  test.each<[string, Uint8Array, "a SYN" | "TCP" | "IP" | "nothing"]>([
    ["a SYN", syn, "a SYN"],
    ["a SYN of IPv6", syn6, "a SYN"],
    ["a first fragment", piece(0x2000), "a SYN"],
    ["another fragment", piece(0x2001), "TCP"],
    ["a header length beyond the packet", changed(syn, 14, 0x4f), "TCP"],
    ["a header length too small", changed(syn, 14, 0x44), "nothing"],
    ["another version than its type's", changed(syn, 14, 0x65), "nothing"],
    ["another version than its type's, IPv6", changed(syn6, 14, 0x40), "nothing"],
    ["a header cut by one byte", syn.subarray(0, 33), "nothing"],
    ["a header cut by one byte, IPv6", syn6.subarray(0, 53), "nothing"],
    ["nothing behind the link header", syn.subarray(0, 14), "nothing"],
    ["nothing behind the IP header", syn.subarray(0, 34), "TCP"],
    ["TCP up to its flags", syn.subarray(0, 47), "TCP"],
    ["TCP with its flags", syn.subarray(0, 48), "a SYN"],
    ["TCP up to its flags, IPv6", syn6.subarray(0, 67), "TCP"],
    ["TCP with its flags, IPv6", syn6.subarray(0, 68), "a SYN"],
    ["8 extension headers", chain(8, 8, 8, 8, 8, 8, 8, 8), "a SYN"],
    ["9 extension headers", chain(8, 8, 8, 8, 8, 8, 8, 8, 8), "IP"],
    ["extension headers to byte 192", chain(72, 72, 8), "a SYN"],
    ["extension headers to byte 200", chain(72, 72, 16), "IP"],
    ["an extension header that is cut", chain(8).subarray(0, 61), "IP"],
    ["a fragment behind the first, that carries options", laterOptions, "IP"],
  ])("%s", (_, frame, found) => {
    // What lies behind it would be a SYN, too.
    const bytes = Buffer.concat([frame, Buffer.alloc(80, SYN)]);
    const { totals, peers } = count(captured(bytes, { end: frame.length, length: frame.length }));
    const peer = peers[PEER] ?? peers[PEER_V6];
    expect(totals).toEqual(
      found === "nothing"
        ? { nonIp: 1 }
        : { inBytes: frame.length, inPackets: 1, ...(found === "a SYN" && { synIn: 1 }) },
    );
    expect([peer?.inPackets, peer?.tcp, peer?.synIn].filter(Boolean).length).toBe(
      { nothing: 0, IP: 1, TCP: 2, "a SYN": 3 }[found],
    );
  });

  test.each<[string, Uint8Array, string | undefined]>([
    ["IPv4", ip(IN, TCP, tcp(IN, 1, 443, SYN)), PEER],
    ["IPv6", ip(IN_V6, TCP, tcp(IN_V6, 1, 443, SYN)), PEER_V6],
    ["nothing", new Uint8Array(0), undefined],
    ["neither", Buffer.alloc(60, 0x55), undefined],
  ])("without a type the version tells what it is: %s", (_, bytes, peer) => {
    const { peers, totals } = count(captured(bytes, { at: 0, type: 0 }));
    expect(Object.keys(peers)).toEqual(peer === undefined ? [] : [peer]);
    expect(totals.nonIp).toBe(peer === undefined ? 1 : undefined);
  });
});

describe("tags", () => {
  const SIZE = syn.length;
  test.each<[string, types: number[], stripped: number, all: boolean, ipv4Tcp: boolean]>([
    ["none", [], 0, true, true],
    ["one in the frame", [VLAN], 0, true, true],
    ["one of a provider", [QINQ], 0, true, true],
    ["one that was taken out", [], 1, true, true],
    ["two in the frame", [QINQ, VLAN], 0, true, false],
    ["two of the same kind", [VLAN, VLAN], 0, true, false],
    ["one taken out, one in the frame", [VLAN], 1, true, false],
    ["one taken out, two in the frame", [VLAN, VLAN], 1, true, false],
    ["three in the frame", [QINQ, VLAN, VLAN], 0, false, false],
  ])("%s", (_, types, stripped, all, ipv4Tcp) => {
    const frame = tagged(syn, ...types);
    const packet = captured(frame, { tags: stripped, length: frame.length + 4 * stripped });
    const counts = {
      inBytes: SIZE + 4 * (types.length + stripped),
      inPackets: 1,
      synIn: 1,
    };
    expect(count(packet).totals).toEqual(all ? counts : { nonIp: 1 });
    const narrow = count(packet, { scope: "ipv4-tcp", local: [LOCAL_V4] });
    expect(narrow.totals).toEqual(ipv4Tcp ? counts : all ? {} : { nonIp: 1 });
  });

  test.each([
    ["half of one", ethernet(VLAN, Buffer.of(0, 1, 8))],
    ["nothing behind it", ethernet(VLAN, Buffer.of(0, 1, 8, 0))],
    ["half of the second", ethernet(QINQ, Buffer.of(0, 1, 0x81, 0, 0))],
    ["no IP behind it", ethernet(VLAN, Buffer.concat([Buffer.of(0, 1, 8, 6), syn.subarray(14)]))],
    // Only without a link header it means that the version tells.
    ["type 0 behind it", ethernet(VLAN, Buffer.concat([Buffer.of(0, 1, 0, 0), syn.subarray(14)]))],
  ])("%s is no IP", (_, frame) => {
    for (const scope of ["all", "ipv4-tcp"] as const)
      expect(count(captured(frame), { scope, local: [LOCAL_V4] }).totals).toEqual({ nonIp: 1 });
  });
});

describe("the scope ipv4-tcp", () => {
  const data = frameOf(IN, UDP, new Uint8Array(20));
  test.each<[string, Uint8Array, readonly string[], "counted" | "passed over" | "no IP"]>([
    ["TCP to this host", syn, [LOCAL_V4], "counted"],
    ["TCP from this host", syn, [PEER], "counted"],
    ["TCP that passes by", syn, ["203.0.113.1"], "passed over"],
    ["TCP where no address is known", syn, [], "passed over"],
    ["UDP", data, [LOCAL_V4], "passed over"],
    ["IPv6", syn6, [LOCAL_V4, LOCAL_V6], "passed over"],
    ["IPv6 that is cut", syn6.subarray(0, 20), [LOCAL_V6], "passed over"],
    ["IPv4 that is cut", syn.subarray(0, 20), [LOCAL_V4], "no IP"],
    ["ARP", ethernet(0x0806, new Uint8Array(28)), [LOCAL_V4], "no IP"],
  ])("%s", (_, frame, local, fate) => {
    for (const outgoing of [false, true]) {
      const { totals, segments } = count(captured(frame, { outgoing }), { local, scope: "ipv4-tcp" });
      expect(segments).toBe(1);
      expect(Object.keys(totals).length > 0).toBe(fate !== "passed over");
      expect(totals.nonIp).toBe(fate === "no IP" ? 1 : undefined);
    }
  });

  test("says of how many segments it is what it does not count", () => {
    const frame = frameOf(IN, TCP, tcp(IN, 1, 443, ACK, new Uint8Array(3_000)));
    const packet = captured(frame, { segmentSize: 1_000 });
    expect(count(packet, { scope: "ipv4-tcp" })).toEqual({ segments: 3, totals: {}, peers: {} });
  });
});

describe("segments", () => {
  const data = (bytes: number): Uint8Array => frameOf(IN, TCP, tcp(IN, 1, 443, ACK, new Uint8Array(bytes)));
  const data6 = (bytes: number): Uint8Array =>
    frameOf(IN_V6, TCP, tcp(IN_V6, 1, 443, ACK, new Uint8Array(bytes)));
  const withTcpOptions = (bytes: number): Uint8Array => {
    const segment = Buffer.alloc(32 + bytes);
    segment[12] = 0x80;
    return frameOf(IN, TCP, segment);
  };
  const withIpOptions = (bytes: number): Uint8Array =>
    ethernet(
      IPV4,
      ipv4({
        ...IN,
        protocol: TCP,
        payload: tcp(IN, 1, 2, ACK, new Uint8Array(bytes)),
        options: Buffer.alloc(40, 1),
      }),
    );
  const behindExtension = (bytes: number): Uint8Array => {
    const payload = tcp(IN_V6, 1, 2, ACK, new Uint8Array(bytes));
    return ethernet(IPV6, ipv6({ ...IN_V6, protocol: TCP, payload, extensions: [[60, Buffer.alloc(8)]] }));
  };
  const datagram = (bytes: number): Uint8Array => frameOf(IN, UDP, new Uint8Array(8 + bytes));
  const taken = (frame: Uint8Array) => ({ tags: 1, length: frame.length + 4 });

  test.each<[string, Uint8Array, number, number, Partial<Captured>]>([
    ["one that is no such", data(3_000), 0, 1, {}],
    ["a whole number of them", data(4_344), 1_448, 3, {}],
    ["and one byte more", data(4_345), 1_448, 4, {}],
    ["and one byte less", data(4_343), 1_448, 3, {}],
    ["less than one", data(100), 1_448, 1, {}],
    ["nothing but headers", data(0), 1_448, 1, {}],
    ["IPv6", data6(2_857), 1_428, 3, {}],
    ["with TCP options", withTcpOptions(2_896), 1_448, 2, {}],
    ["with IP options", withIpOptions(2_816), 1_408, 2, {}],
    ["behind an extension header", behindExtension(2_840), 1_420, 2, {}],
    ["behind a tag", tagged(data(2_896), VLAN), 1_448, 2, {}],
    ["behind two tags", tagged(data(2_896), QINQ, VLAN), 1_448, 2, {}],
    ["a tag was taken out", data(2_896), 1_448, 2, taken(data(2_896))],
    [
      "one was taken out, one is there",
      tagged(data(2_896), VLAN),
      1_448,
      2,
      taken(tagged(data(2_896), VLAN)),
    ],
    ["UDP", datagram(3_600), 1_200, 3, {}],
    ["UDP and one byte more", datagram(3_601), 1_200, 4, {}],
    ["of which the headers were captured", data(2_896).subarray(0, 60), 1_448, 2, { length: 2_950 }],
    // Then it is not known that a TCP header is longer than one of UDP.
    ["of which the TCP header was not captured", data(2_896), 1_448, 3, { end: 46 }],
    ["of which it was, up to its length", data(2_896), 1_448, 2, { end: 47 }],
    ["no IP", ethernet(0x0806, new Uint8Array(3_000)), 1_448, 1, {}],
  ])("%s", (_, frame, segmentSize, segments, fields) => {
    const packet = captured(frame, { segmentSize, ...fields });
    const { totals, peers, ...counted } = count(packet);
    expect(counted.segments).toBe(segments);
    if (totals.nonIp !== undefined) return;
    expect([totals.inPackets, totals.inBytes]).toEqual([segments, packet.length]);
    const peer = peers[PEER] ?? peers[PEER_V6];
    expect([peer?.inPackets, peer?.inBytes, (peer?.tcp ?? 0) + (peer?.udp ?? 0)]).toEqual([
      segments,
      packet.length,
      segments,
    ]);
  });
});

describe("countPacket", () => {
  test("adds to what is there, and says when a peer was last seen", () => {
    const table = createTrafficTable(8, 7);
    count(captured(syn, { time: 5_000.5 }), { table });
    count(captured(syn6, { time: 5_001 }), { table });
    const { peers, totals } = count(captured(syn, { time: 6_000 }), { table });
    expect(peers[PEER]).toEqual({ inBytes: 2 * syn.length, inPackets: 2, synIn: 2, tcp: 2 });
    expect(totals).toEqual({ inBytes: 2 * syn.length + syn6.length, inPackets: 3, synIn: 3 });
    expect([...table.lastSeen.subarray(0, 2)]).toEqual([6_000, 5_001]);
  });

  test("counts in the totals what finds no room in the table", () => {
    const table = createTrafficTable(1, 7);
    count(captured(syn), { table });
    const { peers, totals } = count(captured(syn6, { segmentSize: 10, length: syn6.length + 25 }), { table });
    expect(Object.keys(peers)).toEqual([PEER]);
    expect([totals.inPackets, totals.synIn, table.refused]).toEqual([4, 4, 3]);
    // Who is in it is counted on.
    expect(count(captured(syn), { table }).peers[PEER]?.inPackets).toBe(2);
  });

  const LOCAL = addressesOf(RANDOM_LOCAL);
  const packets = fc.record({
    frame: fc.oneof(
      { weight: 4, arbitrary: frames },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
    ),
    at: fc.constantFrom(0, 14, 14, 14, 16, 20),
    type: fc.constantFrom(undefined, undefined, undefined, 0, IPV4, IPV6, VLAN),
    tags: fc.integer({ min: 0, max: 2 }),
    segmentSize: fc.constantFrom(0, 0, 1, 536, 65_535),
    outgoing: fc.boolean(),
    scope: fc.constantFrom<Scope>("all", "ipv4-tcp"),
  });

  test("whatever the bytes are: reads none beyond the end, and adds up", () => {
    fc.assert(
      fc.property(
        packets,
        fc.integer({ min: 0, max: 5 }),
        ({ frame, at, type, scope, ...fields }, before) => {
          const end = before + frame.length;
          const bytes = Buffer.concat([Buffer.alloc(before, 0xff), frame, Buffer.alloc(300, 0x45)]);
          const beyond: unknown[] = [];
          const watched = new Proxy<Uint8Array>(bytes, {
            get(target, key) {
              const i = Number(key.toString());
              if (!(i >= before && i < end)) beyond.push(key);
              return target[i];
            },
          });
          const table = createTrafficTable(4, 7);
          const { type: told, ...rest } = captured(frame, { ...fields, frame: before, end });
          const packet = { ...rest, bytes: watched, at: Math.min(end, before + at), type: type ?? told };
          const segments = countPacket(table, packet, LOCAL, scope);
          expect(beyond).toEqual([]);
          expect(segments).toBeGreaterThanOrEqual(1);
          expect(Number.isInteger(segments)).toBe(true);
          const { inPackets, outPackets, inBytes, outBytes, nonIp, synIn, synAckOut } = totalsOf(table);
          const counted = inPackets + outPackets;
          // Either it is no IP, or it is counted once, or it is out of scope.
          expect([counted, inBytes + outBytes, nonIp]).toEqual(
            nonIp > 0 ? [0, 0, 1] : counted > 0 ? [segments, frame.length, 0] : [0, 0, 0],
          );
          if (scope === "all") expect(counted + nonIp).toBeGreaterThan(0);
          expect(table.peers.size).toBe(counted > 0 ? 1 : 0);
          const [a, b, c, d, e = 0, f = 0, g = 0, h = 0, i = 0, ...protocols] = table.counts.subarray(
            0,
            COUNTS,
          );
          if (counted === 0) return;
          expect([a, b, c, d, e, f]).toEqual([inBytes, outBytes, inPackets, outPackets, synIn, synAckOut]);
          for (const n of [e, f, g, h, i, ...protocols]) expect([0, segments]).toContain(n);
          expect(protocols.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(segments);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
