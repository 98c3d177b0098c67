import { isV4 } from "../../model/ip.ts";
import {
  AUTHENTICATION,
  COUNT,
  COUNTS,
  ETHERTYPE,
  EXTENSIONS,
  FLAG,
  FRAGMENT,
  PROTOCOL,
  REACH,
  type Scope,
  TOTALS,
} from "../../model/traffic.ts";
import {
  assemble,
  atomicAdd,
  call,
  compute,
  computeConstant,
  exit,
  type Item,
  jump,
  jumpIf,
  jumpIfConstant,
  label,
  load,
  move,
  moveConstant,
  moveMap,
  moveWide,
  type Register,
  store,
  storeConstant,
  swapFromNetwork,
} from "./assembler.ts";

/** Helpers (linux/bpf.h, enum bpf_func_id). */
const MAP_LOOKUP = 1;
const MAP_UPDATE = 2;
const KTIME_GET_NS = 5;
const GET_PRANDOM_U32 = 7;
/** Of two helpers that read a packet the one that also reads what lies in pages, where many drivers leave headers. */
const SKB_LOAD_BYTES = 26;
/** As good as the clock of 5 to a few milliseconds, at a fraction of its cost; since Linux 5.11. */
const KTIME_GET_COARSE_NS = 160;
/** Flag of an update: only where there is none. */
const NOEXIST = 1;

/** Offsets in struct __sk_buff (linux/bpf.h). */
const SKB = { length: 0, packetType: 4, protocol: 16, vlanPresent: 20, segments: 164 } as const;
const PACKET_OUTGOING = 4;
const TCX_NEXT = -1;

/** A peer's value: its counts, and when it was first and last seen (nanoseconds of the monotonic clock), each of 64 bits. */
export const FIRST_SEEN = COUNTS;
export const LAST_SEEN = COUNTS + 1;
export const PEER_BYTES = 8 * (COUNTS + 2);
export const KEY_BYTES = 16;

/**
 * The totals' value: those of the model, then what the hook itself saw as frames and as segments, for comparison with
 * the interface's own counters, then new peers that were let in and packets of those that were not.
 */
const OWN_TOTALS = ["rxFrames", "rxPackets", "txFrames", "txPackets", "fresh", "refused"] as const;
export const COUNTER_TOTALS = [...TOTALS, ...OWN_TOTALS] as const;
export type CounterTotal = (typeof COUNTER_TOTALS)[number];
export const TOTALS_BYTES = 8 * COUNTER_TOTALS.length;

/** The control's value: which of the two tables counts now, then the admission mask, each of 32 bits. */
export const CONTROL_BYTES = 8;

/** Local addresses that a program may compare packets with: they are compiled into it, one after the other. */
export const MAX_LOCAL = 256;

/** What a program is made for. */
export interface CounterOptions {
  /** Descriptors: an array of one control, an array of totals for either table, the two tables. */
  readonly control: number;
  readonly totals: number;
  readonly peers: readonly [number, number];
  /** Bytes of the link header, 0 where there is none. */
  readonly linkHeader: number;
  /** Both ways by a packet socket; only what comes in; only what goes out, by tcx. */
  readonly sees: "both" | "in" | "out";
  readonly scope: Scope;
  /** Addresses that are this host's, four words each. The rest of direction is the packet's own. */
  readonly local: readonly Uint32Array[];
  /** False before Linux 5.11. */
  readonly coarseClock: boolean;
}

/** Offsets on the stack. */
const KEY = -16;
const HEADER = -56;
const VALUE = HEADER - PEER_BYTES;
const slot = (n: number): number => VALUE - 8 * n;
const SCRATCH = slot(1);
const TOTALS_POINTER = slot(2);
const MASK = slot(3);
const TABLE = slot(4);
/** 1 where the packet leaves this host. */
const OUT = slot(5);
const NEXT_HEADER = slot(6);
const FLAGS = slot(7);
/** Offset of the IP header, and whether what it carries begins in this packet. */
const START = slot(8);
const FIRST = slot(9);
const TAGS = slot(10);

/** Kept over calls: the packet, an offset in it, its bytes, its segments. */
const PACKET = 6;
const AT = 7;
const BYTES = 8;
const SEGMENTS = 9;
const FRAME = 10;

const total = (name: CounterTotal): number => 8 * COUNTER_TOTALS.indexOf(name);

/** The counting program as the kernel takes it. */
export function packetCounter(options: CounterOptions): Uint8Array {
  return assemble([
    ...begin(options),
    ...links(options),
    ...ipv4(options),
    ...ipv6(options),
    ...(countsNobody(options) ? [] : [...flags(), ...peer(options), ...counts()]),
    ...endings(options),
  ]);
}

/** The verifier refuses a program with instructions that are never reached: here none of a peer is. */
function countsNobody({ scope, local }: CounterOptions): boolean {
  return scope === "ipv4-tcp" && !local.some((words) => isV4(words));
}

/** Loads `length` bytes at `AT` + `ahead` of the packet to the stack, else goes to `otherwise`. */
function read(ahead: number, to: number, length: number, otherwise: string): Item[] {
  return [
    move(1, PACKET),
    move(2, AT),
    ...(ahead === 0 ? [] : [computeConstant(2, "add", ahead)]),
    move(3, FRAME),
    computeConstant(3, "add", to),
    moveConstant(4, length),
    call(SKB_LOAD_BYTES),
    jumpIfConstant(0, "notEqual", 0, otherwise),
  ];
}

/** r0 = where the value of the key at `key` on the stack is. */
function find(map: number, key: number): Item[] {
  return [moveMap(1, map), move(2, FRAME), computeConstant(2, "add", key), call(MAP_LOOKUP)];
}

/** What is known before the packet is looked into: its size, which way it goes, which table counts. */
function begin({ control, totals, linkHeader, sees }: CounterOptions): Item[] {
  const way: Item[] =
    sees === "out"
      ? [storeConstant(8, FRAME, OUT, 1)]
      : [
          storeConstant(8, FRAME, OUT, 0),
          load(4, 1, PACKET, SKB.packetType),
          jumpIfConstant(1, "notEqual", PACKET_OUTGOING, "way known"),
          ...(sees === "in" ? [jump("end")] : [storeConstant(8, FRAME, OUT, 1)]),
          label("way known"),
        ];
  return [
    move(PACKET, 1),
    ...way,
    load(4, SEGMENTS, PACKET, SKB.segments),
    jumpIfConstant(SEGMENTS, "notEqual", 0, "segments known"),
    moveConstant(SEGMENTS, 1),
    label("segments known"),
    load(4, BYTES, PACKET, SKB.length),
    load(4, 1, PACKET, SKB.vlanPresent),
    store(8, FRAME, TAGS, 1),
    jumpIfConstant(1, "equal", 0, "length known"),
    storeConstant(8, FRAME, TAGS, 1),
    // The kernel took the outer tag out of the frame.
    computeConstant(BYTES, "add", 4),
    label("length known"),
    storeConstant(4, FRAME, SCRATCH, 0),
    ...find(control, SCRATCH),
    jumpIfConstant(0, "equal", 0, "end"),
    load(4, 1, 0, 0),
    store(8, FRAME, TABLE, 1),
    store(4, FRAME, SCRATCH, 1),
    load(4, 1, 0, 4),
    store(8, FRAME, MASK, 1),
    ...find(totals, SCRATCH),
    jumpIfConstant(0, "equal", 0, "end"),
    store(8, FRAME, TOTALS_POINTER, 0),
    ...seen(sees),
    moveConstant(AT, linkHeader),
    storeConstant(8, FRAME, FLAGS, 0),
    storeConstant(8, FRAME, FIRST, 1),
  ];
}

/** What the hook saw, whatever it is. */
function seen(sees: CounterOptions["sees"]): Item[] {
  const way = (frames: CounterTotal, packets: CounterTotal): Item[] => [
    moveConstant(1, 1),
    atomicAdd(0, total(frames), 1),
    atomicAdd(0, total(packets), SEGMENTS),
  ];
  if (sees === "out") return way("txFrames", "txPackets");
  if (sees === "in") return way("rxFrames", "rxPackets");
  return [
    load(8, 1, FRAME, OUT),
    jumpIfConstant(1, "notEqual", 0, "goes out"),
    ...way("rxFrames", "rxPackets"),
    jump("hook counted"),
    label("goes out"),
    ...way("txFrames", "txPackets"),
    label("hook counted"),
  ];
}

/** Behind the tags: which kind of IP it is. r1 is the type in the order it has in the packet. */
function links({ scope }: CounterOptions): Item[] {
  const items: Item[] = [load(4, 1, PACKET, SKB.protocol)];
  for (let tag = 1; tag <= REACH.tags; tag++) {
    items.push(
      jumpIfConstant(1, "equal", swapped(ETHERTYPE.vlan), `tag ${tag}`),
      jumpIfConstant(1, "notEqual", swapped(ETHERTYPE.qinq), "type known"),
      label(`tag ${tag}`),
      ...read(0, SCRATCH, 4, "not ip"),
      computeConstant(AT, "add", 4),
      load(8, 1, FRAME, TAGS),
      computeConstant(1, "add", 1),
      store(8, FRAME, TAGS, 1),
      load(2, 1, FRAME, SCRATCH + 2),
    );
  }
  items.push(
    label("type known"),
    store(8, FRAME, START, AT),
    jumpIfConstant(1, "equal", swapped(ETHERTYPE.ipv4), "ipv4"),
    jumpIfConstant(1, "equal", swapped(ETHERTYPE.ipv6), "ipv6"),
    jump("not ip"),
  );
  if (scope === "all") return items;
  // One side must be this host: which is decided with the addresses.
  return [...items, label("other scope"), jump("end")];
}

/** An IPv4 header (RFC 791 section 3.1): its version and length, the protocol, whether it is a first fragment, the addresses. */
function ipv4(options: CounterOptions): Item[] {
  const { local, scope } = options;
  const own = local.filter((words) => isV4(words)).map(([, , , word = 0]) => word);
  const is = (at: number, way: string): Item[] =>
    own.length === 0
      ? []
      : [
          load(4, 2, FRAME, HEADER + at),
          ...own.map((word) => jumpIfConstant32(2, swapped32(word), way)),
        ].flat();
  const way: Item[] = [
    ...is(12, "ipv4 out"),
    ...is(16, "ipv4 in"),
    ...(scope === "all"
      ? [load(8, 1, FRAME, OUT), jumpIfConstant(1, "notEqual", 0, "ipv4 out")]
      : [jump("other scope")]),
    label("ipv4 in"),
    load(4, 1, FRAME, HEADER + 12),
    store(4, FRAME, KEY + 12, 1),
    storeConstant(8, FRAME, OUT, 0),
    jump("carried"),
    label("ipv4 out"),
    load(4, 1, FRAME, HEADER + 16),
    store(4, FRAME, KEY + 12, 1),
    storeConstant(8, FRAME, OUT, 1),
    jump("carried"),
  ];
  return [
    label("ipv4"),
    ...read(0, HEADER, 20, "not ip"),
    load(1, 1, FRAME, HEADER),
    move(2, 1),
    computeConstant(2, "shiftRight", 4),
    jumpIfConstant(2, "notEqual", 4, "not ip"),
    computeConstant(1, "and", 15),
    jumpIfConstant(1, "less", 5, "not ip"),
    computeConstant(1, "shiftLeft", 2),
    compute(AT, "add", 1),
    load(2, 1, FRAME, HEADER + 6),
    swapFromNetwork(1, 16),
    computeConstant(1, "and", 0x1fff),
    jumpIfConstant(1, "equal", 0, "ipv4 begins"),
    storeConstant(8, FRAME, FIRST, 0),
    label("ipv4 begins"),
    load(1, 1, FRAME, HEADER + 9),
    store(8, FRAME, NEXT_HEADER, 1),
    storeConstant(8, FRAME, KEY, 0),
    storeConstant(4, FRAME, KEY + 8, swapped32(0xffff)),
    ...(scope === "all"
      ? []
      : [
          jumpIfConstant(1, "notEqual", PROTOCOL.tcp, "other scope"),
          load(8, 1, FRAME, TAGS),
          jumpIfConstant(1, "greater", 1, "other scope"),
        ]),
    ...(countsNobody(options) ? [jump("end")] : way),
  ];
}

/** An IPv6 header (RFC 8200): its version, the addresses, and what its extension headers lead to. */
function ipv6({ local, scope }: CounterOptions): Item[] {
  if (scope === "ipv4-tcp") return [label("ipv6"), jump("end")];
  const is = (at: number, way: string): Item[] =>
    local.length === 0
      ? []
      : [
          load(8, 2, FRAME, HEADER + at),
          load(8, 3, FRAME, HEADER + at + 8),
          ...local.flatMap(([a = 0, b = 0, c = 0, d = 0], i) => [
            moveWide(1, swapped32(a), swapped32(b)),
            jumpIf(2, "notEqual", 1, `${way}: not ${at} ${i}`),
            moveWide(1, swapped32(c), swapped32(d)),
            jumpIf(3, "equal", 1, way),
            label(`${way}: not ${at} ${i}`),
          ]),
        ];
  const take = (at: number): Item[] => [
    load(8, 1, FRAME, HEADER + at),
    store(8, FRAME, KEY, 1),
    load(8, 1, FRAME, HEADER + at + 8),
    store(8, FRAME, KEY + 8, 1),
  ];
  return [
    label("ipv6"),
    ...read(0, HEADER, 40, "not ip"),
    load(1, 1, FRAME, HEADER),
    computeConstant(1, "shiftRight", 4),
    jumpIfConstant(1, "notEqual", 6, "not ip"),
    load(1, 1, FRAME, HEADER + 6),
    store(8, FRAME, NEXT_HEADER, 1),
    computeConstant(AT, "add", 40),
    ...is(8, "ipv6 out"),
    ...is(24, "ipv6 in"),
    load(8, 1, FRAME, OUT),
    jumpIfConstant(1, "notEqual", 0, "ipv6 out"),
    label("ipv6 in"),
    ...take(8),
    storeConstant(8, FRAME, OUT, 0),
    jump("extensions"),
    label("ipv6 out"),
    ...take(24),
    storeConstant(8, FRAME, OUT, 1),
    label("extensions"),
    ...extensions(),
  ];
}

/** Goes from one extension header to the next, at most so many, and not beyond the reach. */
function extensions(): Item[] {
  const items: Item[] = [];
  for (let i = 1; i <= REACH.extensions; i++) {
    items.push(
      load(8, 1, FRAME, NEXT_HEADER),
      jumpIfConstant(1, "equal", FRAGMENT, `extension ${i}`),
      jumpIfConstant(1, "equal", AUTHENTICATION, `extension ${i}`),
      ...EXTENSIONS.map((number) => jumpIfConstant(1, "equal", number, `extension ${i}`)),
      jump("carried"),
      label(`extension ${i}`),
      ...read(0, SCRATCH, 8, "carries something else"),
      load(8, 2, FRAME, NEXT_HEADER),
      load(1, 1, FRAME, SCRATCH),
      store(8, FRAME, NEXT_HEADER, 1),
      jumpIfConstant(2, "equal", FRAGMENT, `fragment ${i}`),
      load(1, 1, FRAME, SCRATCH + 1),
      jumpIfConstant(2, "equal", AUTHENTICATION, `authentication ${i}`),
      computeConstant(1, "add", 1),
      computeConstant(1, "shiftLeft", 3),
      jump(`length ${i}`),
      label(`authentication ${i}`),
      computeConstant(1, "add", 2),
      computeConstant(1, "shiftLeft", 2),
      jump(`length ${i}`),
      label(`fragment ${i}`),
      load(2, 1, FRAME, SCRATCH + 2),
      swapFromNetwork(1, 16),
      computeConstant(1, "and", 0xfff8),
      jumpIfConstant(1, "equal", 0, `first ${i}`),
      storeConstant(8, FRAME, FIRST, 0),
      jump("carried"),
      label(`first ${i}`),
      moveConstant(1, 8),
      label(`length ${i}`),
      compute(AT, "add", 1),
      load(8, 2, FRAME, START),
      move(1, AT),
      compute(1, "subtract", 2),
      jumpIfConstant(1, "greater", REACH.bytes, "carries something else"),
    );
  }
  return [
    ...items,
    jump("carried"),
    label("carries something else"),
    storeConstant(8, FRAME, NEXT_HEADER, 255),
  ];
}

/** Of TCP the flags, where the packet has them. */
function flags(): Item[] {
  return [
    label("carried"),
    load(8, 1, FRAME, NEXT_HEADER),
    jumpIfConstant(1, "notEqual", PROTOCOL.tcp, "flags known"),
    load(8, 1, FRAME, FIRST),
    jumpIfConstant(1, "equal", 0, "flags known"),
    storeConstant(8, FRAME, SCRATCH, 0),
    ...read(13, SCRATCH, 1, "flags known"),
    load(1, 1, FRAME, SCRATCH),
    store(8, FRAME, FLAGS, 1),
    label("flags known"),
  ];
}

/** r0 = the peer's value, made where there is none and where it is let in; r7 = the totals from here on. */
function peer({ peers: [even, odd], coarseClock }: CounterOptions): Item[] {
  const either = (name: string, items: (map: number) => Item[]): Item[] => [
    load(8, 1, FRAME, TABLE),
    jumpIfConstant(1, "notEqual", 0, `${name} odd`),
    ...items(even),
    jump(`${name} done`),
    label(`${name} odd`),
    ...items(odd),
    label(`${name} done`),
  ];
  return [
    load(8, AT, FRAME, TOTALS_POINTER),
    ...either("find", (map) => find(map, KEY)),
    jumpIfConstant(0, "notEqual", 0, "peer known"),
    load(8, 1, FRAME, MASK),
    jumpIfConstant(1, "equal", 0, "admitted"),
    call(GET_PRANDOM_U32),
    load(8, 1, FRAME, MASK),
    compute(0, "and", 1),
    jumpIfConstant(0, "notEqual", 0, "refused"),
    label("admitted"),
    ...Array.from({ length: PEER_BYTES / 8 }, (_, i) => storeConstant(8, FRAME, VALUE + 8 * i, 0)),
    // Exact, also where the other clock is coarse: it tells who came first.
    call(KTIME_GET_NS),
    store(8, FRAME, VALUE + 8 * FIRST_SEEN, 0),
    ...either("add", (map) => [
      moveMap(1, map),
      move(2, FRAME),
      computeConstant(2, "add", KEY),
      move(3, FRAME),
      computeConstant(3, "add", VALUE),
      moveConstant(4, NOEXIST),
      call(MAP_UPDATE),
    ]),
    // Another processor may have added it meanwhile: either way it is there now, unless there was no room.
    ...either("find again", (map) => find(map, KEY)),
    jumpIfConstant(0, "equal", 0, "refused"),
    moveConstant(1, 1),
    atomicAdd(AT, total("fresh"), 1),
    label("peer known"),
    store(8, FRAME, SCRATCH, 0),
    call(coarseClock ? KTIME_GET_COARSE_NS : KTIME_GET_NS),
    load(8, 1, FRAME, SCRATCH),
    store(8, 1, 8 * LAST_SEEN, 0),
    move(0, 1),
    jump("count"),
    label("refused"),
    moveConstant(1, 1),
    atomicAdd(AT, total("refused"), SEGMENTS),
    moveConstant(0, 0),
    label("count"),
  ];
}

/** Adds to the totals at r7, and to the peer at r0 where there is one. */
function counts(): Item[] {
  const one = (name: keyof typeof COUNT): Item => atomicAdd(0, 8 * COUNT[name], SEGMENTS);
  const flagsAre = (mask: number, value: number, otherwise: string): Item[] => [
    load(8, 1, FRAME, FLAGS),
    computeConstant(1, "and", mask),
    jumpIfConstant(1, "notEqual", value, otherwise),
  ];
  const { syn, ack, rst } = FLAG;
  const known = (name: string, item: Item): Item[] => [
    jumpIfConstant(0, "equal", 0, name),
    item,
    label(name),
  ];
  return [
    load(8, 1, FRAME, OUT),
    jumpIfConstant(1, "notEqual", 0, "count out"),
    atomicAdd(AT, total("inBytes"), BYTES),
    atomicAdd(AT, total("inPackets"), SEGMENTS),
    ...flagsAre(syn | ack | rst, syn, "no syn"),
    atomicAdd(AT, total("synIn"), SEGMENTS),
    ...known("syn counted", one("synIn")),
    label("no syn"),
    jumpIfConstant(0, "equal", 0, "end"),
    atomicAdd(0, 8 * COUNT.inBytes, BYTES),
    one("inPackets"),
    ...flagsAre(syn | ack | rst, ack, "no ack"),
    one("ackIn"),
    label("no ack"),
    ...flagsAre(rst, rst, "protocols"),
    one("rstIn"),
    jump("protocols"),

    label("count out"),
    atomicAdd(AT, total("outBytes"), BYTES),
    atomicAdd(AT, total("outPackets"), SEGMENTS),
    ...flagsAre(syn | ack, syn | ack, "no answer"),
    atomicAdd(AT, total("synAckOut"), SEGMENTS),
    ...known("answer counted", one("synAckOut")),
    label("no answer"),
    jumpIfConstant(0, "equal", 0, "end"),
    atomicAdd(0, 8 * COUNT.outBytes, BYTES),
    one("outPackets"),
    ...flagsAre(rst, rst, "protocols"),
    one("rstOut"),

    label("protocols"),
    load(8, 1, FRAME, NEXT_HEADER),
    jumpIfConstant(1, "equal", PROTOCOL.tcp, "tcp"),
    jumpIfConstant(1, "equal", PROTOCOL.udp, "udp"),
    jumpIfConstant(1, "equal", PROTOCOL.icmp, "icmp"),
    jumpIfConstant(1, "equal", PROTOCOL.icmp6, "icmp"),
    jump("end"),
    label("tcp"),
    one("tcp"),
    jump("end"),
    label("udp"),
    one("udp"),
    jump("end"),
    label("icmp"),
    one("icmp"),
    jump("end"),
  ];
}

/** A socket filter's answer is how much of the packet the socket gets: nothing. */
function endings({ sees }: CounterOptions): Item[] {
  return [
    label("not ip"),
    load(8, 1, FRAME, TOTALS_POINTER),
    atomicAdd(1, total("nonIp"), SEGMENTS),
    label("end"),
    moveConstant(0, sees === "out" ? TCX_NEXT : 0),
    exit(),
  ];
}

/** Jumps where a register of 32 bits, loaded without a sign, has that value: a constant's sign would be extended. */
function jumpIfConstant32(register: Register, value: number, target: string): Item[] {
  if (value >>> 31 === 0) return [jumpIfConstant(register, "equal", value, target)];
  return [moveWide(1, value, 0), jumpIf(register, "equal", 1, target)];
}

/** As the host, which is little-endian, reads what lies so in a packet. */
function swapped(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}

function swapped32(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24) | 0;
}
