import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { contains } from "../model/cidr.ts";
import { formatIp, isV4, parseIpWords } from "../model/ip.ts";
import { parseTarget, type Target } from "../model/target.ts";
import { guard, guarded, type Protected } from "./guard.ts";

const WIDEST = { ipv4: 16, ipv6: 48 };

const PROTECTED: Pick<Protected, "never" | "unlessForced"> = {
  never: [
    ...guarded("91.2.3.4", "you are connected from it (SSH)"),
    ...guarded("198.51.100.7", "it is this machine's own (eth0)"),
    ...guarded("2001:db8:1::7", "it is this machine's own (eth0)"),
  ],
  unlessForced: [
    ...guarded("198.51.100.1", "it is the gateway of eth0"),
    ...guarded("91.2.3.0/24", "it is in trust.prefixes; take it out there first"),
    ...guarded("2001:db8:9::/48", "it is in trust.prefixes; take it out there first"),
  ],
};

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function refusal(text: string) {
  return guard(target(text), PROTECTED, WIDEST);
}

describe("the guard", () => {
  test.each([
    ["91.2.3.4", "91.2.3.4: you are connected from it (SSH)"],
    ["::ffff:91.2.3.4", "91.2.3.4: you are connected from it (SSH)"],
    // Trusted as well, which could be forced: what cannot be is told.
    ["91.2.3.0/25", "91.2.3.0/25 holds 91.2.3.4: you are connected"],
    ["0.0.0.0/0", "0.0.0.0/0 holds 91.2.3.4: you are connected"],
    ["198.51.100.7", "198.51.100.7: it is this machine's own (eth0)"],
    ["2001:db8:1::/64", "2001:db8:1::/64 holds 2001:db8:1::7: it is this machine's own"],
    ["127.0.0.1", "127.0.0.1 is in 127.0.0.0/8: "],
    ["127.9.9.0/24", "127.9.9.0/24 is in 127.0.0.0/8: "],
    ["::1", "::1: by it this machine talks to itself"],
    ["::", "::: it is the unspecified address"],
    ["0.0.0.0", "0.0.0.0: it is the unspecified address"],
    ["239.1.2.3", "239.1.2.3 is in 224.0.0.0/4: it is multicast"],
    ["ff02::1", "ff02::1 is in ff00::/8: it is multicast"],
    ["255.255.255.255", "255.255.255.255: it is the broadcast address"],
    ["::/0", "::/0 holds "],
  ])("never lets %s be blocked", (text, reason) => {
    expect(refusal(text)).toMatchObject({ forcible: false, reason: expect.stringContaining(reason) });
  });

  test.each([
    ["198.51.100.1", "198.51.100.1: it is the gateway of eth0"],
    ["91.2.3.5", "91.2.3.5 is in 91.2.3.0/24: it is in trust.prefixes"],
    ["2001:db8:9:1::5", "2001:db8:9:1::5 is in 2001:db8:9::/48: it is in trust.prefixes"],
    ["104.16.1.1", "104.16.1.1 is in 104.16.0.0/13: it is a network of Cloudflare"],
    ["151.101.1.0/24", "it is a network of Fastly"],
    ["fe80::1", "fe80::1 is in fe80::/10: it is of this link itself"],
    ["fe80::/64", "fe80::/64 is in fe80::/10: it is of this link itself"],
    ["febf:ffff::1", "febf:ffff::1 is in fe80::/10: it is of this link itself"],
    ["fe00::/8", "fe00::/8 holds fe80::/10: it is of this link itself"],
    ["45.0.0.0/15", "45.0.0.0/15 is wider than /16, the widest that actions.widest_ipv4 lets block"],
    ["2a01::/32", "2a01::/32 is wider than /48"],
  ])("lets %s be blocked only by --force", (text, reason) => {
    const refused = refusal(text);
    expect(refused?.forcible).toBe(true);
    expect(refused?.reason).toContain(reason);
    expect(refused?.reason).toContain("--force");
  });

  test.each([
    "45.77.12.9",
    "45.77.0.0/16",
    "91.2.4.0/24",
    "2a01:4f8::1",
    "2a01:4f8::/48",
    "198.51.100.8",
    "100.64.0.9",
    "fec0::1",
    "fe7f:ffff::1",
  ])("has nothing against %s", (text) => {
    expect(refusal(text)).toBeUndefined();
  });

  test("a prefix of IPv6 holds no IPv4 address", () => {
    const only = { never: guarded("91.2.3.4", "yours"), unlessForced: [] };
    expect(guard(target("::/64"), only, { ipv4: 0, ipv6: 0 })?.reason).not.toContain("91.2.3.4");
  });

  const address = fc.oneof(
    fc.uint32Array({ minLength: 4, maxLength: 4 }),
    fc.uint32Array({ minLength: 1, maxLength: 1 }).map(([v4 = 0]) => Uint32Array.of(0, 0, 0xffff, v4)),
  );

  test("nothing that holds a peer of its operator is ever let through, whatever the limits", () => {
    fc.assert(
      fc.property(address, fc.nat(128), (words, length) => {
        const text = formatIp(words);
        const one = target(`${text}/${isV4(words) ? Math.min(32, length) : length}`);
        const yours = { never: guarded(text, "yours"), unlessForced: [] };
        expect(guard(one, yours, { ipv4: 0, ipv6: 0 })?.forcible).toBe(false);
      }),
    );
  });

  test("what is let through holds nothing that is guarded, and lies in nothing that is", () => {
    fc.assert(
      fc.property(address, fc.nat(128), (words, length) => {
        const one = target(`${formatIp(words)}/${isV4(words) ? Math.min(32, length) : length}`);
        if (guard(one, PROTECTED, WIDEST) !== undefined) return;
        const other = new Uint32Array(4);
        for (const { target: kept } of [...PROTECTED.never, ...PROTECTED.unlessForced]) {
          expect(parseIpWords(kept.network, other)).toBe(true);
          if (kept.family === one.family) expect(contains(one.cidr, other)).toBe(false);
        }
      }),
    );
  });
});
