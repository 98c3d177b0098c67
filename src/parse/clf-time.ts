import { COLON, digits, SLASH, SPACE } from "./ascii.ts";
import { epochMillis, monthNamed, zoneMinutes } from "./civil.ts";

/** Bytes of such a time. */
export const CLF_LENGTH = "10/Oct/2000:13:55:36 -0700".length;

/** The last stamp read and its time: on a busy server most lines share their second with the one before. */
const memo = new Uint8Array(CLF_LENGTH);
let memoTime = Number.NaN;

/**
 * Epoch milliseconds of the `dd/Mon/yyyy:HH:MM:SS +zzzz` that fills `bytes[start, end)` (Apache's `%t`,
 * nginx's `$time_local`, without brackets). NaN for any other form and for times that do not exist.
 */
export function parseClfTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== CLF_LENGTH) return Number.NaN;
  let i = 0;
  while (i < CLF_LENGTH && bytes[start + i] === memo[i]) i++;
  if (i === CLF_LENGTH) return memoTime;
  for (; i < CLF_LENGTH; i++) memo[i] = bytes[start + i] as number;
  memoTime = read(bytes, start);
  return memoTime;
}

function read(bytes: Uint8Array, s: number): number {
  const punctuated =
    bytes[s + 2] === SLASH &&
    bytes[s + 6] === SLASH &&
    bytes[s + 11] === COLON &&
    bytes[s + 14] === COLON &&
    bytes[s + 17] === COLON &&
    bytes[s + 20] === SPACE;
  if (!punctuated) return Number.NaN;
  return epochMillis(
    digits(bytes, s + 7, s + 11),
    monthNamed(text(bytes, s + 3, s + 6)),
    digits(bytes, s, s + 2),
    digits(bytes, s + 12, s + 14),
    digits(bytes, s + 15, s + 17),
    digits(bytes, s + 18, s + 20),
    zoneMinutes(text(bytes, s + 21, s + CLF_LENGTH)),
  );
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
