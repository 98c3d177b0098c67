const TAB = 0x09;
const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

export function isDigit(c: number): boolean {
  return c >= ZERO && c <= NINE;
}

/** Blanks and the carriage return that some writers leave at the end of a line. */
export function isBlank(c: number): boolean {
  return c === SPACE || c === TAB || c === CR;
}

/** Whether `bytes[start, end)` is a single `-`: how logs write "none". */
export function isDash(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 1 && bytes[start] === MINUS;
}

/**
 * The decimal digits that fill `bytes[start, end)` as a number; NaN when there are none or anything else is
 * there.
 */
export function digits(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return Number.NaN;
  let value = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (!isDigit(c)) return Number.NaN;
    value = value * 10 + c - ZERO;
  }
  return value;
}

/** The end of the token that begins at `from`: the next blank, or `end`. */
export function tokenEnd(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && bytes[i] !== SPACE) i++;
  return i;
}

/** Whether `text` stands at `at`, before `end`. */
export function stands(text: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
