import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ACTIVITY, createRecords, write } from "./record.ts";
import { bumpStrip, claimStrip, createStrips, ROW, readStrip, releaseStrip, type Strips } from "./strips.ts";

const MINUTE = 29_375_824;
const SLOTS = 12;

/** Strips of which slot 0 has one. */
function claimed(): Strips {
  const strips = createStrips(1, 1);
  claimStrip(strips, 0, createRecords(1));
  return strips;
}

describe("a strip", () => {
  test("is the sixty minutes that end with the one asked for, whatever came late", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ minute: fc.integer({ min: -90, max: 0 }), n: fc.nat({ max: 9 }) }), {
          maxLength: 30,
        }),
        fc.nat({ max: 70 }),
        (bumps, later) => {
          const strips = claimed();
          bumpStrip(strips, 0, ROW.errors, MINUTE, 1);
          for (const { minute, n } of bumps) {
            bumpStrip(strips, 0, ROW.requests, MINUTE + minute, n);
            bumpStrip(strips, 0, ROW.connections, MINUTE + minute, n);
          }
          const at = (i: number) => bumps.filter(({ minute }) => minute === later - 59 + i).map(({ n }) => n);
          const expected = (value: (ns: number[]) => number) =>
            Array.from({ length: 60 }, (_, i) => value(at(i)));
          const strip = readStrip(strips, 0, MINUTE + later);
          expect(strip?.requests).toEqual(expected((ns) => ns.reduce((a, b) => a + b, 0)));
          expect(strip?.connections).toEqual(expected((ns) => Math.max(0, ...ns)));
          expect(strip?.errors.filter((n) => n > 0)).toHaveLength(later < 60 ? 1 : 0);
          expect(Math.max(0, ...(strip?.authFailures ?? []))).toBe(0);
        },
      ),
    );
  });

  test("shows nothing of the minutes that one far ahead pushed out", () => {
    const strips = claimed();
    for (let i = -70; i <= 0; i++) bumpStrip(strips, 0, ROW.requests, MINUTE + i, 1);
    bumpStrip(strips, 0, ROW.requests, MINUTE + 30, 5);
    const shown = readStrip(strips, 0, MINUTE)?.requests;
    expect(shown).toEqual(Array.from({ length: 60 }, (_, i) => (i - 59 > 30 - 64 ? 1 : 0)));
  });

  test("rolls on minute by minute for hours", () => {
    const strips = claimed();
    for (let i = 0; i < 200; i++) {
      bumpStrip(strips, 0, ROW.requests, MINUTE + i, i);
      expect(readStrip(strips, 0, MINUTE + i)?.requests).toEqual(
        Array.from({ length: 60 }, (_, back) => Math.max(0, i - 59 + back)),
      );
    }
  });

  test("stops at 65,535 a minute", () => {
    const strips = claimed();
    bumpStrip(strips, 0, ROW.authFailures, MINUTE, 65_000);
    bumpStrip(strips, 0, ROW.authFailures, MINUTE, 65_000);
    bumpStrip(strips, 0, ROW.connections, MINUTE, 100_000);
    expect(readStrip(strips, 0, MINUTE)?.authFailures.at(-1)).toBe(65_535);
    expect(readStrip(strips, 0, MINUTE)?.connections.at(-1)).toBe(65_535);
  });
});

describe("the pool", () => {
  test("every strip has one owner and every owner one strip, under any program", () => {
    const step = fc.record({
      slot: fc.nat({ max: SLOTS - 1 }),
      activity: fc.nat({ max: 20 }),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 50, size: "max" }),
        fc.integer({ min: 1, max: 6 }),
        (steps, pool) => {
          const strips = createStrips(SLOTS, pool);
          const records = createRecords(SLOTS);
          for (const { slot, activity, release } of steps) {
            write(records, slot, ACTIVITY, activity);
            if (release) releaseStrip(strips, slot);
            else claimStrip(strips, slot, records);
            const owners = [...strips.owner].filter((owner) => owner !== -1);
            const holders = [...strips.of].flatMap((strip, holder) => (strip === -1 ? [] : [holder]));
            expect(owners.sort((a, b) => a - b)).toEqual(holders);
            expect(strips.used).toBe(holders.length);
            for (const holder of holders) expect(strips.owner[strips.of[holder] as number]).toBe(holder);
            if (release) expect(readStrip(strips, slot, MINUTE)).toBeUndefined();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("only the more active takes a strip, from the least active, and starts it empty", () => {
    const strips = createStrips(4, 2);
    const records = createRecords(4);
    [5, 3, 3, 4].forEach((activity, slot) => {
      write(records, slot, ACTIVITY, activity);
    });
    claimStrip(strips, 0, records);
    claimStrip(strips, 1, records);
    bumpStrip(strips, 1, ROW.requests, MINUTE, 8);
    claimStrip(strips, 2, records);
    expect(readStrip(strips, 2, MINUTE)).toBeUndefined();
    claimStrip(strips, 3, records);
    expect(readStrip(strips, 1, MINUTE)).toBeUndefined();
    expect(Math.max(...(readStrip(strips, 3, MINUTE)?.requests ?? [-1]))).toBe(0);
    expect(readStrip(strips, 0, MINUTE)).toBeDefined();
    bumpStrip(strips, 2, ROW.requests, MINUTE, 8);
    expect(Math.max(...(readStrip(strips, 3, MINUTE)?.requests ?? [-1]))).toBe(0);
  });
});
