import { CLOSE_BRACKET, MINUS, OPEN_BRACKET } from "./ascii.ts";
import { parseClfTime } from "./clf-time.ts";
import { LONGEST_ISO, parseIsoBytes } from "./iso-time.ts";
import { parseDecimal } from "./numbers.ts";

/** Later seconds than any log's (the year 5138): a larger number counts a smaller unit. */
const MAX_SECONDS = 1e11;

/**
 * Epoch milliseconds of the time in `bytes[start, end)`: seconds since the epoch with or without a
 * fraction, or whole milli-, micro- or nanoseconds; an ISO time; or a CLF time with or without its
 * brackets. NaN for anything else.
 */
export function parseJsonTime(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start + 4] === MINUS && end - start <= LONGEST_ISO) return parseIsoBytes(bytes, start, end);
  const number = parseDecimal(bytes, start, end);
  if (!Number.isNaN(number)) return fromEpoch(number);
  const bracketed = bytes[start] === OPEN_BRACKET && bytes[end - 1] === CLOSE_BRACKET;
  return bracketed ? parseClfTime(bytes, start + 1, end - 1) : parseClfTime(bytes, start, end);
}

function fromEpoch(count: number): number {
  let seconds = count;
  for (let unit = 0; unit < 3 && seconds > MAX_SECONDS; unit++) seconds /= 1000;
  return seconds > 0 && seconds <= MAX_SECONDS ? Math.round(seconds * 1000) : Number.NaN;
}
