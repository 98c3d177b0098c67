import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { cut } from "./words.ts";

test("what a line does not show is cut, and not held on to", () => {
  expect(cut("a".repeat(160))).toBe("a".repeat(160));
  expect(cut("a".repeat(161))).toBe(`${"a".repeat(160)}…`);
  const held = (): number => {
    Bun.gc(true);
    return heapStats().extraMemorySize;
  };
  const before = held();
  const cuts = Array.from({ length: 256 }, (_, i) =>
    cut(`GET ${String.fromCharCode(97 + (i % 26)).repeat(1 << 20)}`),
  );
  // All of them together are 256 MiB.
  expect(held() - before).toBeLessThan(32 << 20);
  expect(new Set(cuts).size).toBe(26);
});
