const BACKSLASH = 0x5c;

/**
 * Fields up to this many bytes decode without an allocation; longer ones are rare and get their own buffer.
 */
const scratch = Buffer.alloc(8192);

/**
 * What stands after the backslash in the one-letter escapes of Apache (ap_escape_logitem) and JSON (RFC
 * 8259).
 */
const LETTERS = new Int16Array(128).fill(-1);
for (const [letter, byte] of Object.entries({
  '"': 0x22,
  "\\": 0x5c,
  "/": 0x2f,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
})) {
  LETTERS[letter.charCodeAt(0)] = byte;
}

/** What a hexadecimal digit stands for, -1 where a byte is none. */
const DIGITS = Int8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

/**
 * The text of `buffer[start, end)` as a server logged it. Escapes become bytes first (`\"`, `\\`, `\n`,
 * `\xHH`, and JSON's `\uHHHH` as UTF-8), then the bytes are read as UTF-8, with U+FFFD for what is none. An
 * escape that nobody defines stays as it is.
 */
export function decodeText(buffer: Buffer, start: number, end: number): string {
  const text = buffer.toString("utf8", start, end);
  if (!text.includes("\\")) return text;
  const bytes = end - start <= scratch.length ? scratch : Buffer.alloc(end - start);
  return bytes.toString("utf8", 0, decodeEscapes(buffer, start, end, bytes));
}

/** Writes the unescaped bytes, never more than were read, and returns their number. */
export function decodeEscapes(from: Uint8Array, start: number, end: number, into: Uint8Array): number {
  let length = 0;
  let i = start;
  while (i < end) {
    const c = from[i] as number;
    const next = c === BACKSLASH && i + 1 < end ? (from[i + 1] as number) : 0;
    const byte = next === 0x78 && i + 3 < end ? byteOf(from[i + 2] as number, from[i + 3] as number) : -1;
    if (byte >= 0) {
      into[length++] = byte;
      i += 4;
    } else if (next === 0x75 && hex(from, i + 2, 4, end) >= 0) {
      const unit = hex(from, i + 2, 4, end);
      i += 6;
      let point = unit;
      if (unit >= 0xd800 && unit < 0xdc00 && from[i] === BACKSLASH && from[i + 1] === 0x75) {
        const low = hex(from, i + 2, 4, end);
        if (low >= 0xdc00 && low < 0xe000) {
          point = 0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00);
          i += 6;
        }
      }
      length = encode(point, into, length);
    } else if (next > 0 && next < 128 && (LETTERS[next] as number) >= 0) {
      into[length++] = LETTERS[next] as number;
      i += 2;
    } else {
      into[length++] = c;
      i++;
    }
  }
  return length;
}

/** What two hexadecimal digits stand for, or less than 0. */
function byteOf(high: number, low: number): number {
  return ((DIGITS[high] as number) << 4) | (DIGITS[low] as number);
}

/** The `count` hexadecimal digits at `at`, or -1. */
function hex(bytes: Uint8Array, at: number, count: number, end: number): number {
  if (at + count > end) return -1;
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const c = bytes[i] as number;
    const letter = c | 0x20;
    if (c >= 0x30 && c <= 0x39) value = value * 16 + c - 0x30;
    else if (letter >= 0x61 && letter <= 0x66) value = value * 16 + letter - 0x57;
    else return -1;
  }
  return value;
}

/** UTF-8 of one code point; half of a surrogate pair becomes U+FFFD. Returns the new length. */
function encode(point: number, into: Uint8Array, length: number): number {
  const p = point >= 0xd800 && point < 0xe000 ? 0xfffd : point;
  if (p < 0x80) {
    into[length] = p;
    return length + 1;
  }
  if (p < 0x800) {
    into[length] = 0xc0 | (p >> 6);
    into[length + 1] = 0x80 | (p & 63);
    return length + 2;
  }
  if (p < 0x10000) {
    into[length] = 0xe0 | (p >> 12);
    into[length + 1] = 0x80 | ((p >> 6) & 63);
    into[length + 2] = 0x80 | (p & 63);
    return length + 3;
  }
  into[length] = 0xf0 | (p >> 18);
  into[length + 1] = 0x80 | ((p >> 12) & 63);
  into[length + 2] = 0x80 | ((p >> 6) & 63);
  into[length + 3] = 0x80 | (p & 63);
  return length + 4;
}
