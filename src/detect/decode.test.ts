import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decode, isEncoded, withoutComments, written } from "./decode.ts";

function decoded(text: string, query = Buffer.byteLength(text)): string {
  const from = Buffer.from(`##${text}##`);
  const into = Buffer.alloc(from.length);
  decode(from, 2, from.length - 2, query + 2, into);
  return into.toString("utf8", 0, written.length);
}

describe("one layer comes off", () => {
  test.each([
    ["/%2eenv", "/.env"],
    ["/%2Eenv", "/.env"],
    ["/%252eenv", "/%2eenv"],
    ["/%%32%65env", "/%2eenv"],
    ["/caf%C3%A9", "/café"],
    ["/100%", "/100%"],
    ["/100%zz%2", "/100%zz%2"],
    ["/%u002e%u002E/", "/../"],
    ["/%uff0e%uff0e%uff0f", "/../"],
    ["/%u2215x", "/x"],
    ["/%c0%ae%c0%ae/", "/../"],
    ["/%c0%af%e0%80%ae", "/."],
    ["/%f0%80%80%ae", "/."],
    ["/%ef%bc%8e%ef%bc%8e/", "/../"],
    ["//a///b", "/a/b"],
    ["/./a/././b", "/a/b"],
    ["/%2e/%2e/b", "/b"],
    ["/..//b", "/../b"],
    ["\\..\\b", "/../b"],
    ["a%20%20%09b", "a b"],
    ["a+++b", "a+b"],
    ["a%a0or%A0b", "a or b"],
    ["caf%c3%a0", "cafà"],
    ["/...", "/..."],
  ])("%p is %p", (text, plain) => {
    expect(decoded(text)).toBe(plain);
  });

  test("and the query begins where it did", () => {
    decoded("/%2e%2e//a?b", 10);
    expect(written.query).toBe("/../a".length);
    decoded("/a%3fb");
    expect(written.query).toBe("/a?b".length);
  });
});

test("never more bytes than there were, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const into = new Uint8Array(bytes.length);
      decode(bytes, 0, bytes.length, bytes.length, into);
      expect(written.length).toBeLessThanOrEqual(bytes.length);
      expect(written.query).toBe(written.length);
      withoutComments(bytes, 0, bytes.length, into);
      expect(written.length).toBeLessThanOrEqual(bytes.length);
    }),
  );
});

test("what begins an encoded byte", () => {
  const is = (text: string): boolean => isEncoded(Buffer.from(text), 0, text.length);
  expect(["%2e", "%u002e", "%U002E"].map(is)).toEqual([true, true, true]);
  expect(["%", "%2", "%2g", "%u00", "a2e", "%u00zz"].map(is)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test.each([
  ["union/**/select", "union select"],
  ["union/*a*//*b*/select", "union select"],
  ["/*!50000union*/ select", " union select"],
  ["/*!50000union*/*!50000select*/1", " union select 1"],
  ["union#x\nselect", "union select"],
  ["union--x\nselect", "union select"],
  ["union \n\t select", "union select"],
  ["a/*b", "a/*b"],
  ["a--b#c", "a--b#c"],
])("without comments %p is %p", (text, plain) => {
  const into = Buffer.alloc(text.length);
  withoutComments(Buffer.from(text), 0, text.length, into);
  expect(into.toString("utf8", 0, written.length)).toBe(plain);
});
