import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeText } from "../model/escapes.ts";
import { TextCache } from "./text-cache.ts";

test("gives what decoding gives, also when slots are fought over", () => {
  // Four slots and a few letters: most lookups collide, and some fields are too wide.
  const cache = new TextCache(4, 8);
  const field = fc.array(fc.constantFrom("a", "b", "\\x41", "é"), { maxLength: 12 }).map((c) => c.join(""));
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      for (const text of fields) {
        const buffer = Buffer.from(`<${text}>`);
        const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
        const end = buffer.length - 1;
        expect(cache.decode(buffer, view, 1, end)).toBe(decodeText(buffer, 1, end));
      }
    }),
  );
});

test("fields that differ in one byte anywhere are different", () => {
  const cache = new TextCache(1, 64);
  const agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0";
  for (let i = 0; i < agent.length; i++) {
    for (const text of [agent, `${agent.slice(0, i)}#${agent.slice(i + 1)}`]) {
      const buffer = Buffer.from(text);
      const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      expect(cache.decode(buffer, view, 0, buffer.length)).toBe(text);
    }
  }
});
