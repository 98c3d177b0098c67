import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeText } from "./escapes.ts";

function decode(text: string | Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from("\\"), Buffer.from(text as string), Buffer.from("x20\\")]);
  return decodeText(bytes, 1, bytes.length - 4);
}

describe("the escapes of logs", () => {
  test.each([
    ["plain", "plain"],
    ["", ""],
    ['say \\"hi\\"', 'say "hi"'],
    ["a\\\\b", "a\\b"],
    ["a\\\\x41", "a\\x41"],
    ["\\x41\\x0a", "A\n"],
    ["\\xE2\\x9C\\x93 \\xe2\\x9c\\x93", "✓ ✓"],
    ["\\n\\t\\r\\b\\v\\f", "\n\t\r\b\v\f"],
    ["\\/", "/"],
    ["\\u0041\\u00e9\\u20ac", "Aé€"],
    ["\\ud83d\\ude00", "😀"],
    ["\\ud83d", "\ufffd"],
    ["\\ude00\\ud83d", "\ufffd\ufffd"],
    ["\\ude00\\ude00", "\ufffd\ufffd"],
    ["\\ud83d\\ue000", "\ufffd\ue000"],
    ["\\ud83d\\u0041", "\ufffdA"],
    ["\\ud83d\\x41", "\ufffdA"],
    ["\\xff", "\ufffd"],
    ["\\xE2\\x9C", "\ufffd"],
    ["é\\x21", "é!"],
    ["\\u0000", "\0"],
  ])("%j is %j", (logged, text) => {
    expect(decode(logged)).toBe(text);
  });

  test.each(["\\", "\\q", "\\x", "\\x4", "\\x4g", "\\u12", "\\u12g4", "\\é", "a\\"])("%j stays", (text) => {
    expect(decode(text)).toBe(text);
  });

  test("bytes that are no UTF-8 are replaced as everywhere else (WHATWG)", () => {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const plain = bytes.filter((byte) => byte !== 0x5c);
        const escaped = Array.from(plain, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
        expect(decode(plain)).toBe(decoder.decode(plain));
        expect(decode(escaped)).toBe(decoder.decode(plain));
      }),
    );
  });

  test("JSON strings read as JSON.parse reads them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.boolean(), (text, ascii) => {
        const json = JSON.stringify(text).slice(1, -1);
        const toAscii = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
        expect(decode(ascii ? json.replace(/[^\x20-\x7e]/g, toAscii) : json)).toBe(text.toWellFormed());
      }),
    );
  });

  test("a field of any length", () => {
    const long = "\\x41".repeat(100_000);
    expect(decode(long)).toBe("A".repeat(100_000));
  });
});
