/** A value of a MaxMind DB. Integers above 2^53 lose their last digits: no database has such. */
export type MmdbValue = string | number | boolean | Buffer | readonly MmdbValue[] | MmdbMap;
export interface MmdbMap extends ReadonlyMap<string, MmdbValue> {}

/** Values in a record: a city with its names in eight languages has a hundred. What says more is damaged, or wants to keep us. */
const MAX_VALUES = 2048;
/** Maps and pointers within each other: real ones have five. */
const MAX_DEPTH = 32;
/** Bytes kept of a text: far above the longest name. */
const MAX_TEXT = 1024;

/** The types by their number ("Data Section" of the specification). */
const POINTER = 1;
const TEXT = 2;
const DOUBLE = 3;
const BYTES = 4;
const UINT16 = 5;
const UINT32 = 6;
const MAP = 7;
const INT32 = 8;
const UINT64 = 9;
const UINT128 = 10;
const ARRAY = 11;
const BOOLEAN = 14;
const FLOAT = 15;

/** What a pointer of 1, 2, 3 or 4 bytes begins to count at. */
const POINTER_FROM = [0, 2048, 526_336, 0] as const;
/** Bytes an unsigned number may have. */
const UINT_BYTES: Readonly<Record<number, number>> = { [UINT16]: 2, [UINT32]: 4, [UINT64]: 8, [UINT128]: 16 };

/**
 * Returns what decodes the value at an offset into `bytes`. Pointers count from `start`, and nothing is read outside of
 * `start` to `end`. It throws an Error where it meets what the specification does not have.
 */
export function createDecoder(bytes: Buffer, start: number, end: number): (at: number) => MmdbValue {
  let at = 0;
  let left = 0;

  function damaged(what: string): never {
    throw new Error(`damaged: ${what}`);
  }

  /** The place of the next `size` bytes, which are used up. */
  function take(size: number): number {
    const from = at;
    if (from < start || from + size > end) damaged("a value lies outside of its part of the file");
    at = from + size;
    return from;
  }

  function unsigned(size: number): number {
    const from = take(size);
    let number = 0;
    for (let i = from; i < from + size; i++) number = number * 256 + (bytes[i] as number);
    return number;
  }

  function sizeOf(control: number): number {
    const size = control & 0x1f;
    if (size < 29) return size;
    if (size === 29) return 29 + unsigned(1);
    return size === 30 ? 285 + unsigned(2) : 65_821 + unsigned(3);
  }

  function pointed(control: number, depth: number): MmdbValue {
    const size = (control >>> 3) & 3;
    const upper = size === 3 ? 0 : (control & 7) * 256 ** (size + 1);
    const target = start + POINTER_FROM[size as 0 | 1 | 2 | 3] + upper + unsigned(size + 1);
    const back = at;
    at = target;
    const found = value(depth + 1);
    at = back;
    return found;
  }

  function text(size: number): string {
    const from = take(size);
    return bytes.toString("utf8", from, from + Math.min(size, MAX_TEXT));
  }

  function map(size: number, depth: number): MmdbMap {
    const found = new Map<string, MmdbValue>();
    for (let i = 0; i < size; i++) {
      const key = value(depth + 1);
      if (typeof key !== "string") damaged("a key is no text");
      found.set(key, value(depth + 1));
    }
    return found;
  }

  function array(size: number, depth: number): MmdbValue[] {
    const found: MmdbValue[] = [];
    for (let i = 0; i < size; i++) found.push(value(depth + 1));
    return found;
  }

  function value(depth: number): MmdbValue {
    if (--left < 0) damaged(`a record of more than ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) damaged(`values within each other, more than ${MAX_DEPTH}`);
    const control = unsigned(1);
    const short = control >>> 5;
    if (short === POINTER) return pointed(control, depth);
    const type = short === 0 ? 7 + unsigned(1) : short;
    const size = sizeOf(control);
    switch (type) {
      case TEXT:
        return text(size);
      case MAP:
        return map(size, depth);
      case ARRAY:
        return array(size, depth);
      case BYTES:
        return bytes.subarray(take(size), at);
      case BOOLEAN:
        return size !== 0;
      case DOUBLE:
        return size === 8 ? bytes.readDoubleBE(take(8)) : damaged(`a double of ${size} bytes`);
      case FLOAT:
        return size === 4 ? bytes.readFloatBE(take(4)) : damaged(`a float of ${size} bytes`);
      case INT32:
        // Shorter ones are positive: their sign bit is one of the bytes left out.
        return size <= 4
          ? size === 4
            ? unsigned(4) | 0
            : unsigned(size)
          : damaged(`an int32 of ${size} bytes`);
      default: {
        const most = UINT_BYTES[type];
        if (most === undefined) damaged(`a value of type ${type}`);
        return size <= most ? unsigned(size) : damaged(`an unsigned number of ${size} bytes`);
      }
    }
  }

  return (offset) => {
    at = offset;
    left = MAX_VALUES;
    return value(0);
  };
}
