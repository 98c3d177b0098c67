import { BACKSLASH, QUOTE } from "./ascii.ts";

const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;

/**
 * The place of the first quote at or after `from` that no backslash escapes, or `end` where there is none.
 * Looks at four bytes at a time: fields are most of a line, and this loop most of the parser.
 */
export function closingQuote(view: DataView, from: number, end: number): number {
  let i = from;
  while (i + 4 <= end) {
    const word = view.getInt32(i, true);
    const hits = zeroBytes(word ^ QUOTES) | zeroBytes(word ^ BACKSLASHES);
    if (hits === 0) {
      i += 4;
      continue;
    }
    i += (31 - Math.clz32(hits & -hits)) >> 3;
    if (view.getUint8(i) === QUOTE) return i;
    i += 2;
  }
  while (i < end) {
    const c = view.getUint8(i);
    if (c === QUOTE) return i;
    i += c === BACKSLASH ? 2 : 1;
  }
  return end;
}

/** The lowest set bit is in the first of the four bytes that is zero; 0 when none is. */
function zeroBytes(word: number): number {
  return (word - 0x01010101) & ~word & 0x80808080;
}
