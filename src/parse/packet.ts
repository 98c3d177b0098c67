import { type Addresses, findAddress } from "../model/address-index.ts";
import { V4_MARK } from "../model/ip.ts";
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
} from "../model/traffic.ts";
import { peerSlot, type TrafficTable } from "../model/traffic-table.ts";

/** A packet as it was captured: which of its bytes are there, and what is known beside them. */
export interface Captured {
  bytes: Uint8Array;
  /** Where its link header begins. */
  frame: number;
  /** Behind the link header, where `type` says what comes; and the end of what was captured. */
  at: number;
  end: number;
  /** EtherType; 0 where only the version of the IP header tells. */
  type: number;
  /** Bytes of the whole frame with its link header. */
  length: number;
  /** VLAN tags that were taken out of the frame; the length has them. */
  tags: number;
  /** Whether it left this host, where its addresses do not tell. */
  outgoing: boolean;
  /** Payload of each segment it was put together of, or will be cut into; 0 for one that is no such. */
  segmentSize: number;
  /** Epoch milliseconds. */
  time: number;
}

/** A packet to be filled in. */
export function emptyPacket(): Captured {
  return {
    bytes: new Uint8Array(0),
    frame: 0,
    at: 0,
    end: 0,
    type: 0,
    length: 0,
    tags: 0,
    outgoing: false,
    segmentSize: 0,
    time: 0,
  };
}

const NOTHING = 255;
const IN = { bytes: COUNT.inBytes, packets: COUNT.inPackets } as const;
const OUT = { bytes: COUNT.outBytes, packets: COUNT.outPackets } as const;
const NON_IP = TOTALS.indexOf("nonIp");
const SYN_IN = TOTALS.indexOf("synIn");
const SYN_ACK_OUT = TOTALS.indexOf("synAckOut");

const source = new Uint32Array(4);
const destination = new Uint32Array(4);

/**
 * Counts a packet into `table`: the same of it as the program that counts in the kernel, whatever its bytes are. `local`
 * are the addresses that decide about its direction, before the packet's own. Returns of how many segments it is, counted
 * or not.
 */
export function countPacket(table: TrafficTable, packet: Captured, local: Addresses, scope: Scope): number {
  const { bytes, end } = packet;
  let { at, type, tags } = packet;
  const untold = type === 0;
  // Where nothing told it: behind a tag 0 is a type like any other.
  if (untold) type = versionAt(bytes, at, end) === 6 ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4;
  for (let tag = 0; tag < REACH.tags && (type === ETHERTYPE.vlan || type === ETHERTYPE.qinq); tag++) {
    if (end - at < 4) {
      notIp(table);
      return 1;
    }
    type = u16(bytes, at + 2);
    at += 4;
    tags++;
  }
  const version = versionAt(bytes, at, end);
  const start = at;
  let carried: number;
  let first = true;
  if (type === ETHERTYPE.ipv4) {
    if (end - at < 20 || version !== 4) {
      notIp(table);
      return 1;
    }
    const words = (bytes[at] as number) & 15;
    if (words < 5) {
      notIp(table);
      return 1;
    }
    first = (u16(bytes, at + 6) & 0x1fff) === 0;
    carried = bytes[at + 9] as number;
    readV4(bytes, at + 12, source);
    readV4(bytes, at + 16, destination);
    at += 4 * words;
    if (scope === "ipv4-tcp" && (carried !== PROTOCOL.tcp || tags > 1))
      return segmentsOf(packet, at, carried);
  } else if (type === ETHERTYPE.ipv6) {
    if (scope === "ipv4-tcp") return 1;
    if (end - at < 40 || version !== 6) {
      notIp(table);
      return 1;
    }
    carried = bytes[at + 6] as number;
    readV6(bytes, at + 8, source);
    readV6(bytes, at + 24, destination);
    at += 40;
    for (let i = 0; i < REACH.extensions && isExtension(carried); i++) {
      if (end - at < 8) {
        carried = NOTHING;
        break;
      }
      const extension = carried;
      carried = bytes[at] as number;
      if (extension === FRAGMENT && (u16(bytes, at + 2) & 0xfff8) !== 0) {
        first = false;
        break;
      }
      at += lengthOf(extension, bytes[at + 1] as number);
      if (at - start > REACH.bytes) {
        carried = NOTHING;
        break;
      }
    }
  } else {
    notIp(table);
    return 1;
  }

  const segments = segmentsOf(packet, at, carried);
  let out: boolean;
  if (findAddress(local, source, 0) >= 0) out = true;
  else if (findAddress(local, destination, 0) >= 0) out = false;
  else if (scope === "ipv4-tcp") return segments;
  else out = packet.outgoing;
  const flags = carried === PROTOCOL.tcp && first && at + 13 < end ? (bytes[at + 13] as number) : 0;
  add(table, packet, out ? destination : source, out, carried, flags, segments);
  return segments;
}

function add(
  table: TrafficTable,
  { length, time }: Captured,
  peer: Uint32Array,
  out: boolean,
  carried: number,
  flags: number,
  segments: number,
): void {
  const { totals, counts } = table;
  const { syn, ack, rst } = FLAG;
  const way = out ? OUT : IN;
  const opens = !out && (flags & (syn | ack | rst)) === syn;
  const answers = out && (flags & (syn | ack)) === (syn | ack);
  // The totals begin with the same four as the counts.
  increase(totals, way.bytes, length);
  increase(totals, way.packets, segments);
  if (opens) increase(totals, SYN_IN, segments);
  if (answers) increase(totals, SYN_ACK_OUT, segments);
  const slot = peerSlot(table, peer, 0, time);
  if (slot < 0) {
    table.refused += segments;
    return;
  }
  const base = COUNTS * slot;
  increase(counts, base + way.bytes, length);
  increase(counts, base + way.packets, segments);
  if (opens) increase(counts, base + COUNT.synIn, segments);
  if (answers) increase(counts, base + COUNT.synAckOut, segments);
  if (!out && (flags & (syn | ack | rst)) === ack) increase(counts, base + COUNT.ackIn, segments);
  if ((flags & rst) !== 0) increase(counts, base + (out ? COUNT.rstOut : COUNT.rstIn), segments);
  if (carried === PROTOCOL.tcp) increase(counts, base + COUNT.tcp, segments);
  else if (carried === PROTOCOL.udp) increase(counts, base + COUNT.udp, segments);
  else if (carried === PROTOCOL.icmp || carried === PROTOCOL.icmp6)
    increase(counts, base + COUNT.icmp, segments);
  table.lastSeen[slot] = time;
}

/** Its segments are told apart nowhere. */
function notIp({ totals }: TrafficTable): void {
  increase(totals, NON_IP, 1);
}

/** Bytes of a VLAN tag. */
const TAG = 4;
const UDP_HEADER = 8;

/** What the headers leave of the frame, in pieces of that size. */
function segmentsOf(packet: Captured, at: number, carried: number): number {
  const { bytes, frame, end, length, tags, segmentSize } = packet;
  if (segmentSize === 0) return 1;
  const isTcp = carried === PROTOCOL.tcp && at + 12 < end;
  const header = isTcp ? 4 * ((bytes[at + 12] as number) >>> 4) : UDP_HEADER;
  return Math.max(1, Math.ceil((length - TAG * tags - (at - frame) - header) / segmentSize));
}

function increase(numbers: Float64Array, i: number, n: number): void {
  numbers[i] = (numbers[i] as number) + n;
}

function versionAt(bytes: Uint8Array, at: number, end: number): number {
  return at < end ? (bytes[at] as number) >>> 4 : 0;
}

function isExtension(number: number): boolean {
  return number === FRAGMENT || number === AUTHENTICATION || EXTENSIONS.includes(number);
}

function lengthOf(extension: number, told: number): number {
  if (extension === FRAGMENT) return 8;
  return extension === AUTHENTICATION ? 4 * (told + 2) : 8 * (told + 1);
}

function readV4(bytes: Uint8Array, at: number, words: Uint32Array): void {
  words[0] = 0;
  words[1] = 0;
  words[2] = V4_MARK;
  words[3] = u32(bytes, at);
}

function readV6(bytes: Uint8Array, at: number, words: Uint32Array): void {
  for (let w = 0; w < 4; w++) words[w] = u32(bytes, at + 4 * w);
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function u32(bytes: Uint8Array, at: number): number {
  return ((u16(bytes, at) << 16) | u16(bytes, at + 2)) >>> 0;
}
