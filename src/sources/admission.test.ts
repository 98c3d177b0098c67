import { expect, test } from "bun:test";
import fc from "fast-check";
import { admissionMask } from "./admission.ts";

const ENTRIES = 65_536;

test.each<[string, { mask?: number; milliseconds?: number; fresh?: number; entries?: number }, number]>([
  ["nobody", {}, 0],
  ["as many as are no flood yet", { fresh: 10_000 }, 0],
  ["one more", { fresh: 10_001 }, 3],
  ["many", { fresh: 40_000 }, 3],
  ["more", { fresh: 40_001 }, 15],
  ["a flood", { fresh: 640_000 }, 63],
  ["a larger one", { fresh: 640_001 }, 255],
  ["the largest", { fresh: 4e9 }, 255],
  ["a mask that is not enough", { mask: 15, fresh: 10_001 }, 63],
  ["a mask that is by far not enough", { mask: 3, fresh: 400_000 }, 255],
  ["no mask beyond the highest", { mask: 255, fresh: 1e6 }, 255],
  ["few in spite of a mask: a step down", { mask: 255, fresh: 0 }, 63],
  ["and down", { mask: 63, fresh: 10_000 }, 15],
  ["to none", { mask: 3, fresh: 7_500 }, 0],
  ["in two seconds", { milliseconds: 2_000, fresh: 20_000 }, 0],
  ["in two seconds, more", { milliseconds: 2_000, fresh: 20_001 }, 3],
  // A shorter window counts as a second.
  ["in half a second", { milliseconds: 500, fresh: 10_000 }, 0],
  ["in no time", { milliseconds: 0, fresh: 10_001 }, 3],
  ["a small table that is nearly full", { fresh: 3_687, entries: 4_096 }, 3],
  ["a small table that is not", { fresh: 3_686, entries: 4_096 }, 0],
  ["a table that filled slowly", { milliseconds: 60_000, fresh: 60_000 }, 3],
])("%s", (_, arrivals, mask) => {
  expect(admissionMask({ mask: 0, milliseconds: 1_000, fresh: 0, entries: ENTRIES, ...arrivals })).toBe(mask);
});

/** Peers that a mask lets in where each of `sources` sends so many packets a window. */
function letIn(sources: number, packets: number, mask: number): number {
  return sources * (1 - (1 - 1 / (mask + 1)) ** packets);
}

test("a flood is held to a few times what is fine, and when it is over all are let in again", () => {
  const sources = fc.integer({ min: 20_000, max: 5_000_000 });
  const clients = fc.integer({ min: 0, max: 9_000 });
  const each = fc.integer({ min: 1, max: 1_000 });
  fc.assert(
    fc.property(sources, clients, each, (forged, honest, packets) => {
      let mask = 0;
      const window = (flood: number): number => {
        const fresh = letIn(flood, 1, mask) + letIn(honest, packets, mask);
        mask = admissionMask({ mask, milliseconds: 1_000, fresh, entries: ENTRIES });
        return fresh;
      };
      window(forged);
      for (let i = 0; i < 20; i++) expect(window(forged)).toBeLessThan(4.1 * 10_000 + honest);
      for (let i = 0; i < 5; i++) window(0);
      expect(mask).toBe(0);
    }),
  );
});
