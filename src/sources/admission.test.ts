import { expect, test } from "bun:test";
import fc from "fast-check";
import { admissionMask } from "./admission.ts";

const ENTRIES = 65_536;

test.each<[string, { milliseconds?: number; fresh?: number; refused?: number; entries?: number }, number]>([
  ["nobody", {}, 0],
  ["some", { fresh: 9_999 }, 0],
  ["as many as are no flood yet", { fresh: 10_000 }, 0],
  ["one more", { fresh: 10_001 }, 15],
  ["many", { fresh: 50_000 }, 15],
  ["more", { fresh: 50_001 }, 63],
  ["a flood", { fresh: 200_000 }, 63],
  ["a larger one", { fresh: 200_001 }, 255],
  ["the largest", { fresh: 4e9 }, 255],
  ["who was refused came as well", { fresh: 100, refused: 9_901 }, 15],
  ["the few that a mask let in are not all", { fresh: 800, refused: 210_000 }, 255],
  ["in two seconds", { milliseconds: 2_000, fresh: 20_000 }, 0],
  ["in two seconds, more", { milliseconds: 2_000, fresh: 20_001 }, 15],
  // A shorter window counts as a second.
  ["in half a second", { milliseconds: 500, fresh: 10_000 }, 0],
  ["in half a second, more", { milliseconds: 500, fresh: 10_001 }, 15],
  ["in no time", { milliseconds: 0, fresh: 10_000 }, 0],
  ["a small table that is nearly full", { fresh: 3_687, entries: 4_096 }, 15],
  ["a small table that is not", { fresh: 3_686, entries: 4_096 }, 0],
  ["a table that filled slowly", { milliseconds: 60_000, fresh: 60_000 }, 15],
])("%s", (_, arrivals, mask) => {
  expect(admissionMask({ milliseconds: 1_000, fresh: 0, refused: 0, entries: ENTRIES, ...arrivals })).toBe(
    mask,
  );
});

test("more arrivals never let more in, and each mask is one below a power of two", () => {
  const count = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(
      count,
      count,
      count,
      fc.integer({ min: 0, max: 5_000 }),
      (fresh, refused, more, milliseconds) => {
        const few = admissionMask({ milliseconds, fresh, refused, entries: ENTRIES });
        const many = admissionMask({ milliseconds, fresh: fresh + more, refused, entries: ENTRIES });
        expect(many).toBeGreaterThanOrEqual(few);
        expect([0, 15, 63, 255]).toContain(many);
      },
    ),
  );
});
