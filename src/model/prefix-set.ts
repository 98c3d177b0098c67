import { type Cidr, contains } from "./cidr.ts";
import { compareAddresses, type IpWords, isV4 } from "./ip.ts";

/** Whether the address at `offset` of `words` lies inside any of a set's prefixes. */
export type PrefixSet = (words: IpWords, offset?: number) => boolean;

/**
 * The set of these prefixes. To ask takes a handful of comparisons however many they are. A prefix of IPv6 holds no
 * IPv4 address, however short it is: `::/0` is all of IPv6.
 */
export function prefixSet(prefixes: readonly Cidr[]): PrefixSet {
  const v4 = disjoint(prefixes.filter(({ words }) => isV4(words)));
  const v6 = disjoint(prefixes.filter(({ words }) => !isV4(words)));
  return (words, offset = 0) => {
    const sorted = isV4(words, offset) ? v4 : v6;
    // The number of prefixes that begin at or before the address: only the last of them can hold it.
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareAddresses((sorted[middle] as Cidr).words, 0, words, offset) > 0) high = middle;
      else low = middle + 1;
    }
    const last = sorted[low - 1];
    return last !== undefined && contains(last, words, offset);
  };
}

/** In the order of their addresses, without those that lie inside another. */
function disjoint(prefixes: readonly Cidr[]): Cidr[] {
  const kept: Cidr[] = [];
  for (const prefix of prefixes.toSorted(
    (a, b) => compareAddresses(a.words, 0, b.words, 0) || a.bits - b.bits,
  )) {
    const last = kept.at(-1);
    if (last === undefined || !contains(last, prefix.words)) kept.push(prefix);
  }
  return kept;
}
