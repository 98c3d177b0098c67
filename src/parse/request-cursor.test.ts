import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeText } from "../model/escapes.ts";
import { REQUEST_TEXTS, type RequestText, type RequestView, toEvent } from "../model/event.ts";
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
    expect(toEvent(cursor)).toStrictEqual({
      kind: "request",
      at: 5,
      ip: "2001:db8::1",
      timeUnknown: true,
      source: "access.log",
    } as never);
    expect(new Set(cursor.starts)).toEqual(new Set([-1]));
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
    expect(Object.keys(toEvent(cursor)).sort()).toEqual(["at", "ip", "kind", "source", "timeUnknown"]);
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
    expect(cursor.simple).toBe(true);
    expect(cursor.starts[FIELD.protocol]).toBe(-1);
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

  test("throws on its places, and its words are nobody's", () => {
    const cursor = onField("path", "/");
    const { words } = cursor;
    cursor.poison();
    expect(() => cursor.starts).toThrow("after its line");
    expect(() => cursor.ends).toThrow("after its line");
    expect(() => toEvent(cursor)).toThrow("after its line");
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

describe("the places of the texts", () => {
  test("decode to what the getters give", () => {
    const part = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom("\\xE2\\x9C\\x93", "\\u00e9", "\\n", '\\"', "\\q").map((text) => Buffer.from(text)),
    );
    const field = fc.array(part, { maxLength: 5 }).map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(field, fc.constantFrom(...REQUEST_TEXTS), (bytes, name) => {
        const cursor = onField(name, bytes);
        const start = cursor.starts[FIELD[name]] ?? -1;
        const end = cursor.ends[FIELD[name]] ?? -1;
        expect(decodeText(cursor.buffer, start, end)).toBe(cursor[name] ?? "nothing");
      }),
      { numRuns: 1000 },
    );
  });
});
