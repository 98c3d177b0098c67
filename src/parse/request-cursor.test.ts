import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { REQUEST_TEXTS, type RequestText, type RequestView } from "../model/event.ts";
import { parseIpWords } from "../model/ip.ts";
import { FIELD, RequestCursor } from "./request-cursor.ts";

/** A cursor on a line whose field is `text`, with bytes around it that belong to nobody. */
function onField(field: RequestText, text: string | Uint8Array): RequestCursor {
  const bytes = Buffer.concat([Buffer.from("\\"), Buffer.from(text as string), Buffer.from("x20")]);
  const cursor = new RequestCursor();
  cursor.begin(bytes);
  parseIpWords("203.0.113.7", cursor.words);
  cursor.setText(FIELD[field], 1, bytes.length - 3);
  return cursor;
}

describe("a request cursor", () => {
  test("omits what is unknown", () => {
    const cursor = new RequestCursor();
    cursor.source = "access.log";
    cursor.readAt = 5;
    cursor.begin(Buffer.from("x"));
    parseIpWords("2001:db8::1", cursor.words);
    expect(cursor.toEvent()).toStrictEqual({
      kind: "request",
      at: 5,
      ip: "2001:db8::1",
      timeUnknown: true,
      source: "access.log",
    } as never);
    for (const field of REQUEST_TEXTS) expect(cursor.copy(field, new Uint8Array(9), 0, 9)).toBe(-1);
  });

  test("knows nothing of the line before", () => {
    const bytes = Buffer.from("abcdefghij");
    const cursor = new RequestCursor();
    cursor.begin(bytes);
    for (const field of REQUEST_TEXTS) cursor.setText(FIELD[field], 0, 3);
    cursor.time = 1;
    cursor.statusCode = 200;
    cursor.size = 1;
    cursor.requestLine = "malformed";
    cursor.begin(bytes);
    parseIpWords("203.0.113.7", cursor.words);
    expect(Object.keys(cursor.toEvent()).sort()).toEqual(["at", "ip", "kind", "source", "timeUnknown"]);
  });

  test("reads a view of any byte offset", () => {
    const whole = Buffer.from("....GET");
    const cursor = new RequestCursor();
    cursor.begin(new Uint8Array(whole.buffer, whole.byteOffset + 4, 3));
    cursor.setText(FIELD.method, 0, 3);
    expect(cursor.method).toBe("GET");
  });

  test("HTTP/0.9 has a protocol that no line spells", () => {
    const cursor = onField("method", "GET");
    cursor.requestLine = "simple";
    expect(cursor.protocol).toBe("HTTP/0.9");
    const into = Buffer.alloc(8);
    expect(cursor.copy("protocol", into, 0, 8)).toBe(8);
    expect(into.toString()).toBe("HTTP/0.9");
  });
});

describe("a poisoned cursor", () => {
  const READS: readonly Exclude<keyof RequestView, "kind" | "source">[] = [
    ...REQUEST_TEXTS,
    "at",
    "ip",
    "words",
    "status",
    "bytes",
    "malformed",
    "timeUnknown",
  ];

  test.each(READS)("throws on %s", (key) => {
    const cursor = onField("path", "/");
    cursor.requestLine = "simple";
    expect(() => cursor[key]).not.toThrow();
    cursor.poison();
    expect(() => cursor[key]).toThrow("after its line");
  });

  test("throws on copies, and its words are nobody's", () => {
    const cursor = onField("path", "/");
    const { words } = cursor;
    cursor.poison();
    expect(() => cursor.copy("path", new Uint8Array(1), 0, 1)).toThrow("after its line");
    expect(() => cursor.toEvent()).toThrow("after its line");
    expect(Array.from(words)).toEqual(Array(4).fill(0xffffffff));
  });

  test("lives again with the next line", () => {
    const cursor = onField("path", "/");
    cursor.poison();
    cursor.begin(Buffer.from("/next"));
    cursor.setText(FIELD.path, 0, 5);
    expect(cursor.path).toBe("/next");
  });
});

describe("a copy", () => {
  test.each([
    ["/plain", 10, "/plain"],
    ["/plain", 6, "/plain"],
    ["/plain", 3, "/pl"],
    ["/plain", 0, ""],
    ["", 5, ""],
    ["/é", 3, "/é"],
    ["/é", 2, "/"],
    ["/é", 1, "/"],
    ["\\xC3\\xA9x", 2, "é"],
    ["\\xC3\\xA9x", 1, ""],
    ["ab\\x63d", 3, "abc"],
    ["a😀", 4, "a"],
    ["a\\xff", 4, "a\ufffd"],
    ["a\\xff", 3, "a"],
  ])("of %j cut to %d bytes is %j", (text, max, expected) => {
    const into = Buffer.alloc(32, "#");
    const length = onField("path", text).copy("path", into, 2, max);
    expect(into.toString("utf8", 2, 2 + length)).toBe(expected);
  });

  test("is the getter's UTF-8, cut at a character's edge", () => {
    const part = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom("\\xE2\\x9C\\x93", "\\u00e9", "\\n", '\\"', "\\q").map((text) => Buffer.from(text)),
    );
    const field = fc.array(part, { maxLength: 5 }).map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(field, fc.constantFrom(...REQUEST_TEXTS), fc.nat(40), fc.nat(5), (bytes, name, max, at) => {
        const cursor = onField(name, bytes);
        const text = cursor[name] ?? "";
        const into = Buffer.alloc(60, 0xee);
        const length = cursor.copy(name, into, at, max);
        const copied = into.subarray(at, at + length);
        const full = Buffer.from(text);
        expect(copied).toEqual(full.subarray(0, length));
        expect(text.startsWith(copied.toString())).toBe(true);
        expect(length).toBeLessThanOrEqual(max);
        // Nothing more would have fitted: the next character is longer than the room left.
        const next = text.slice(copied.toString().length).codePointAt(0);
        if (next !== undefined)
          expect(length + Buffer.byteLength(String.fromCodePoint(next))).toBeGreaterThan(max);
        expect(into.subarray(0, at).every((byte) => byte === 0xee)).toBe(true);
        expect(into.subarray(at + max).every((byte) => byte === 0xee)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
