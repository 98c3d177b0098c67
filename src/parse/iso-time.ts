import { COLON, COMMA, DOT, digits, isDigit, MINUS, SPACE } from "./ascii.ts";
import { epochMillis } from "./civil.ts";

/** `2025-11-07T21:04:09` */
const TO_SECONDS = 19;
/** With nanoseconds and an offset. */
export const LONGEST_ISO = 35;
const PLUS = 0x2b;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;
const MINUTE = 60_000;

/** The last time read to its second, in UTC and (once asked for) in the host's zone: most lines share it with the one before. */
const memo = new Uint8Array(TO_SECONDS);
let memoUtc = Number.NaN;
let memoLocal: number | undefined;

const scratch = new Uint8Array(LONGEST_ISO);

/** As {@link parseIsoBytes}, for text. */
export function parseIsoTime(text: string): number {
  if (text.length > LONGEST_ISO) return Number.NaN;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    scratch[i] = code < 0x80 ? code : 0;
  }
  return parseIsoBytes(scratch, 0, text.length);
}

/**
 * Epoch milliseconds of the RFC 3339 time that fills `bytes[start, end)` (`2025-11-07T21:04:09.123456+01:00`;
 * also a blank for `T`, `+0100`, a comma before the fraction). Without an offset it is the host's zone, as ISO 8601
 * has it. NaN for anything else.
 */
export function parseIsoBytes(bytes: Uint8Array, start: number, end: number): number {
  const seconds = start + TO_SECONDS;
  if (end < seconds) return Number.NaN;
  let same = 0;
  while (same < TO_SECONDS && bytes[start + same] === memo[same]) same++;
  if (same < TO_SECONDS) remember(bytes, start);
  let i = seconds;
  let millis = 0;
  if (i < end && (bytes[i] === DOT || bytes[i] === COMMA)) {
    const from = ++i;
    for (; i < end && isDigit(bytes[i] as number); i++) {
      if (i - from < 3) millis = 10 * millis + digits(bytes, i, i + 1);
    }
    const length = i - from;
    if (length < 1 || length > 9) return Number.NaN;
    for (let place = length; place < 3; place++) millis *= 10;
  }
  if (i === end) {
    memoLocal ??= epochOf(memo, 0, undefined);
    return memoLocal + millis;
  }
  const time = memoUtc - MINUTE * offset(bytes, i, end) + millis;
  return time >= 0 ? time : Number.NaN;
}

function remember(bytes: Uint8Array, start: number): void {
  for (let i = 0; i < TO_SECONDS; i++) memo[i] = bytes[start + i] as number;
  memoUtc = epochOf(memo, 0, 0);
  memoLocal = undefined;
}

function epochOf(bytes: Uint8Array, s: number, east: number | undefined): number {
  const separated =
    bytes[s + 4] === MINUS &&
    bytes[s + 7] === MINUS &&
    (bytes[s + 10] === UPPER_T || bytes[s + 10] === SPACE) &&
    bytes[s + 13] === COLON &&
    bytes[s + 16] === COLON;
  if (!separated) return Number.NaN;
  return epochMillis(
    digits(bytes, s, s + 4),
    digits(bytes, s + 5, s + 7) - 1,
    digits(bytes, s + 8, s + 10),
    digits(bytes, s + 11, s + 13),
    digits(bytes, s + 14, s + 16),
    digits(bytes, s + 17, s + 19),
    east,
  );
}

/** Minutes east of Greenwich of the `Z`, `+hh:mm` or `+hhmm` that fills the rest; NaN for anything else. */
function offset(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start];
  if (sign === UPPER_Z) return end === start + 1 ? 0 : Number.NaN;
  if (sign !== PLUS && sign !== MINUS) return Number.NaN;
  const colon = bytes[start + 3] === COLON ? 1 : 0;
  if (end !== start + 5 + colon) return Number.NaN;
  const hours = digits(bytes, start + 1, start + 3);
  const minutes = digits(bytes, start + 3 + colon, end);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return (sign === MINUS ? -1 : 1) * (60 * hours + minutes);
}
