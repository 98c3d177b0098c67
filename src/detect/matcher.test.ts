import { expect, test } from "bun:test";
import fc from "fast-check";
import { compileMatcher } from "./matcher.ts";

const lower = Uint8Array.from({ length: 256 }, (_, c) => (c >= 0x41 && c <= 0x5a ? c | 0x20 : c));

/** All occurrences, by the obvious way, as `number@end`, in any order. */
function naive(needles: readonly string[], text: string): string[] {
  const folded = text.toLowerCase();
  return needles
    .flatMap((needle, number) => {
      const ends: string[] = [];
      for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + 1)) {
        ends.push(`${number}@${at + needle.length}`);
      }
      return ends;
    })
    .sort();
}

function found(needles: readonly string[], text: string): string[] {
  const matcher = compileMatcher(
    needles.map((needle) => Buffer.from(needle)),
    lower,
  );
  const bytes = Buffer.from(`zz${text}zz`);
  const hits: string[] = [];
  matcher.scan(bytes, 2, bytes.length - 2, (number, to) => hits.push(`${number}@${to - 2}`));
  return hits.sort();
}

test("needles within needles, across needles, twice the same", () => {
  const needles = ["he", "she", "his", "hers", "he", "s"];
  expect(found(needles, "usHERS hershe")).toEqual(naive(needles, "usHERS hershe"));
  expect(found(needles, "ushers")).toEqual(["0@4", "1@4", "3@6", "4@4", "5@2", "5@6"]);
});

test("finds exactly what indexOf finds", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "A", "/", "."), maxLength: 60 });
  const needle = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(needle, { minLength: 1, maxLength: 12 }), letters, (needles, text) => {
      expect(found(needles, text)).toEqual(naive(needles, text));
    }),
  );
});

test("a needle that is empty is refused", () => {
  expect(() => compileMatcher([new Uint8Array(0)], lower)).toThrow(RangeError);
});

test("more different bytes than the table is wide are refused", () => {
  expect(() => compileMatcher([Uint8Array.from({ length: 128 }, (_, i) => i + 128)], lower)).toThrow(
    RangeError,
  );
  expect(() => compileMatcher([Uint8Array.from({ length: 127 }, (_, i) => i + 128)], lower)).not.toThrow();
});
