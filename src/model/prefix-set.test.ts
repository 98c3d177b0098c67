import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Cidr, contains, parseCidr } from "./cidr.ts";
import { isV4, parseIpWords } from "./ip.ts";
import { prefixSet } from "./prefix-set.ts";

function words(text: string): Uint32Array {
  const out = new Uint32Array(4);
  if (!parseIpWords(text, out)) throw new Error(`no address: ${text}`);
  return out;
}

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`no prefix: ${text}`);
  return parsed;
}

test.each([
  ["nothing", [], [], ["0.0.0.0", "::1"]],
  ["one address", ["203.0.113.7"], ["203.0.113.7", "::ffff:203.0.113.7"], ["203.0.113.6", "::cb00:7107"]],
  ["host bits", ["203.0.113.77/24"], ["203.0.113.0", "203.0.113.255"], ["203.0.112.255", "203.0.114.0"]],
  ["mapped", ["::ffff:10.0.0.0/8"], ["10.1.2.3"], ["11.0.0.0", "::a00:1"]],
  [
    "one inside another",
    ["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/24"],
    ["10.0.0.1", "10.1.0.1", "10.255.0.0"],
    ["9.255.255.255", "11.0.0.0"],
  ],
  ["neighbours", ["10.0.2.0/24", "10.0.0.0/24"], ["10.0.0.255", "10.0.2.0"], ["10.0.1.0", "10.0.3.0"]],
  ["all of IPv4", ["0.0.0.0/0"], ["0.0.0.0", "255.255.255.255"], ["::", "2a00::1"]],
  ["all of IPv6", ["::/0"], ["::", "2a00::1"], ["0.0.0.0", "255.255.255.255"]],
  ["both", ["::/0", "0.0.0.0/0"], ["2a00::1", "1.2.3.4"], []],
  ["IPv6", ["2001:db8::5/32"], ["2001:db8:ffff::1"], ["2001:db9::1", "32.1.13.184"]],
])("%s", (_, prefixes, inside, outside) => {
  const has = prefixSet(prefixes.map(cidr));
  for (const address of inside) expect([address, has(words(address))]).toEqual([address, true]);
  for (const address of outside) expect([address, has(words(address))]).toEqual([address, false]);
});

test("any prefixes: as one after the other would be asked", () => {
  // Few bits differ, so that many lie inside or beside each other.
  const v4 = fc.integer({ min: 0, max: 63 }).map((n) => `10.${n >> 4}.${(n & 15) << 4}.0`);
  const v6 = fc.integer({ min: 0, max: 63 }).map((n) => `2001:db8:${(n << 8).toString(16)}::`);
  const prefix = fc.oneof(
    fc.tuple(v4, fc.integer({ min: 6, max: 32 })),
    fc.tuple(v6, fc.integer({ min: 28, max: 64 })),
  );
  fc.assert(
    fc.property(fc.array(prefix), fc.array(fc.oneof(v4, v6)), (texts, addresses) => {
      const prefixes = texts.map(([network, length]) => cidr(`${network}/${length}`));
      const has = prefixSet(prefixes);
      for (const address of addresses.map(words)) {
        const family = prefixes.filter((one) => isV4(one.words) === isV4(address));
        expect(has(address)).toBe(family.some((one) => contains(one, address)));
        expect(has(new Uint32Array([7, ...address]), 1)).toBe(has(address));
      }
    }),
  );
});
