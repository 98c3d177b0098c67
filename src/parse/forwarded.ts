import type { IpWords } from "../model/ip.ts";
import type { PrefixSet } from "../model/prefix-set.ts";
import { COMMA, isBlank, QUOTE } from "./ascii.ts";
import { parsePeer } from "./peer.ts";

/**
 * Reads the client from a list of forwarded addresses (`client, proxy, proxy`, the header X-Forwarded-For) in
 * `bytes[start, end)` into `words`: the right-most that is not trusted, or the left-most where all are.
 * Whatever stands left of it a client may have made up. False, with `words` unspecified, where that place holds
 * no address: then nobody knows more than the peer.
 */
export function parseForwarded(
  bytes: Uint8Array,
  start: number,
  end: number,
  words: IpWords,
  isTrusted: PrefixSet = () => false,
): boolean {
  let right = end;
  for (;;) {
    let left = right;
    while (left > start && bytes[left - 1] !== COMMA) left--;
    if (!parseElement(bytes, left, right, words)) return false;
    if (left === start || !isTrusted(words)) return true;
    right = left - 1;
  }
}

/** One element, in blanks or quotes. */
function parseElement(bytes: Uint8Array, start: number, end: number, words: IpWords): boolean {
  let from = start;
  let to = end;
  while (from < to && isSurrounding(bytes[from] as number)) from++;
  while (to > from && isSurrounding(bytes[to - 1] as number)) to--;
  return parsePeer(bytes, from, to, words);
}

function isSurrounding(byte: number): boolean {
  return isBlank(byte) || byte === QUOTE;
}
