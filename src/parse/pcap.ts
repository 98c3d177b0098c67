import { CUT_SHORT, emptyRecord, LARGEST_PACKET, type PacketReader, u16, u32 } from "./pcap-record.ts";

/** Of the file and of each packet (pcap-savefile(5), draft-ietf-opsawg-pcap). */
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Magic numbers: times in microseconds, and in nanoseconds. */
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** The only one ever written: 2.4, since 1998. */
const MAJOR = 2;

/** Whether a file that begins so is one of libpcap. */
export function isPcap(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  return [true, false].some((bigEndian) => [MICROSECONDS, NANOSECONDS].includes(u32(head, 0, bigEndian)));
}

/** The records of a file of libpcap: in microseconds or nanoseconds, in the byte order of whatever host wrote it. */
export function createPcapReader(): PacketReader {
  const record = emptyRecord();
  let bigEndian = false;
  /** What a millisecond has of the fraction's units; 0 before the file's header. */
  let perMillisecond = 0;
  let used = 0;
  let wanted = FILE_HEADER;
  let damage: string | undefined;

  const begin = (bytes: Buffer, at: number): void => {
    bigEndian = [MICROSECONDS, NANOSECONDS].includes(u32(bytes, at, true));
    perMillisecond = u32(bytes, at, bigEndian) === NANOSECONDS ? 1e6 : 1e3;
    const major = u16(bytes, at + 4, bigEndian);
    if (major !== MAJOR) damage = `version ${major} of pcap is not known`;
    // The upper half tells of frame check sequences, which are part of the frames.
    record.link = u32(bytes, at + 20, bigEndian) & 0xffff;
  };

  return {
    record,
    get used() {
      return used;
    },
    get wanted() {
      return wanted;
    },
    damage: (left) => damage ?? (left > 0 || perMillisecond === 0 ? CUT_SHORT : undefined),
    next(bytes, from, to) {
      used = from;
      if (perMillisecond === 0) {
        wanted = FILE_HEADER;
        if (to - used < wanted) return "more";
        begin(bytes, used);
        used += FILE_HEADER;
      }
      if (damage !== undefined) return "damaged";
      wanted = RECORD_HEADER;
      if (to - used < wanted) return "more";
      const captured = u32(bytes, used + 8, bigEndian);
      if (captured > LARGEST_PACKET) {
        damage = `a packet of ${captured} bytes, more than any has`;
        return "damaged";
      }
      wanted = RECORD_HEADER + captured;
      if (to - used < wanted) return "more";
      const seconds = u32(bytes, used, bigEndian);
      record.time = 1000 * seconds + u32(bytes, used + 4, bigEndian) / perMillisecond;
      record.length = u32(bytes, used + 12, bigEndian);
      record.start = used + RECORD_HEADER;
      used += wanted;
      record.end = used;
      return "packet";
    },
  };
}
