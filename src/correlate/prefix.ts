import { formatIp, type IpWords, isV4 } from "../model/ip.ts";
import { mix } from "../model/mix.ts";

/** The words of an address that its prefix leaves: a /24 of IPv4, a /64 of IPv6. */
export function prefixHigh(words: IpWords, at: number): number {
  return isV4(words, at) ? 0xffff : (words[at] as number);
}

export function prefixLow(words: IpWords, at: number): number {
  return isV4(words, at) ? (words[at + 3] as number) >>> 8 : (words[at + 1] as number);
}

/** 32 bits of the prefix, which nobody who does not know the seed can aim at. */
export function prefixHash(words: IpWords, at: number, seed: number): number {
  return mix(mix(seed ^ prefixHigh(words, at)) ^ prefixLow(words, at)) >>> 0;
}

/** `45.77.12.0/24`, `2a01:4f8:c2c::/64`. */
export function prefixName(words: IpWords, at: number): string {
  const prefix = words.slice(at, at + 4);
  prefix[3] = 0;
  if (isV4(words, at)) {
    prefix[3] = (words[at + 3] as number) & 0xffffff00;
    return `${formatIp(prefix)}/24`;
  }
  prefix[2] = 0;
  return `${formatIp(prefix)}/64`;
}
