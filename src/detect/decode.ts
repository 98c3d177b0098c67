import { isBlank, isDigit } from "./ascii.ts";

/** What was written by the last call here: how many bytes, and where the query now begins. */
export const written = { length: 0, query: 0 };

const PERCENT = 0x25;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const STAR = 0x2a;
const SPACE = 0x20;

/**
 * Takes one layer of percent-encoding off `from[start, end)` and writes the rest to `into`, never more bytes than it
 * reads: `%HH` (RFC 3986, 2.1), `%uHHHH` as IIS reads it, and bytes so encoded that are UTF-8 of more bytes than
 * needed (`%c0%ae`, which RFC 3629 forbids and old servers took for a dot) or full-width forms of ASCII. What is not
 * hexadecimal stays. On the way a backslash becomes a slash, `//` and `/./` become `/`, and several blanks one: they
 * are no difference to whoever opens the file or reads the SQL. `query` is the index of the query's `?`, or `end`. The answer is in
 * {@link written}.
 */
export function decode(from: Uint8Array, start: number, end: number, query: number, into: Uint8Array): void {
  let length = 0;
  let mapped = -1;
  let i = start;
  while (i < end) {
    if (i >= query && mapped < 0) mapped = length;
    const sequence = from[i] === PERCENT ? sequenceAt(from, i, end) : undefined;
    let byte = sequence === undefined ? (from[i] as number) : sequence.byte;
    i += sequence === undefined ? 1 : sequence.width;
    const before = length > 0 ? (into[length - 1] as number) : 0;
    // The blank that does not break lines, in Latin-1, which MySQL takes for one; in UTF-8 it is half of a letter.
    if (byte === 0xa0 && sequence !== undefined && before < 0x80) byte = SPACE;
    if (isSlash(byte)) {
      if (isSlash(before)) continue;
      // The dot between two slashes goes with the second.
      if (before === DOT && length > 1 && isSlash(into[length - 2] as number)) {
        length--;
        if (mapped > length) mapped = length;
        continue;
      }
    } else if (isBlank(byte) && isBlank(before) && byte !== 0x0a) continue;
    into[length++] = byte === BACKSLASH ? SLASH : byte;
  }
  written.length = length;
  written.query = mapped < 0 ? length : mapped;
}

/** One encoded byte: it is read anew by each call. */
const found = { byte: 0, width: 0 };

function sequenceAt(from: Uint8Array, at: number, end: number): typeof found | undefined {
  const wide = from[at + 1];
  if ((wide === 0x75 || wide === 0x55) && at + 6 <= end) {
    const point = hexAt(from, at + 2, 4);
    if (point < 0) return undefined;
    found.byte = narrow(point);
    found.width = 6;
    return found;
  }
  const byte = encodedAt(from, at, end);
  if (byte < 0) return undefined;
  found.byte = byte;
  found.width = 3;
  if (byte < 0xc0) return found;
  const count = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  let point = byte & (0x3f >> count);
  for (let k = 1; k <= count; k++) {
    const more = encodedAt(from, at + 3 * k, end);
    if (more < 0x80 || more > 0xbf) return found;
    point = (point << 6) | (more & 0x3f);
  }
  const ascii = point < 0x80 ? point : narrow(point);
  if (ascii >= 0x80) return found;
  found.byte = ascii;
  found.width = 3 * (count + 1);
  return found;
}

/** ASCII for a code point that looks like it: full-width forms, and the slashes of mathematics; else a byte of none. */
function narrow(point: number): number {
  if (point < 0x80) return point;
  if (point > 0xff00 && point < 0xff5f) return point - 0xfee0;
  if (point === 0x2215 || point === 0x2044) return SLASH;
  return point === 0x2216 ? BACKSLASH : 0xff;
}

/** The byte that `%HH` at `at` stands for, or -1. */
export function encodedAt(from: Uint8Array, at: number, end: number): number {
  return at + 3 <= end && from[at] === PERCENT ? hexAt(from, at + 1, 2) : -1;
}

function hexAt(from: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = HEX[from[i] as number] as number;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

const HEX = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX[text.charCodeAt(0)] = digit;
  HEX[text.toUpperCase().charCodeAt(0)] = digit;
}

/** Whether `%` at `at` begins something that {@link decode} takes off. */
export function isEncoded(bytes: Uint8Array, at: number, end: number): boolean {
  return bytes[at] === PERCENT && sequenceAt(bytes, at, end) !== undefined;
}

/**
 * Writes `from[start, end)` to `into` without the comments of SQL, which stand where blanks could (MySQL Reference
 * Manual, 11.7): one between slash-star and star-slash becomes a blank, of one that begins with slash-star-bang
 * what MySQL runs stays, and `#` or `--` takes what follows up to the end of its line. What is never closed stays.
 * The answer is in {@link written}.
 */
export function withoutComments(from: Uint8Array, start: number, end: number, into: Uint8Array): void {
  let length = 0;
  let closable = true;
  let lines = true;
  let i = start;
  while (i < end) {
    let byte = from[i] as number;
    const next = i + 1 < end ? (from[i + 1] as number) : 0;
    let skip = 1;
    if (closable && isSlash(byte) && next === STAR) {
      if (i + 2 < end && from[i + 2] === 0x21) {
        byte = SPACE;
        skip = 3;
        while (i + skip < end && isDigit(from[i + skip] as number)) skip++;
      } else {
        const close = closing(from, i + 2, end);
        closable = close > 0;
        if (closable) {
          byte = SPACE;
          skip = close - i;
        }
      }
    } else if (byte === STAR && next === SLASH) {
      byte = SPACE;
      skip = i + 2 < end && from[i + 2] === STAR ? 1 : 2;
    } else if (lines && (byte === 0x23 || (byte === 0x2d && next === 0x2d))) {
      const close = lineEnd(from, i, end);
      lines = close > 0;
      if (lines) {
        byte = SPACE;
        skip = close - i;
      }
    }
    i += skip;
    if (isBlank(byte) && length > 0 && isBlank(into[length - 1] as number)) continue;
    into[length++] = byte;
  }
  written.length = length;
  written.query = 0;
}

/**
 * The index behind the next end of a comment, or 0. Where the next comment begins at once, {@link decode} left one
 * slash to both.
 */
function closing(from: Uint8Array, at: number, end: number): number {
  for (let i = at; i + 1 < end; i++) {
    if (from[i] !== STAR || from[i + 1] !== SLASH) continue;
    return i + 2 < end && from[i + 2] === STAR ? i + 1 : i + 2;
  }
  return 0;
}

/** The index behind the next end of a line, or 0. */
function lineEnd(from: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) if (from[i] === 0x0a) return i + 1;
  return 0;
}

function isSlash(byte: number): boolean {
  return byte === SLASH || byte === BACKSLASH;
}
