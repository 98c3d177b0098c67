import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseIpWords } from "../model/ip.ts";
import { Listeners } from "./listeners.ts";

function words(address: string): Uint32Array {
  const into = new Uint32Array(4);
  if (!parseIpWords(address, into)) throw new Error(address);
  return into;
}

function listening(...addresses: readonly (readonly [string, number])[]): Listeners {
  const listeners = new Listeners();
  for (const [address, port] of addresses) listeners.add(words(address), 0, port, 1);
  return listeners;
}

describe("Listeners", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.2", false],
    ["0.0.0.0", "192.0.2.1", true],
    ["0.0.0.0", "2001:db8::1", false],
    ["::", "2001:db8::1", true],
    ["::", "192.0.2.1", true],
    ["2001:db8::1", "2001:db8::1", true],
    ["2001:db8::1", "2001:db8::2", false],
    ["2001:db8::", "2001:db8::1", false],
  ])("a listener on %s takes what arrives at %s: %p", (listener, local, expected) => {
    const listeners = listening([listener, 443]);
    expect(listeners.accepts(words(local), 0, 443)).toBe(expected);
    expect(listeners.accepts(words(local), 0, 444)).toBe(false);
  });

  test("none listens after clear, and it can be filled again", () => {
    const listeners = listening(["0.0.0.0", 22], ["192.0.2.1", 80]);
    listeners.clear();
    expect(listeners.accepts(words("192.0.2.1"), 0, 22)).toBe(false);
    expect(listeners.accepts(words("192.0.2.1"), 0, 80)).toBe(false);
    listeners.add(words("192.0.2.1"), 0, 80, 1);
    expect(listeners.accepts(words("192.0.2.1"), 0, 80)).toBe(true);
  });

  test("finds single addresses among many, as a plain search does", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1"));
    const endpoint = fc.tuple(address, fc.constantFrom(1, 2, 65_535));
    fc.assert(
      fc.property(fc.array(endpoint, { maxLength: 40 }), endpoint, (all, [local, port]) => {
        const listeners = listening(...all);
        const key = (of: string): string => words(of).join();
        const v4 = words(local)[2] === 0xffff && words(local)[0] === 0 && words(local)[1] === 0;
        const expected = all.some(
          ([address, at]) =>
            at === port &&
            (key(address) === key(local) ||
              key(address) === key("::") ||
              (v4 && key(address) === key("0.0.0.0"))),
        );
        expect(listeners.accepts(words(local), 0, port)).toBe(expected);
      }),
    );
  });

  test("refuses and counts what is beyond the limit", () => {
    const listeners = new Listeners();
    for (let i = 0; i < 16_390; i++) listeners.add(words("192.0.2.1"), 0, i, 1);
    expect([listeners.length, listeners.refused]).toEqual([16_384, 6]);
  });
});
