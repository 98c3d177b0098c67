import { type IpWords, isV4, parseIpBytes } from "../model/ip.ts";
import { CLOSE_BRACKET, COLON, isDigit, OPEN_BRACKET } from "./ascii.ts";

/**
 * Reads `address`, `v4:port` or `[address]:port` in `bytes[start, end)` into `words`. A port is cut off
 * only where it cannot be part of an IPv6 address. False, with `words` unspecified, for anything else.
 */
export function parsePeer(bytes: Uint8Array, start: number, end: number, words: IpWords): boolean {
  if (parseIpBytes(bytes, start, end, words)) return true;
  let colon = end - 1;
  while (colon > start && isDigit(bytes[colon] as number)) colon--;
  const addressEnd = colon > start && bytes[colon] === COLON && colon < end - 1 ? colon : end;
  if (bytes[start] === OPEN_BRACKET) {
    return bytes[addressEnd - 1] === CLOSE_BRACKET && parseIpBytes(bytes, start + 1, addressEnd - 1, words);
  }
  return addressEnd < end && parseIpBytes(bytes, start, addressEnd, words) && isV4(words);
}
