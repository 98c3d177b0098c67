import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Cidr, contains, parseCidr } from "../model/cidr.ts";
import { formatIp, type IpWords, isV4, parseIpWords } from "../model/ip.ts";
import { prefixWithin } from "./address-range.ts";
import { networkIndex } from "./network-index.ts";

/** Addresses that share prefixes of every length. */
const address = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }).map((word) => Uint32Array.of(0, 0, 0xffff, word)),
  fc.constantFrom(0, 1, 0xff, 0x01010101, 0xffffffff).map((word) => Uint32Array.of(0, 0, 0xffff, word)),
  fc
    .array(fc.constantFrom(0, 1, 0x20010db8, 0x80000000, 0xffffffff), { minLength: 4, maxLength: 4 })
    .map((words) => Uint32Array.from(words))
    .filter((words) => !isV4(words)),
);
const prefix = fc
  .tuple(address, fc.nat(128))
  .map(([words, length]) => cidr(`${formatIp(words)}/${isV4(words) ? length % 33 : length}`))
  // Model's ::/0 to ::/95 hold IPv4, too; a network of IPv6 never does.
  .filter(({ words, bits }) => !isV4(words) || bits >= 96);

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

test("the longest prefix that holds an address is found, as by comparing with each", () => {
  fc.assert(
    fc.property(
      fc.array(prefix, { maxLength: 30 }),
      fc.array(prefix, { maxLength: 5 }),
      fc.array(address),
      (put, gone, asked) => {
        const index = networkIndex<Cidr>();
        for (const one of put) index.set(one, one);
        for (const one of gone) index.delete(one);
        const same = (a: Cidr, b: Cidr): boolean =>
          a.bits === b.bits && a.words.join() === b.words.join() && isV4(a.words) === isV4(b.words);
        const left = put.filter((one) => !gone.some((other) => same(one, other)));
        for (const words of [...asked, ...put.map(({ words: network }) => network)]) {
          const holding = left.filter((one) => isV4(one.words) === isV4(words) && contains(one, words));
          expect(index.find(words)?.bits).toBe(holding.sort((a, b) => b.bits - a.bits)[0]?.bits as number);
        }
      },
    ),
  );
});

test("the prefix of a range lies in it, holds the address, and the next shorter one does not lie in it", () => {
  fc.assert(
    fc.property(address, address, address, (a, b, c) => {
      const [first, middle, last] = [a, b, c].sort(compare) as [IpWords, IpWords, IpWords];
      const found = prefixWithin(formatIp(first), formatIp(last), middle);
      if (isV4(first) !== isV4(last) || isV4(first) !== isV4(middle)) {
        expect(found).toBeUndefined();
        return;
      }
      if (found === undefined) throw new Error("none");
      expect(contains(found, middle)).toBe(true);
      expect(inside(found, first, last)).toBe(true);
      const width = isV4(middle) ? 32 : 128;
      const length = found.bits - 128 + width;
      if (length > 0) expect(inside(cidr(`${formatIp(middle)}/${length - 1}`), first, last)).toBe(false);
    }),
  );
});

function compare(a: IpWords, b: IpWords): number {
  const [x, y] = [bigOf(a), bigOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function bigOf(words: IpWords): bigint {
  return BigInt(`0x${[...words].map((word) => word.toString(16).padStart(8, "0")).join("")}`);
}

function inside({ words, bits }: Cidr, first: IpWords, last: IpWords): boolean {
  const begin = bigOf(words);
  return begin >= bigOf(first) && begin + (1n << BigInt(128 - bits)) - 1n <= bigOf(last);
}

test("what is no range has no prefix", () => {
  const words = new Uint32Array(4);
  parseIpWords("8.8.8.8", words);
  for (const [first, last] of [
    ["8.8.8.9", "8.8.8.255"],
    ["8.8.8.255", "8.8.8.0"],
    ["", "8.8.8.8"],
    ["::", "ffff::"],
  ] as const) {
    expect(prefixWithin(first, last, words)).toBeUndefined();
  }
});
