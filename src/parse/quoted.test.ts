import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { closingQuote } from "./quoted.ts";

/** The same, byte by byte. */
function naive(text: string, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    if (text[i] === '"') return i;
    if (text[i] === "\\") i++;
  }
  return end;
}

describe("the closing quote", () => {
  test("is the first that is not escaped, for every start and end", () => {
    // 0x01, 0x23 and 0x5d differ from the sought bytes in the bit that a carry would flip.
    const byte = fc.constantFrom('"', "\\", "a", "\x01", "#", "]", "\xa2", "\xdc", "!", "\0");
    const text = fc.array(byte, { maxLength: 24 }).map((bytes) => bytes.join(""));
    fc.assert(
      fc.property(text, fc.nat(3), fc.nat(3), (inner, before, after) => {
        const whole = '"'.repeat(before) + inner + '"'.repeat(after);
        const bytes = Buffer.from(whole, "latin1");
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        for (let from = before; from <= before + inner.length; from++) {
          for (const end of [before + inner.length, whole.length]) {
            expect(closingQuote(view, from, end)).toBe(naive(whole, from, end));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("an escape at the very end stays inside", () => {
    const bytes = Buffer.from('ab\\"');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    expect(closingQuote(view, 0, 3)).toBe(3);
    expect(closingQuote(view, 0, 4)).toBe(4);
  });
});
