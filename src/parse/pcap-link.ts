import { ETHERTYPE } from "../model/traffic.ts";
import type { Captured } from "./packet.ts";
import type { PacketRecord } from "./pcap-record.ts";

/** Link types (https://www.tcpdump.org/linktypes.html). */
const LINK = {
  null: 0,
  ethernet: 1,
  /** What `raw` is called where a system's own number was written. */
  raw12: 12,
  raw14: 14,
  raw: 101,
  loop: 108,
  sll: 113,
  ipv4: 228,
  ipv6: 229,
  sll2: 276,
} as const;

/** Reserved by IEEE: no packet that is carried has it. */
const NO_TYPE = 0xffff;
/** Smaller ones are lengths (IEEE 802.3). */
const FIRST_TYPE = 0x0600;
/** A captured packet's type says that this host sent it (linux/if_packet.h). */
const OUTGOING = 4;
/** ARPHRD_NETLINK (linux/if_arp.h): what is told of as protocol is no EtherType. */
const NETLINK = 824;
/** AF_INET of all systems; AF_INET6 of Linux, NetBSD, FreeBSD and Darwin. */
const INET = 2;
const INET6 = [10, 24, 28, 30];

/**
 * Tells in `packet` where the link header of a record ends and what comes behind it, and which way the packet went in
 * `outgoing`. Undefined for a link type that is not known; else whether the file tells the way.
 */
export function readLink(bytes: Uint8Array, record: PacketRecord, packet: Captured): boolean | undefined {
  const { start, end, link, way } = record;
  packet.bytes = bytes;
  packet.frame = start;
  packet.end = end;
  packet.length = record.length;
  packet.outgoing = way === "out";
  switch (link) {
    case LINK.ethernet:
      behind(packet, 14, 12);
      break;
    case LINK.raw:
    case LINK.raw12:
    case LINK.raw14:
      packet.at = start;
      packet.type = 0;
      break;
    case LINK.ipv4:
    case LINK.ipv6:
      packet.at = start;
      packet.type = link === LINK.ipv4 ? ETHERTYPE.ipv4 : ETHERTYPE.ipv6;
      break;
    case LINK.sll:
      if (behind(packet, 16, 14)) {
        if (word(bytes, start + 2) === NETLINK) packet.type = NO_TYPE;
        return told(packet, way, word(bytes, start));
      }
      break;
    case LINK.sll2:
      if (behind(packet, 20, 0)) {
        if (word(bytes, start + 8) === NETLINK) packet.type = NO_TYPE;
        return told(packet, way, bytes[start + 10] as number);
      }
      break;
    case LINK.null:
    case LINK.loop:
      packet.at = Math.min(end, start + 4);
      packet.type = end - start < 4 ? NO_TYPE : family(bytes, start);
      break;
    default:
      return undefined;
  }
  return way !== undefined;
}

/** Of a frame that has an EtherType at `typeAt`; false where not even its header was captured. */
function behind(packet: Captured, header: number, typeAt: number): boolean {
  const { bytes, frame, end } = packet;
  const isThere = end - frame >= header;
  const type = isThere ? word(bytes, frame + typeAt) : NO_TYPE;
  packet.at = isThere ? frame + header : end;
  packet.type = type < FIRST_TYPE ? NO_TYPE : type;
  return isThere;
}

/** What a cooked header says of the way; what the record itself said goes before. */
function told(packet: Captured, way: PacketRecord["way"], type: number): boolean {
  if (way === undefined) packet.outgoing = type === OUTGOING;
  return way !== undefined || type <= OUTGOING;
}

/** A family of addresses in the byte order of whichever host captured: none is as large as it is in the other order. */
function family(bytes: Uint8Array, at: number): number {
  const upper = word(bytes, at);
  const lower = word(bytes, at + 2);
  const last = upper === 0 ? lower : 0;
  const first = lower === 0 ? (upper >>> 8) | ((upper & 0xff) << 8) : 0;
  const number = last || first;
  if (number === INET) return ETHERTYPE.ipv4;
  return INET6.includes(number) ? ETHERTYPE.ipv6 : NO_TYPE;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
