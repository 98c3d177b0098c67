/** The packet that a {@link PacketReader} found: valid until it is asked for the next. */
export interface PacketRecord {
  /** What was captured of it is `[start, end)` of the window. */
  start: number;
  end: number;
  /** Bytes on the wire, link header included. */
  length: number;
  /** Epoch milliseconds, with fractions; NaN where the file does not say, or says what no clock shows. */
  time: number;
  /** Link type (https://www.tcpdump.org/linktypes.html). */
  link: number;
  /** Which way it went, where its record tells. */
  way: "in" | "out" | undefined;
  /** What the interface is called; undefined where the file does not say. */
  interface: string | undefined;
}

/** Reads the records of a capture file from a window of its bytes that moves on; it keeps none of them. */
export interface PacketReader {
  readonly record: PacketRecord;
  /**
   * Goes on to the next packet in `bytes[from, to)`, which begin where `used` was. "more": ask again with what stands from
   * `used` on and at least `wanted` bytes of it. "damaged": nothing more can be read, `damage` says why.
   */
  next(bytes: Buffer, from: number, to: number): "packet" | "more" | "damaged";
  /** Up to here the window is done with. */
  readonly used: number;
  /** At most {@link LARGEST_RECORD}. */
  readonly wanted: number;
  /** Why no more can be read; before that, what it would mean that the file ends here with `left` bytes unused. */
  damage(left: number): string | undefined;
}

/** Bytes captured of one packet: MAXIMUM_SNAPLEN of libpcap, which writes and reads no more. */
export const LARGEST_PACKET = 262_144;
/** So much of a record is looked at: the largest packet, its header and its options, of which comments may be long. */
export const LARGEST_RECORD = 2 * LARGEST_PACKET;

export const CUT_SHORT = "it ends within a packet";

export function emptyRecord(): PacketRecord {
  return {
    start: 0,
    end: 0,
    length: 0,
    time: Number.NaN,
    link: 0,
    way: undefined,
    interface: undefined,
  };
}

/** The number of `bytes[at, at + 4)`. */
export function u32(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  const first = u16(bytes, at, bigEndian);
  const second = u16(bytes, at + 2, bigEndian);
  return (bigEndian ? (first << 16) | second : (second << 16) | first) >>> 0;
}

/** The number of `bytes[at, at + 2)`. */
export function u16(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  const first = bytes[at] as number;
  const second = bytes[at + 1] as number;
  return bigEndian ? (first << 8) | second : (second << 8) | first;
}
