import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatIp, type Ip, parseIp } from "../model/ip.ts";
import { parsePeer } from "./peer.ts";

function parse(text: string): Ip | undefined {
  const bytes = Buffer.from(`1${text}1`);
  const words = new Uint32Array(4);
  return parsePeer(bytes, 1, bytes.length - 1, words) ? formatIp(words) : undefined;
}

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["203.0.113.7:41342", "203.0.113.7"],
  ["[2001:db8::1]:41342", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[203.0.113.7]:80", "203.0.113.7"],
  ["2001:db8::1", "2001:db8::1"],
  ["2001:db8::1:8080", "2001:db8::1:8080"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7:80", "203.0.113.7"],
])("%s is %s", (text, ip) => {
  expect(parse(text)).toBe(ip as Ip);
});

test.each([
  "",
  "-",
  ":",
  ":80",
  "[",
  "[]",
  "[]:80",
  "[:80",
  "unix:",
  "203.0.113.7:",
  "203.0.113.7:http",
  "203.0.113.7:80:80",
  "203.0.113.999:80",
  "[2001:db8::1",
  "[2001:db8::1]80",
  "[2001:db8::1]:",
  "[2001:db8::1]x:80",
  "2001:db8::1:99999",
  "1:2:3:4:5:6:7:8:80",
  "[fe80::1%eth0]:80",
  "example.com:80",
])("refuses %j", (text) => {
  expect(parse(text)).toBeUndefined();
});

test("an IPv6 address is never cut, with a port only in brackets", () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.nat(65535), (text, port) => {
      const ip = parseIp(text);
      expect(parse(text)).toBe(ip as Ip);
      expect(parse(`[${text}]:${port}`)).toBe(ip as Ip);
    }),
  );
});
