import { DOT, digits, isDash, MINUS } from "./ascii.ts";

/** The status in `bytes[start, end)`: three digits; -1 for `-` or nothing; NaN for anything else. */
export function parseStatus(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || isDash(bytes, start, end)) return -1;
  return end - start === 3 ? digits(bytes, start, end) : Number.NaN;
}

/**
 * The body bytes in `bytes[start, end)`: `-` and negative numbers are 0, a fraction is dropped; NaN for
 * anything else.
 */
export function parseSize(bytes: Uint8Array, start: number, end: number): number {
  if (isDash(bytes, start, end)) return 0;
  const size = Math.trunc(parseDecimal(bytes, start, end));
  return size <= 0 ? 0 : Math.min(size, Number.MAX_SAFE_INTEGER);
}

/**
 * The number `[-]digits[.digits]` that fills `bytes[start, end)`; NaN for anything else, exponents among
 * it.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === MINUS;
  const from = negative ? start + 1 : start;
  let dot = from;
  while (dot < end && bytes[dot] !== DOT) dot++;
  const whole = digits(bytes, from, dot);
  const fraction = dot === end ? 0 : digits(bytes, dot + 1, end) / 10 ** (end - dot - 1);
  return negative ? -(whole + fraction) : whole + fraction;
}
