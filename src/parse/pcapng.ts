import {
  CUT_SHORT,
  emptyRecord,
  LARGEST_PACKET,
  LARGEST_RECORD,
  type PacketReader,
  u16,
  u32,
} from "./pcap-record.ts";

/** Types of blocks (draft-ietf-opsawg-pcapng section 11.1); all others are passed over. */
const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OBSOLETE = 2;
const SIMPLE = 3;
const ENHANCED = 6;
/** The byte order of a section. */
const ORDER = 0x1a2b3c4d;
const MAJOR = 1;
/** Type and length before a block, and the length again behind it. */
const FRAME = 12;
/** Bytes of a block before its options, or before its packet. */
const SECTION_HEADER = 24;
const INTERFACE_HEADER = 16;
const SIMPLE_HEADER = 12;
const PACKET_HEADER = 28;
/** Codes of options. */
const END = 0;
const IF_NAME = 2;
const FLAGS = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

/** Directions among the flags. */
const INBOUND = 1;
const OUTBOUND = 2;
/** What a millisecond has of the units of time where nothing is said. */
const MICROSECONDS = 1000;

/** More than a host has that anybody captures on. */
const MAX_INTERFACES = 1024;
/** Bytes of an interface's name: Linux has 15, Windows some 50. */
const MAX_NAME = 64;

/** What a section says of one interface. */
interface Interface {
  readonly link: number;
  /** Bytes kept of each packet; 0 where all are. */
  readonly snapLength: number;
  readonly name: string | undefined;
  /** What a millisecond has of the units of its times. */
  readonly perMillisecond: number;
  /** Milliseconds that are added to its times. */
  readonly offset: number;
}

/** Whether a file that begins so is pcapng: the type of its first block alone could be four ends of lines. */
export function isPcapng(head: Uint8Array): boolean {
  if (head.length < FRAME || u32(head, 0, true) !== SECTION) return false;
  return u32(head, 8, true) === ORDER || u32(head, 8, false) === ORDER;
}

/** The packets of a pcapng file, whatever its sections and interfaces, in whichever byte order each section is. */
export function createPcapngReader(): PacketReader {
  const record = emptyRecord();
  let bigEndian = false;
  let interfaces: Interface[] = [];
  let begun = false;
  /** Bytes of a block that is passed over. */
  let skip = 0;
  let used = 0;
  let wanted = FRAME;
  let damage: string | undefined;

  const describe = (bytes: Buffer, at: number, end: number): void => {
    if (interfaces.length === MAX_INTERFACES) {
      damage = `more than ${MAX_INTERFACES} interfaces`;
      return;
    }
    const option = (code: number, length?: number): number =>
      findOption(bytes, at + INTERFACE_HEADER, end, bigEndian, code, length);
    const named = option(IF_NAME);
    const resolved = option(IF_TSRESOL, 1);
    const moved = option(IF_TSOFFSET, 8);
    interfaces.push({
      link: u16(bytes, at + 8, bigEndian),
      snapLength: u32(bytes, at + 12, bigEndian),
      name: named < 0 ? undefined : text(bytes, named, u16(bytes, named - 2, bigEndian)) || undefined,
      perMillisecond: resolved < 0 ? MICROSECONDS : resolution(bytes[resolved] as number),
      offset:
        moved < 0 ? 0 : 1000 * Number(bigEndian ? bytes.readBigInt64BE(moved) : bytes.readBigInt64LE(moved)),
    });
  };

  /** Whether the block `[at, at + total)`, of which what lies before `end` is there, is a packet. */
  const packet = (bytes: Buffer, at: number, total: number, end: number, type: number): boolean => {
    const number =
      type === SIMPLE ? 0 : type === OBSOLETE ? u16(bytes, at + 8, bigEndian) : u32(bytes, at + 8, bigEndian);
    const from = interfaces[number];
    if (from === undefined) {
      damage = "a packet of an interface that it does not describe";
      return false;
    }
    const header = type === SIMPLE ? SIMPLE_HEADER : PACKET_HEADER;
    record.length = u32(bytes, at + header - 4, bigEndian);
    const kept =
      type === SIMPLE
        ? Math.min(record.length, from.snapLength || record.length)
        : u32(bytes, at + PACKET_HEADER - 8, bigEndian);
    const room = total - header - 4;
    if (kept > LARGEST_PACKET || kept > room) {
      damage = `a packet of ${kept} bytes, more than ${kept > room ? "its block has" : "any has"}`;
      return false;
    }
    record.start = at + header;
    record.end = record.start + kept;
    record.link = from.link;
    record.interface = from.name;
    record.way = undefined;
    record.time = Number.NaN;
    if (type === SIMPLE) return true;
    const units = 2 ** 32 * u32(bytes, at + 12, bigEndian) + u32(bytes, at + 16, bigEndian);
    record.time = units / from.perMillisecond + from.offset;
    // The obsolete block has the same flags under the same number.
    const flags = findOption(bytes, record.start + padded(kept), end, bigEndian, FLAGS, 4);
    const way = flags < 0 ? 0 : u32(bytes, flags, bigEndian) & 3;
    if (way !== 0) record.way = way === INBOUND ? "in" : way === OUTBOUND ? "out" : undefined;
    return true;
  };

  const next = (bytes: Buffer, from: number, to: number): "packet" | "more" | "damaged" => {
    used = from;
    while (damage === undefined) {
      const passed = Math.min(skip, to - used);
      used += passed;
      skip -= passed;
      wanted = FRAME;
      if (to - used < wanted) return "more";
      const isSection = u32(bytes, used, true) === SECTION;
      if (isSection) {
        wanted = SECTION_HEADER;
        if (to - used < wanted) return "more";
        bigEndian = u32(bytes, used + 8, true) === ORDER;
        if (!bigEndian && u32(bytes, used + 8, false) !== ORDER) break;
        const major = u16(bytes, used + 12, bigEndian);
        if (major !== MAJOR) {
          damage = `version ${major} of pcapng is not known`;
          break;
        }
        interfaces = [];
        begun = true;
      }
      const type = u32(bytes, used, bigEndian);
      const total = u32(bytes, used + 4, bigEndian);
      if (!begun || total % 4 !== 0 || total < smallest(type)) break;
      const isPacket = type === ENHANCED || type === SIMPLE || type === OBSOLETE;
      if (!isPacket && type !== INTERFACE) {
        skip = total;
        continue;
      }
      wanted = Math.min(total, LARGEST_RECORD);
      if (to - used < wanted) return "more";
      const at = used;
      // Of a block that is too large to be kept the rest is not looked at.
      const isWhole = wanted === total;
      if (isWhole && u32(bytes, at + total - 4, bigEndian) !== total) break;
      const end = at + wanted - (isWhole ? 4 : 0);
      used += wanted;
      skip = total - wanted;
      if (!isPacket) describe(bytes, at, end);
      else if (packet(bytes, at, total, end, type)) return "packet";
    }
    damage ??= "a block whose frame is broken";
    return "damaged";
  };

  return {
    record,
    get used() {
      return used;
    },
    get wanted() {
      return wanted;
    },
    damage: (left) => damage ?? (left > 0 || skip > 0 || !begun ? CUT_SHORT : undefined),
    next,
  };
}

/** Bytes that a block of a type has at least. */
function smallest(type: number): number {
  switch (type) {
    case SECTION:
      return SECTION_HEADER + 4;
    case INTERFACE:
      return INTERFACE_HEADER + 4;
    case SIMPLE:
      return SIMPLE_HEADER + 4;
    case ENHANCED:
    case OBSOLETE:
      return PACKET_HEADER + 4;
    default:
      return FRAME;
  }
}

/** Where the value of an option begins that is in `bytes[at, end)` and has that length; -1 where there is none. */
function findOption(
  bytes: Buffer,
  at: number,
  end: number,
  bigEndian: boolean,
  code: number,
  length?: number,
): number {
  while (at + 4 <= end) {
    const found = u16(bytes, at, bigEndian);
    const size = u16(bytes, at + 2, bigEndian);
    if (found === END || at + 4 + size > end) return -1;
    if (found === code && (length === undefined || size === length)) return at + 4;
    at += 4 + padded(size);
  }
  return -1;
}

function text(bytes: Buffer, at: number, length: number): string {
  return bytes.toString("utf8", at, at + Math.min(length, MAX_NAME)).trim();
}

/** if_tsresol: a negative power of 10, or of 2 where the highest bit is set. */
function resolution(byte: number): number {
  return (byte & 0x80 ? 2 ** (byte & 0x7f) : 10 ** byte) / 1000;
}

/** To a multiple of 4. */
function padded(length: number): number {
  return length + (-length & 3);
}
