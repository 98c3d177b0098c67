import { expect, test } from "bun:test";
import fc from "fast-check";
import { contains, parseCidr } from "../model/cidr.ts";
import { formatIp, type Ip, parseIpWords } from "../model/ip.ts";
import { ipOf, keyOf, keysOf } from "./key.ts";

const ADDRESS = fc
  .tuple(fc.boolean(), fc.array(fc.nat(0xffffffff), { minLength: 4, maxLength: 4 }))
  .map(([v4, words]) => formatIp(Uint32Array.from(v4 ? [0, 0, 0xffff, words[3] as number] : words)));

test("an address comes back from its key", () => {
  fc.assert(fc.property(ADDRESS, (ip) => expect(ipOf(keyOf(ip))).toBe(ip)));
});

test("the keys of a prefix are those of its addresses", () => {
  fc.assert(
    fc.property(ADDRESS, ADDRESS, fc.nat(128), fc.boolean(), (base, other, length, near) => {
      const cidr = parseCidr(`${base}/${base.includes(":") ? length : length % 33}`);
      if (cidr === undefined) throw new Error(base);
      const words = new Uint32Array(4);
      parseIpWords(near ? base : other, words);
      const [first, last] = keysOf(cidr);
      const key = keyOf(formatIp(words));
      const within = Buffer.compare(first, key) <= 0 && Buffer.compare(key, last) <= 0;
      expect(within).toBe(contains(cidr, words));
    }),
  );
});

test("what is no key is no address", () => {
  for (const value of [undefined, null, 1, "192.0.2.1", new Uint8Array(4), new Uint8Array(17)]) {
    expect(ipOf(value)).toBeUndefined();
  }
  expect(ipOf(keyOf("::" as Ip))).toBe("::" as Ip);
});
