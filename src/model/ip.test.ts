import { describe, expect, test } from "bun:test";
import { isIP } from "node:net";
import fc from "fast-check";
import { compareAddresses, formatIp, type Ip, isV4, parseIp, parseIpBytes, parseIpWords } from "./ip.ts";

/** RFC 5952 sections 1, 4 and 5, RFC 4291 section 2.2, and the folding of IPv4-mapped addresses. */
const CANONICAL: [text: string, canonical: string][] = [
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["203.0.113.7", "203.0.113.7"],
  ["::", "::"],
  ["::1", "::1"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["1::", "1::"],
  ["1:0:0:0:0:0:0:0", "1::"],
  ["2001:0db8::0001", "2001:db8::1"],
  ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
  ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:DB8::AAAA", "2001:db8::aaaa"],
  ["2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["fe80::1", "fe80::1"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["::13.1.68.3", "::d01:4403"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::FFFF:cb00:7107", "203.0.113.7"],
  ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
  ["::ffff:0:0", "0.0.0.0"],
  ["::fffe:203.0.113.7", "::fffe:cb00:7107"],
  ["::1:ffff:1.2.3.4", "::1:ffff:102:304"],
];

const REFUSED = [
  "",
  " ",
  "-",
  "UNKNOWN",
  "localhost",
  "example.com",
  "1",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.",
  ".1.2.3",
  "1..2.3",
  "1.2.3.256",
  "203.0.113.999",
  "01.2.3.4",
  "1.2.3.04",
  "00.0.0.0",
  "0x1.2.3.4",
  "1.2.3.4 ",
  " 1.2.3.4",
  "1.2.3.4:80",
  "1.2.3.4/24",
  "1.2.3.-4",
  "1.2.3.4\n",
  "١.2.3.4",
  "$(reboot)",
  ":",
  ":::",
  "1:",
  ":1",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "::1:2:3:4:5:6:7:8",
  "1::2::3",
  "12345::",
  "g::",
  "[::1]",
  "::1%eth0",
  "fe80::1%1",
  "::1/64",
  "1:2:3:4:5:6:7:1.2.3.4",
  "::1.2.3",
  "::1.2.3.4:5",
  "::256.2.3.4",
  "::ffff:01.2.3.4",
  "1.2.3.4::",
  "2001:db8::1 ",
  "0000:0000:0000:0000:0000:0000:255.255.255.2555",
];

describe("an address", () => {
  test.each(CANONICAL)("%s is %s", (text, canonical) => {
    expect(parseIp(text)).toBe(canonical as Ip);
  });

  test.each(REFUSED)("refuses %j", (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  test("is IPv4 when it is or was mapped", () => {
    const words = new Uint32Array(4);
    expect(parseIpWords("::ffff:1.2.3.4", words) && isV4(words)).toBe(true);
    expect(parseIpWords("::1.2.3.4", words) && isV4(words)).toBe(false);
  });
});

describe("every address", () => {
  const words = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => {
    // Half the groups zero, so that `::` has work; the third word sometimes the mark of IPv4.
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    const out = Uint32Array.from([0, 4, 8, 12], (at) => view.getUint32(at));
    for (let i = 0; i < 4; i++) {
      const choice = bytes[15 - i] as number;
      if (choice % 3 === 0) out[i] = (out[i] as number) & 0xffff;
      if (choice % 5 === 0) out[i] = (out[i] as number) & 0xffff0000;
      if (choice % 7 === 0) out[i] = 0;
    }
    if ((bytes[0] as number) % 4 === 0) out.set([0, 0, 0xffff]);
    return out;
  });

  test("reads back from its text", () => {
    fc.assert(
      fc.property(words, (address) => {
        const text = formatIp(address);
        const back = new Uint32Array(4);
        expect(parseIpWords(text, back)).toBe(true);
        expect(back).toEqual(address);
        expect(parseIp(text)).toBe(text);
        expect(isIP(text)).toBe(isV4(address) ? 4 : 6);
      }),
      { numRuns: 2000 },
    );
  });

  test("is spelled as URLs spell it (WHATWG, the same rules as RFC 5952)", () => {
    fc.assert(
      fc.property(words, (address) => {
        const text = formatIp(address);
        const host = isV4(address) ? text : `[${text}]`;
        expect(new URL(`http://${host}/`).hostname).toBe(host);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("acceptance", () => {
  const shaped = fc
    .array(
      fc.constantFrom("0", "1", "9", "255", "256", "00", "a", "F", "ffff", "12345", ".", ":", "::", "%", " "),
      {
        maxLength: 18,
      },
    )
    .map((parts) => parts.join(""));
  const texts = fc.oneof(
    shaped,
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ maxLength: 50 }),
    fc
      .tuple(fc.ipV6(), fc.nat(50), fc.constantFrom(":", ".", "0", "f"))
      .map(([ip, at, c]) => ip.slice(0, at) + c + ip.slice(at)),
  );

  test("is that of node:net, less zones", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseIp(text) !== undefined).toBe(isIP(text) !== 0 && !text.includes("%"));
      }),
      { numRuns: 5000 },
    );
  });

  test("looks at nothing outside its bytes and words", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom("1", ".", ":", "f", " "), (text, around) => {
        const inner = Buffer.from(text, "latin1");
        const bytes = Buffer.concat([Buffer.from(around.repeat(3)), inner, Buffer.from(around.repeat(3))]);
        const words = new Uint32Array(6).fill(0xabcdabcd);
        const accepted = parseIpBytes(bytes, 3, 3 + inner.length, words, 1);
        expect(accepted).toBe(parseIp(inner.toString("latin1")) !== undefined);
        expect([words[0], words[5]]).toEqual([0xabcdabcd, 0xabcdabcd]);
      }),
      { numRuns: 2000 },
    );
  });
});

test("the order is numeric, IPv4 before IPv6", () => {
  const asNumber = (words: Uint32Array): bigint =>
    words.reduce((sum, word) => (sum << 32n) | BigInt(word), isV4(words) ? 0n : 1n);
  const words = fc.oneof(
    fc.nat({ max: 0xffffffff }).map((d) => new Uint32Array([0, 0, 0xffff, d])),
    fc.tuple(
      fc.nat({ max: 0xffffffff }),
      fc.nat({ max: 2 }),
      fc.nat({ max: 2 }),
      fc.nat({ max: 0xffffffff }),
    ),
    fc.constant([0, 0, 0xfffe, 0xffffffff]),
  );
  fc.assert(
    fc.property(words, words, (one, other) => {
      const a = Uint32Array.from(one);
      const b = Uint32Array.from(other);
      const [x, y] = [asNumber(a), asNumber(b)];
      expect(Math.sign(compareAddresses(a, 0, b, 0))).toBe(x < y ? -1 : x > y ? 1 : 0);
    }),
  );
});
