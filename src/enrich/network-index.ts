import type { Cidr } from "../model/cidr.ts";
import { type IpWords, isV4 } from "../model/ip.ts";

/** Values of prefixes, found by the addresses in them. */
export interface NetworkIndex<V> {
  set(cidr: Cidr, value: V): void;
  delete(cidr: Cidr): void;
  /** The value of the longest prefix that holds the address. */
  find(words: IpWords): V | undefined;
}

/** The prefixes of one length, by their bits. */
interface Length<V> {
  readonly bits: number;
  readonly values: Map<number | string, V>;
}

/** To ask takes one look for each length that prefixes have, some twenty. */
export function networkIndex<V>(): NetworkIndex<V> {
  const lengths: Record<"v4" | "v6", Length<V>[]> = { v4: [], v6: [] };
  const of = (words: IpWords): Length<V>[] => (isV4(words) ? lengths.v4 : lengths.v6);
  return {
    set({ words, bits }, value) {
      const all = of(words);
      let length = all.find((one) => one.bits === bits);
      if (length === undefined) {
        length = { bits, values: new Map() };
        all.push(length);
        all.sort((a, b) => b.bits - a.bits);
      }
      length.values.set(keyOf(words, bits), value);
    },
    delete({ words, bits }) {
      const all = of(words);
      const at = all.findIndex((one) => one.bits === bits);
      const values = all[at]?.values;
      values?.delete(keyOf(words, bits));
      if (values?.size === 0) all.splice(at, 1);
    },
    find(words) {
      for (const { bits, values } of of(words)) {
        const value = values.get(keyOf(words, bits));
        if (value !== undefined) return value;
      }
      return undefined;
    },
  };
}

/** The first `bits` of an address. */
function keyOf(words: IpWords, bits: number): number | string {
  if (isV4(words)) return first(words[3] as number, bits - 96);
  let key = "";
  for (let i = 0; 32 * i < bits; i++) key += `${first(words[i] as number, bits - 32 * i)},`;
  return key;
}

function first(word: number, bits: number): number {
  if (bits >= 32) return word;
  return bits <= 0 ? 0 : word >>> (32 - bits);
}
