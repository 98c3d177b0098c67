import { type Cidr, parseCidr } from "../model/cidr.ts";
import { formatIp, type IpWords, isV4, parseIpWords } from "../model/ip.ts";

/**
 * The largest prefix inside of the range from `first` to `last` (texts of addresses, both belong to it) that holds the
 * address; undefined where the range does not hold it, or is none.
 */
export function prefixWithin(first: string, last: string, words: IpWords): Cidr | undefined {
  const [from, to] = [new Uint32Array(4), new Uint32Array(4)];
  if (!parseIpWords(first, from) || !parseIpWords(last, to)) return undefined;
  if (isV4(from) !== isV4(words) || isV4(to) !== isV4(words)) return undefined;
  const [low, high, address] = [numberOf(from), numberOf(to), numberOf(words)];
  const width = isV4(words) ? 32 : 128;
  for (let length = 0; length <= width; length++) {
    const rest = BigInt(width - length);
    const begin = (address >> rest) << rest;
    if (begin >= low && begin + (1n << rest) - 1n <= high) return parseCidr(`${formatIp(words)}/${length}`);
  }
  return undefined;
}

function numberOf(words: IpWords): bigint {
  let number = 0n;
  for (const word of words) number = (number << 32n) | BigInt(word);
  return number;
}
