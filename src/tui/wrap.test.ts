import { expect, test } from "bun:test";
import fc from "fast-check";
import { wrap } from "./wrap.ts";

test("breaks at blanks, and inside what is longer than a line", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("abcdefgh ij", 3)).toEqual(["abc", "def", "gh", "ij"]);
  expect(wrap("", 5)).toEqual([""]);
  expect(wrap("x", 0)).toEqual([]);
  expect(wrap("one two three", 9, 4)).toEqual(["one", "two three"]);
});

test("loses nothing and stays inside the width", () => {
  const property = fc.property(
    fc.string({ maxLength: 200 }),
    fc.integer({ min: 1, max: 40 }),
    (text, width) => {
      const lines = wrap(text, width);
      expect(lines.every((line) => line.length <= width)).toBe(true);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    },
  );
  fc.assert(property);
});
