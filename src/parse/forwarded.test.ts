import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatIp } from "../model/ip.ts";
import { proxiesOf } from "../model/proxies.ts";
import { parseForwarded } from "./forwarded.ts";

const words = new Uint32Array(4);
const TRUSTED = proxiesOf(["10.0.0.0/8", "2001:db8:1::/48"]).own;

function client(list: string, trusted = TRUSTED): string | undefined {
  const bytes = Buffer.from(`>${list}<`);
  return parseForwarded(bytes, 1, bytes.length - 1, words, trusted) ? formatIp(words) : undefined;
}

test.each([
  ["203.0.113.7", "203.0.113.7"],
  [" 203.0.113.7 ", "203.0.113.7"],
  ["203.0.113.7, 10.1.2.3", "203.0.113.7"],
  ["203.0.113.7,10.1.2.3,10.4.5.6", "203.0.113.7"],
  ["8.8.8.8, 203.0.113.7", "203.0.113.7"],
  ["evil.example, 203.0.113.7, 10.1.2.3", "203.0.113.7"],
  ["10.9.9.9, 10.1.2.3", "10.9.9.9"],
  ["203.0.113.7:4711", "203.0.113.7"],
  ["[2001:db8::7]:443, 2001:db8:1::5", "2001:db8::7"],
  ['"203.0.113.7"', "203.0.113.7"],
  ["203.0.113.7, evil", undefined],
  ["evil, 10.1.2.3", undefined],
  ["203.0.113.7, ", undefined],
  ["", undefined],
  ["-", undefined],
  ["unknown", undefined],
])("%s is forwarded for %s", (list, expected) => {
  expect(client(list)).toBe(expected);
});

test("what a client puts in front changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (forged) => {
      expect(client(`${forged}, 203.0.113.7, 10.1.2.3`)).toBe("203.0.113.7");
    }),
  );
});
