import { describe, expect, test } from "bun:test";
import { BlockList } from "node:net";
import fc from "fast-check";
import { contains, isLoopback, isPrivate, parseCidr } from "./cidr.ts";
import { formatIp, parseIpWords } from "./ip.ts";

function words(text: string): Uint32Array {
  const out = new Uint32Array(4);
  if (!parseIpWords(text, out)) throw new Error(`no address: ${text}`);
  return out;
}

describe("a prefix", () => {
  test.each([
    ["203.0.113.0/24", "203.0.113.0", 120],
    ["203.0.113.77/24", "203.0.113.0", 120],
    ["203.0.113.77", "203.0.113.77", 128],
    ["0.0.0.0/0", "0.0.0.0", 96],
    ["255.255.255.255/1", "128.0.0.0", 97],
    ["2001:db8:1:2::5/64", "2001:db8:1:2::", 64],
    ["2001:db8::5", "2001:db8::5", 128],
    ["2001:db8:ffff::/33", "2001:db8:8000::", 33],
    ["::/0", "::", 0],
    ["::ffff:10.1.2.3/8", "10.0.0.0", 104],
  ])("%s is %s, %d bits of 128", (text, network, bits) => {
    const cidr = parseCidr(text);
    expect(cidr && formatIp(cidr.words)).toBe(network as never);
    expect(cidr?.bits).toBe(bits);
  });

  test.each([
    "",
    "/",
    "/24",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/+8",
    "10.0.0.0/8 ",
    " 10.0.0.0/8",
    "10.0.0.0/0x8",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10.0.0/8",
    "2001:db8::/129",
    "2001:db8::/1e1",
    "2001:db8::/٣",
    "example.com/24",
  ])("refuses %j", (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe("contains", () => {
  test.each([
    ["203.0.113.0/24", "203.0.113.255", true],
    ["203.0.113.0/24", "203.0.114.0", false],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "1.2.3.4", true],
    ["10.0.0.0/8", "::a00:1", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["203.0.113.7", "203.0.113.7", true],
    ["203.0.113.7", "203.0.113.6", false],
  ])("%s, %s: %p", (prefix, address, inside) => {
    const cidr = parseCidr(prefix);
    expect(cidr && contains(cidr, words(address))).toBe(inside);
  });

  test("agrees with node:net", () => {
    const v4 = fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(32), fc.constant("ipv4" as const));
    const v6 = fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat(128), fc.constant("ipv6" as const));
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.nat(128), ([network, other, bits, family], flipped) => {
        const cidr = parseCidr(`${network}/${bits}`);
        if (cidr === undefined) throw new Error("refused");
        const list = new BlockList();
        list.addSubnet(network, bits, family);
        // One bit from the network's own address: mostly near the edge, where mistakes are.
        const near = words(network);
        const width = family === "ipv4" ? 32 : 128;
        const bit = 128 - width + (flipped % width);
        near[bit >> 5] = (near[bit >> 5] as number) ^ (0x80000000 >>> (bit & 31));
        for (const address of [words(other), near]) {
          const text = formatIp(address);
          // The flip may turn IPv6 into a mapped address, which is IPv4 here and not there.
          const comparable = text.includes(":") === (family === "ipv6");
          if (comparable) expect(contains(cidr, address)).toBe(list.check(text, family));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("reads the address at an offset", () => {
    const table = new Uint32Array(8);
    table.set(words("203.0.113.9"), 4);
    const cidr = parseCidr("203.0.113.0/24");
    expect(cidr && contains(cidr, table, 4)).toBe(true);
    expect(cidr && contains(cidr, table, 0)).toBe(false);
  });
});

describe("what is private", () => {
  test.each([
    ["10.255.255.255", true],
    ["11.0.0.0", false],
    ["172.15.255.255", false],
    ["172.16.0.0", true],
    ["172.31.255.255", true],
    ["172.32.0.0", false],
    ["192.168.1.1", true],
    ["169.254.0.1", true],
    ["127.0.0.2", true],
    ["0.1.2.3", true],
    ["255.255.255.255", true],
    ["192.0.2.1", true],
    ["198.18.0.1", true],
    ["198.20.0.1", false],
    ["203.0.113.5", true],
    ["100.64.0.1", false],
    ["224.0.0.1", false],
    ["8.8.8.8", false],
    ["::ffff:8.8.8.8", false],
    ["::ffff:10.0.0.1", true],
    ["::1", true],
    ["fd00::1", true],
    ["fe80::1", true],
    ["febf::1", true],
    ["fec0::1", false],
    ["2001:db8::1", true],
    ["2a04::1", false],
    ["64:ff9b::808:808", false],
  ])("%s: %p", (address, hidden) => {
    expect(isPrivate(words(address))).toBe(hidden);
  });

  test.each([
    ["127.0.0.1", true],
    ["127.255.0.1", true],
    ["128.0.0.1", false],
    ["0.0.0.0", true],
    ["0.0.0.1", false],
    ["::", true],
    ["::1", true],
    ["::2", false],
  ])("loopback %s: %p", (address, loopback) => {
    expect(isLoopback(words(address))).toBe(loopback);
  });
});
