import { expect, test } from "bun:test";
import { fnv1a } from "./fnv1a.ts";

test("is FNV-1a, by the vectors of its authors", () => {
  const unsigned = (text: string) => fnv1a(text) >>> 0;
  expect(unsigned("")).toBe(0x811c9dc5);
  expect(unsigned("a")).toBe(0xe40c292c);
  expect(unsigned("foobar")).toBe(0xbf9cf968);
});

test("takes no longer for a longer text than it reads", () => {
  expect(fnv1a("x".repeat(1_000_000))).toBe(fnv1a("x".repeat(256)));
});
