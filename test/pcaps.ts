import { mix } from "../src/model/mix.ts";

/** A frame of Ethernet. `time`: epoch milliseconds, with fractions; `outgoing`: this host sent it. */
export interface TestPacket {
  readonly time: number;
  readonly bytes: Uint8Array;
  readonly outgoing?: boolean;
}

/** The host in whose sight all traffic is, and the gateway that all others are behind. */
export const LOCAL_V4 = "192.0.2.1";
export const LOCAL_V6 = "2001:db8::1";
export const LOCAL_MAC = "02:00:00:00:00:01";
export const PEER_MAC = "02:00:00:00:00:02";

/** Monday, 5 January 2026, 12:00:00 UTC: the first packet's time. */
export const BEGIN = Date.UTC(2026, 0, 5, 12);

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMP6 = 58;
/** Bits of TCP. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** EtherTypes. */
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = 0x8100;
const QINQ = 0x88a8;

/** A frame whose header says who sent it: this host where `outgoing`. `tags`: EtherType and tag of each. */
export function ethernet(
  type: number,
  payload: Uint8Array,
  outgoing = false,
  tags: readonly (readonly [type: number, tag: number])[] = [],
): Uint8Array {
  const [to, from] = outgoing ? [PEER_MAC, LOCAL_MAC] : [LOCAL_MAC, PEER_MAC];
  return bytes(
    macBytes(to),
    macBytes(from),
    ...tags.map(([kind, tag]) => words(kind, tag)),
    words(type),
    payload,
  );
}

export interface V4 {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
  readonly id?: number;
  /** Flags and the offset of a fragment, in units of 8 bytes. */
  readonly fragment?: number;
  /** A multiple of 4 bytes. */
  readonly options?: Uint8Array;
}

/** An IPv4 packet (RFC 791) with its header's checksum. */
export function ipv4({ source, destination, protocol, payload, ...rest }: V4): Uint8Array {
  const options = rest.options ?? new Uint8Array(0);
  const header = bytes(
    Uint8Array.of(0x45 + options.length / 4, 0),
    words(20 + options.length + payload.length, rest.id ?? 0, rest.fragment ?? 0x4000),
    Uint8Array.of(64, protocol),
    words(0),
    ipBytes(source),
    ipBytes(destination),
    options,
  );
  header.writeUInt16BE(checksum(header), 10);
  return bytes(header, payload);
}

export interface V6 {
  readonly source: string;
  readonly destination: string;
  /** Of what the last extension header, or the header itself, announces. */
  readonly protocol: number;
  readonly payload: Uint8Array;
  /** Extension headers: the number of each, and its bytes, whose first is filled in. */
  readonly extensions?: readonly (readonly [number: number, bytes: Uint8Array])[];
}

/** An IPv6 packet (RFC 8200). */
export function ipv6({ source, destination, protocol, payload, extensions = [] }: V6): Uint8Array {
  const chain = extensions.map(([, header], i) =>
    bytes(Uint8Array.of(extensions[i + 1]?.[0] ?? protocol), header.subarray(1)),
  );
  const length = payload.length + chain.reduce((sum, header) => sum + header.length, 0);
  return bytes(
    Uint8Array.of(0x60, 0, 0, 0),
    words(length),
    Uint8Array.of(extensions[0]?.[0] ?? protocol, 64),
    ipBytes(source),
    ipBytes(destination),
    ...chain,
    payload,
  );
}

/** Who speaks to whom: their family is that of both. */
export interface Way {
  readonly source: string;
  readonly destination: string;
}

/** A packet of IP: of IPv6 where the addresses are. */
export function ip(way: Way, protocol: number, payload: Uint8Array): Uint8Array {
  return isV6(way.source) ? ipv6({ ...way, protocol, payload }) : ipv4({ ...way, protocol, payload });
}

/** A TCP segment (RFC 9293) with its checksum. */
export function tcp(
  way: Way,
  from: number,
  to: number,
  flags: number,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const segment = bytes(words(from, to, 1, 2, 3, 4), Uint8Array.of(0x50, flags), words(65535, 0, 0), payload);
  segment.writeUInt16BE(sumFor(way, TCP, segment), 16);
  return segment;
}

/** A UDP datagram (RFC 768) with its checksum. */
export function udp(way: Way, from: number, to: number, payload: Uint8Array): Uint8Array {
  const datagram = bytes(words(from, to, 8 + payload.length, 0), payload);
  datagram.writeUInt16BE(sumFor(way, UDP, datagram) || 0xffff, 6);
  return datagram;
}

/** An echo request or reply (RFC 792, RFC 4443) with its checksum. */
export function echo(way: Way, reply: boolean, payload: Uint8Array): Uint8Array {
  const v6 = isV6(way.source);
  const type = v6 ? (reply ? 129 : 128) : reply ? 0 : 8;
  const message = bytes(Uint8Array.of(type, 0), words(0, 77, 1), payload);
  message.writeUInt16BE(v6 ? sumFor(way, ICMP6, message) : checksum(message), 2);
  return message;
}

/** An ARP request (RFC 826) for this host. */
export function arp(): Uint8Array {
  return bytes(
    words(1, IPV4, 0x0604, 1),
    macBytes(PEER_MAC),
    ipBytes("192.0.2.254"),
    new Uint8Array(6),
    ipBytes(LOCAL_V4),
  );
}

/** `count` packets of all that an interface of a server sees, of some hundred peers, over about `2 * count` milliseconds. */
export function mixed(seed: number, count: number): TestPacket[] {
  const random = randomly(seed);
  const packets: TestPacket[] = [];
  let time = BEGIN;
  while (packets.length < count) {
    time += random(4000) / 1000;
    packets.push(anyPacket(random, time));
  }
  return packets;
}

/** One packet of the mix: at most 1518 bytes, as an interface with an MTU of 1500 sends them. */
function anyPacket(random: Random, time: number): TestPacket {
  const v6 = random(3) === 0;
  const outgoing = random(2) === 0;
  const way = between(outgoing, peerOf(random, v6), v6);
  const frame = (packet: Uint8Array): TestPacket => {
    const tags = random(12) === 0 ? [[VLAN, 1 + random(4094)] as const] : [];
    return { time, bytes: ethernet(v6 ? IPV6 : IPV4, packet, outgoing, tags), outgoing };
  };
  const some = (most: number): Uint8Array => noise(random, random(most));
  const kind = random(100);
  if (kind < 50) {
    const flags = [SYN, SYN | ACK, ACK, PSH | ACK, PSH | ACK, FIN | ACK, RST, RST | ACK][random(8)] ?? ACK;
    const [from, to] = outgoing ? [443, 1024 + random(60_000)] : [1024 + random(60_000), 443];
    const data = flags === (PSH | ACK) || (flags === SYN && random(20) === 0) ? some(1400) : some(1);
    return frame(ip(way, TCP, tcp(way, from, to, flags, data)));
  }
  if (kind < 70) return frame(ip(way, UDP, udp(way, 1024 + random(60_000), 9, some(1400))));
  if (kind < 80) return frame(ip(way, v6 ? ICMP6 : ICMP, echo(way, outgoing, some(1000))));
  if (kind < 84) return frame(ip(way, [2, 47, 50, 132, 253, 255][random(6)] ?? 253, some(200)));
  if (kind < 88) {
    // Pieces that nobody will ever put together.
    const payload = noise(random, 8 * (1 + random(100)));
    return frame(
      piece(way, UDP, payload, random(2) === 0 ? 0 : random(8000), random(2) === 0, random(65_536)),
    );
  }
  if (kind < 91 && v6)
    return frame(
      ipv6({ ...way, protocol: TCP, payload: tcp(way, 5, 443, SYN), extensions: [[0, options()]] }),
    );
  if (kind < 93) {
    const inner = { source: "198.51.100.77", destination: "198.51.100.78" };
    const carried = ip(inner, UDP, udp(inner, 1, 9, some(100)));
    // An IPv4 packet in another (RFC 2003).
    return frame(ip(way, 4, carried));
  }
  if (kind < 96) {
    const all = { source: way.source, destination: v6 ? "ff02::1" : "224.0.0.1" };
    return frame(ip(all, UDP, udp(all, 68, 9, some(300))));
  }
  if (kind < 98) return { time, bytes: ethernet(0x0806, arp()) };
  return { time, bytes: ethernet([0x88cc, 0x8863, 0x0004, 0x88f7][random(4)] ?? 0x88cc, some(200)) };
}

/** Packets behind no, one, two and three VLAN tags, of IEEE 802.1Q and 802.1ad. Three are more than is looked behind. */
export function vlans(): TestPacket[] {
  const chains = [
    [],
    [VLAN],
    [QINQ],
    [QINQ, VLAN],
    [VLAN, VLAN],
    [QINQ, QINQ],
    [VLAN, QINQ],
    [QINQ, VLAN, VLAN],
  ];
  const peers = ["198.51.100.7", "2001:db8:7::7"];
  return peers.flatMap((peer) =>
    chains.flatMap((chain, c) =>
      [false, true].map((outgoing, o): TestPacket => {
        const way = between(outgoing, peer, isV6(peer));
        const packet = ip(way, TCP, tcp(way, 40_000, 443, outgoing ? SYN | ACK : SYN));
        const tags = chain.map((type, t) => [type, 100 + t] as const);
        const bytes = ethernet(isV6(peer) ? IPV6 : IPV4, packet, outgoing, tags);
        return { time: BEGIN + 20 * c + 10 * o, bytes, outgoing };
      }),
    ),
  );
}

/** Datagrams in three fragments each, in and out; only the first of each tells a port. A SYN in a piece by itself too. */
export function fragments(): TestPacket[] {
  const random = randomly(7);
  const packets: TestPacket[] = [];
  const peers = ["198.51.100.8", "2001:db8:8::8"];
  for (const [p, peer] of peers.entries()) {
    for (const outgoing of [false, true]) {
      const v6 = isV6(peer);
      const way = between(outgoing, peer, v6);
      const push = (payload: Uint8Array, protocol: number, offset: number, more: boolean): void => {
        const time = BEGIN + packets.length;
        const id = 100 + 2 * p + Number(outgoing);
        const bytes = ethernet(v6 ? IPV6 : IPV4, piece(way, protocol, payload, offset, more, id), outgoing);
        packets.push({ time, bytes, outgoing });
      };
      const datagram = udp(way, 4000, 9, noise(random, 3000));
      push(datagram.subarray(0, 1200), UDP, 0, true);
      push(datagram.subarray(1200, 2400), UDP, 150, true);
      push(datagram.subarray(2400), UDP, 300, false);
      // The same with what looks like a SYN where the header would be.
      push(tcp(way, 4000, 443, SYN), TCP, 0, true);
      push(tcp(way, 4000, 443, SYN), TCP, 5, false);
    }
  }
  return packets;
}

/**
 * Packets that no honest host sends, each of at least an Ethernet header: cut headers, lengths and versions that lie, chains
 * of extension headers beyond any reach, and every type of frame that is no IP.
 */
export function malformed(): TestPacket[] {
  const v4 = between(false, "198.51.100.9", false);
  const v6 = between(false, "2001:db8:9::9", true);
  const syn4 = ipv4({ ...v4, protocol: TCP, payload: tcp(v4, 1, 443, SYN) });
  const syn6 = ipv6({ ...v6, protocol: TCP, payload: tcp(v6, 1, 443, SYN) });
  const frames: Uint8Array[] = [];
  const add4 = (packet: Uint8Array): void => void frames.push(ethernet(IPV4, packet));
  const add6 = (packet: Uint8Array): void => void frames.push(ethernet(IPV6, packet));
  for (const length of [0, 1, 9, 19, 20, 21, 33, 34]) add4(syn4.subarray(0, length));
  for (const length of [0, 1, 39, 40, 41, 53, 54]) add6(syn6.subarray(0, length));
  const changed = (packet: Uint8Array, at: number, value: number): Uint8Array => {
    const copy = Buffer.from(packet);
    copy[at] = value;
    return copy;
  };
  for (const first of [0x40, 0x44, 0x46, 0x4f, 0x05, 0x65, 0xf5]) add4(changed(syn4, 0, first));
  for (const first of [0x00, 0x45, 0x50, 0xff]) add6(changed(syn6, 0, first));
  // Total lengths of nothing, of less than the header, and of more than there is.
  for (const length of [0, 10, 20, 255]) add4(changed(syn4, 3, length));
  for (const length of [0, 1, 255]) add6(changed(syn6, 5, length));
  // A data offset of nothing, and all flags at once.
  add4(changed(changed(syn4, 32, 0), 33, 0xff));
  add4(ipv4({ ...v4, protocol: TCP, payload: tcp(v4, 1, 443, SYN), options: Buffer.alloc(40, 1) }));
  const chain = (...numbers: number[]) =>
    ipv6({
      ...v6,
      protocol: TCP,
      payload: tcp(v6, 1, 443, SYN),
      extensions: numbers.map((n) => [n, options()] as const),
    });
  for (const count of [1, 7, 8, 9, 20]) add6(chain(...Array<number>(count).fill(60)));
  add6(chain(0, 43, 60, 51, 135, 139, 140, 0));
  // Longer than the packet, and longer than is looked into.
  add6(
    ipv6({
      ...v6,
      protocol: TCP,
      payload: tcp(v6, 1, 443, SYN),
      extensions: [[60, Buffer.of(0, 255, 0, 0, 0, 0, 0, 0)]],
    }),
  );
  add6(ipv6({ ...v6, protocol: TCP, payload: tcp(v6, 1, 443, SYN), extensions: [[60, padding(248)]] }));
  add6(ipv6({ ...v6, protocol: 60, payload: Buffer.of(6, 0, 1) }));
  add6(ipv6({ ...v6, protocol: 59, payload: new Uint8Array(0) }));
  // A tag without its second half.
  frames.push(
    ethernet(VLAN, Buffer.of(0)),
    ethernet(QINQ, words(7, VLAN, 8)),
    ethernet(VLAN, words(7, 0x1234, 8)),
  );
  for (const type of [0, 46, 1500, 1501, 0x0806, 0x8847, 0x8864, 0x88e5, 0xffff])
    frames.push(ethernet(type, syn4));
  return frames.map((bytes, i) => ({ time: BEGIN + 10 * i, bytes, outgoing: false }));
}

/** Frames shorter than an Ethernet header: in captures alone, as no interface sends them. */
export function runts(): TestPacket[] {
  const whole = ethernet(IPV4, new Uint8Array(0));
  return Array.from({ length: 14 }, (_, length) => ({
    time: BEGIN + length,
    bytes: whole.subarray(0, length),
  }));
}

/** One SYN of each of so many sources, IPv4 and IPv6 in turn, within one second. Each source differs. */
export function synFlood(seed: number, sources: number): TestPacket[] {
  return Array.from({ length: sources }, (_, i) => {
    const n = mix(seed + i) >>> 0;
    const v6 = i % 2 === 1;
    // Of 10.0.0.0/8 and 2001:db8:f100::/48: a number for each, and for IPv6 some noise beside it.
    const peer = v6
      ? `2001:db8:f100::${(n >>> 16).toString(16)}:${(i >>> 16).toString(16)}:${(i & 0xffff).toString(16)}`
      : `10.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
    const way = between(false, peer, v6);
    const packet = ip(way, TCP, tcp(way, 1024 + (n % 60_000), 443, SYN));
    return { time: BEGIN + (990 * i) / sources, bytes: ethernet(v6 ? IPV6 : IPV4, packet), outgoing: false };
  });
}

/** Link types (https://www.tcpdump.org/linktypes.html). */
export const LINK = {
  null: 0,
  ethernet: 1,
  raw12: 12,
  raw14: 14,
  raw: 101,
  loop: 108,
  sll: 113,
  ipv4: 228,
  ipv6: 229,
  sll2: 276,
} as const;

/** A frame of Ethernet as another link type has it; undefined where that cannot say it. `bigEndian`: of the host that captured. */
export function relinked(packet: TestPacket, linkType: number, bigEndian = false): Uint8Array | undefined {
  const { bytes: frame, outgoing = false } = packet;
  if (linkType === LINK.ethernet) return frame;
  if (frame.length < 14) return undefined;
  const type = Buffer.from(frame).readUInt16BE(12);
  const payload = frame.subarray(14);
  const from = frame.subarray(6, 12);
  if (linkType === LINK.sll) {
    return bytes(words(outgoing ? 4 : 0, 1, 6), from, words(0, type), payload);
  }
  if (linkType === LINK.sll2) {
    return bytes(words(type, 0, 0, 2, 1), Uint8Array.of(outgoing ? 4 : 0, 6), from, words(0), payload);
  }
  const version = (payload[0] ?? 0) >> 4;
  if (!(type === IPV4 && version === 4) && !(type === IPV6 && version === 6)) return undefined;
  switch (linkType) {
    case LINK.null:
      // AF_INET, and AF_INET6 of FreeBSD.
      return bytes(long(version === 4 ? 2 : 28, bigEndian), payload);
    case LINK.loop:
      return bytes(long(version === 4 ? 2 : 30, true), payload);
    case LINK.ipv4:
      return version === 4 ? payload : undefined;
    case LINK.ipv6:
      return version === 6 ? payload : undefined;
    default:
      return payload;
  }
}

export interface PcapOptions {
  readonly nanoseconds?: boolean;
  readonly bigEndian?: boolean;
  readonly linkType?: number;
  /** Bytes of each packet that are kept. */
  readonly snapLength?: number;
}

/** A capture file of libpcap (pcap-savefile(5)) with those packets that its link type can say. */
export function writePcap(packets: readonly TestPacket[], options: PcapOptions = {}): Buffer {
  const { nanoseconds = false, bigEndian = false, linkType = LINK.ethernet, snapLength = 262_144 } = options;
  const u32 = (value: number) => long(value, bigEndian);
  const pieces: Uint8Array[] = [
    u32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4),
    short(2, bigEndian),
    short(4, bigEndian),
    ...[0, 0, snapLength, linkType].map(u32),
  ];
  for (const packet of packets) {
    const frame = relinked(packet, linkType, bigEndian);
    if (frame === undefined) continue;
    const seconds = Math.floor(packet.time / 1000);
    const fraction = Math.round((packet.time - 1000 * seconds) * (nanoseconds ? 1e6 : 1e3));
    const kept = frame.subarray(0, snapLength);
    pieces.push(...[seconds, fraction, kept.length, frame.length].map(u32), kept);
  }
  return bytes(...pieces);
}

export interface Interface {
  readonly name?: string;
  readonly linkType?: number;
  /** The byte of if_tsresol: microseconds when absent. */
  readonly resolution?: number;
  /** Seconds that if_tsoffset adds. */
  readonly offset?: number;
}

export interface PcapngOptions {
  readonly bigEndian?: boolean;
  /** Packet `i` goes to interface `i % interfaces.length`. One of Ethernet without a name when absent. */
  readonly interfaces?: readonly Interface[];
  /** Enhanced packet blocks, simple ones (no time, first interface), or the obsolete ones. */
  readonly block?: "enhanced" | "simple" | "obsolete";
  /** Says of each packet which way it went (epb_flags). */
  readonly directions?: boolean;
  readonly snapLength?: number;
}

/**
 * A section of pcapng (draft-ietf-opsawg-pcapng) with those packets that their interfaces can say; several may follow each
 * other in a file.
 */
export function writePcapng(packets: readonly TestPacket[], options: PcapngOptions = {}): Buffer {
  const {
    bigEndian = false,
    interfaces = [{}],
    block = "enhanced",
    directions = false,
    snapLength = 0,
  } = options;
  const u16 = (value: number) => short(value, bigEndian);
  const u32 = (value: number) => long(value, bigEndian);
  const u64 = (value: bigint) => {
    const buffer = Buffer.alloc(8);
    if (bigEndian) buffer.writeBigInt64BE(value);
    else buffer.writeBigInt64LE(value);
    return buffer;
  };
  const option = (code: number, value: Uint8Array) => bytes(u16(code), u16(value.length), padded(value));
  const blockOf = (type: number, ...body: Uint8Array[]) => {
    const whole = bytes(...body);
    return bytes(u32(type), u32(12 + whole.length), whole, u32(12 + whole.length));
  };
  const end = u32(0);
  const pieces: Uint8Array[] = [blockOf(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), u64(-1n))];
  for (const { name, linkType = LINK.ethernet, resolution, offset } of interfaces) {
    const told = [
      ...(name === undefined ? [] : [option(2, Buffer.from(name))]),
      ...(resolution === undefined ? [] : [option(9, Uint8Array.of(resolution))]),
      ...(offset === undefined ? [] : [option(14, u64(BigInt(offset)))]),
    ];
    pieces.push(
      blockOf(1, u16(linkType), u16(0), u32(snapLength), ...told, ...(told.length > 0 ? [end] : [])),
    );
  }
  packets.forEach((packet, i) => {
    const n = block === "simple" ? 0 : i % interfaces.length;
    const { linkType = LINK.ethernet, resolution = 6, offset = 0 } = interfaces[n] ?? {};
    const frame = relinked(packet, linkType, bigEndian);
    if (frame === undefined) return;
    const kept = snapLength > 0 ? frame.subarray(0, snapLength) : frame;
    if (block === "simple") {
      pieces.push(blockOf(3, u32(frame.length), padded(kept)));
      return;
    }
    const perSecond = resolution >= 128 ? 2 ** (resolution - 128) : 10 ** resolution;
    const ticks = ticksOf(packet.time - 1000 * offset, perSecond);
    const body = [
      u32(Number(ticks >> 32n)),
      u32(Number(ticks & 0xffffffffn)),
      u32(kept.length),
      u32(frame.length),
      padded(kept),
    ];
    const told = directions ? [option(2, u32(packet.outgoing ? 2 : 1)), end] : [];
    if (block === "obsolete") pieces.push(blockOf(2, u16(n), u16(0xffff), ...body, ...told));
    else pieces.push(blockOf(6, u32(n), ...body, ...told));
  });
  return bytes(...pieces);
}

/** Epoch milliseconds in units of a resolution: in two steps, as their product is beyond a double's whole numbers. */
function ticksOf(time: number, perSecond: number): bigint {
  const seconds = Math.floor(time / 1000);
  return (
    BigInt(seconds) * BigInt(perSecond) + BigInt(Math.round(((time - 1000 * seconds) / 1000) * perSecond))
  );
}

/** A fragment of a packet. `offset`: in units of 8 bytes. */
function piece(
  way: Way,
  protocol: number,
  payload: Uint8Array,
  offset: number,
  more: boolean,
  id: number,
): Uint8Array {
  if (!isV6(way.source))
    return ipv4({ ...way, protocol, payload, id, fragment: (more ? 0x2000 : 0) | offset });
  const header = bytes(Uint8Array.of(0, 0), words((offset << 3) | Number(more), 0, id));
  return ipv6({ ...way, protocol, payload, extensions: [[44, header]] });
}

/** An extension header of 8 bytes: an option that pads it. For the authentication header of 8 bytes too. */
function options(): Uint8Array {
  return Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
}

/** Destination options of so many bytes, a multiple of 8, all padding. */
function padding(length: number): Uint8Array {
  const header = Buffer.alloc(length);
  header[1] = length / 8 - 1;
  header[2] = 1;
  header[3] = length - 4;
  return header;
}

function between(outgoing: boolean, peer: string, v6: boolean): Way {
  const local = v6 ? LOCAL_V6 : LOCAL_V4;
  return outgoing ? { source: local, destination: peer } : { source: peer, destination: local };
}

/** One of 150 of each family; the first are the busiest. */
function peerOf(random: Random, v6: boolean): string {
  const n = random(1 + random(150));
  return v6 ? `2001:db8:${(1 + n).toString(16)}::${(0x100 + n).toString(16)}` : `198.51.100.${1 + n}`;
}

function isV6(address: string): boolean {
  return address.includes(":");
}

/** A number from 0 to below `below`; the same row of them for each seed. */
export type Random = (below: number) => number;

export function randomly(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) % Math.max(1, below);
  };
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

/** The Internet checksum (RFC 1071). */
function checksum(...parts: Uint8Array[]): number {
  const all = bytes(...parts);
  let sum = 0;
  for (let i = 0; i < all.length; i++) sum += i % 2 === 0 ? (all[i] ?? 0) << 8 : (all[i] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** With the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1). */
function sumFor(way: Way, protocol: number, payload: Uint8Array): number {
  return checksum(ipBytes(way.source), ipBytes(way.destination), words(protocol, payload.length), payload);
}

function ipBytes(address: string): Uint8Array {
  if (!isV6(address)) return Uint8Array.from(address.split("."), Number);
  const [before = "", after] = address.split("::");
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const head = groups(before);
  const tail = groups(after ?? "");
  return words(...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail);
}

function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(":"), (byte) => Number.parseInt(byte, 16));
}

/** Numbers of 16 bits in network order. */
function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => void buffer.writeUInt16BE(value, 2 * i));
  return buffer;
}

function short(value: number, bigEndian: boolean): Buffer {
  const buffer = Buffer.alloc(2);
  if (bigEndian) buffer.writeUInt16BE(value);
  else buffer.writeUInt16LE(value);
  return buffer;
}

function long(value: number, bigEndian: boolean): Buffer {
  const buffer = Buffer.alloc(4);
  if (bigEndian) buffer.writeUInt32BE(value);
  else buffer.writeUInt32LE(value);
  return buffer;
}

/** To a multiple of 4 bytes. */
function padded(value: Uint8Array): Uint8Array {
  return bytes(value, new Uint8Array(-value.length & 3));
}

function bytes(...parts: Uint8Array[]): Buffer {
  return Buffer.concat(parts);
}
