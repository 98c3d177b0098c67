import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  bumpSeries,
  bumpWindow,
  clearWindow,
  createSeries,
  createWindows,
  lastMinute,
  seriesAt,
  setSeries,
  sumSeries,
  sumWindow,
} from "./windows.ts";

const NOW = 1_762_549_449;

/** The clock goes on, then something counts `n` at a second around it. */
const program = fc.array(
  fc.record({
    advance: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 100 })),
    offset: fc.integer({ min: -90, max: 6 }),
    n: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 40, size: "max" },
);

test("a window and a series sum what lies inside the asked seconds, in any order of arrival", () => {
  fc.assert(
    fc.property(program, fc.constantFrom(1, 10, 60), (steps, span) => {
      const windows = createWindows(3);
      const series = createSeries();
      const counted: { second: number; n: number }[] = [];
      let now = NOW;
      for (const { advance, offset, n } of steps) {
        now += advance;
        bumpWindow(windows, 1, now + offset, now, n);
        bumpSeries(series, now + offset, now, n);
        counted.push({ second: Math.min(now + offset, now + 4), n });
        const sum = (from: number) =>
          counted.reduce((all, c) => (c.second >= from && c.second <= now ? all + c.n : all), 0);
        expect(sumWindow(windows, 1, now, span)).toBe(sum(now - span + 1));
        expect(sumSeries(series, now, span)).toBe(sum(now - span + 1));
      }
      expect(sumWindow(windows, 0, now, 60) + sumWindow(windows, 2, now, 60)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

describe("a window", () => {
  test("stops at 65,535 a second and starts again when cleared", () => {
    const windows = createWindows(2);
    bumpWindow(windows, 0, NOW, NOW, 65_000);
    bumpWindow(windows, 0, NOW, NOW, 65_000);
    bumpWindow(windows, 1, NOW, NOW, 1);
    expect(sumWindow(windows, 0, NOW, 60)).toBe(65_535);
    clearWindow(windows, 0);
    expect(sumWindow(windows, 0, NOW, 60)).toBe(0);
    expect(sumWindow(windows, 1, NOW, 60)).toBe(1);
  });
});

describe("a series", () => {
  test("a rate stands in every second it was measured over", () => {
    const cases: [since: number, second: number, seconds: number[]][] = [
      [-1, 0, [0]],
      [-3, 0, [-2, -1, 0]],
      // Two measurements in one second: the later one, not their sum.
      [0, 0, [0]],
      [0, 4, [1, 2, 3, 4]],
      [0, 9, [1, 2, 3, 4]],
      [-200, -100, []],
      [-1_000_000_000, 0, Array.from({ length: 60 }, (_, i) => i - 59)],
    ];
    for (const [since, second, seconds] of cases) {
      const series = createSeries();
      for (let i = 0; i < 64; i++) bumpSeries(series, NOW - 63 + i, NOW, 7);
      setSeries(series, NOW + since, NOW + second, NOW, 3);
      const set = Array.from({ length: 64 }, (_, i) => i - 59).filter((i) => seriesAt(series, NOW + i) === 3);
      expect(set).toEqual(seconds);
    }
  });

  test("the last minute is sixty values, the newest last", () => {
    const series = createSeries();
    bumpSeries(series, NOW, NOW, 5);
    bumpSeries(series, NOW - 59, NOW, 2);
    bumpSeries(series, NOW - 60, NOW, 9);
    expect(lastMinute(series, NOW)).toEqual([2, ...Array.from({ length: 58 }, () => 0), 5]);
    expect(lastMinute(series, NOW + 60)).toEqual(Array.from({ length: 60 }, () => 0));
  });

  test("no second, however far, makes it hang", () => {
    for (const second of [0, -1, 8.64e12, -8.64e12, Number.MAX_VALUE, Infinity, -Infinity, NaN]) {
      const series = createSeries();
      const windows = createWindows(1);
      bumpSeries(series, second, second, 1);
      setSeries(series, second, second, second, 1);
      setSeries(series, 0, second, second, 1);
      bumpWindow(windows, 0, second, second, 1);
      expect(sumSeries(series, second, 60)).not.toBeNegative();
      expect(sumWindow(windows, 0, second, 60)).not.toBeNegative();
      expect(lastMinute(series, second)).toHaveLength(60);
    }
  });
});
