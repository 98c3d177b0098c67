import { expect, test } from "bun:test";
import { DAY, minuteOf, NOW } from "../../test/history-world.ts";
import type { Minute } from "../model/history.ts";
import { samePast } from "./baseline.ts";

const MINUTE = 60_000;
const YESTERDAY = Math.floor((NOW - DAY) / MINUTE) * MINUTE;

function read(minutes: readonly Minute[]) {
  return async (from: number, to: number) => minutes.filter(({ at }) => at >= from && at < to);
}

test("is the median of five minutes about the same time", async () => {
  const minutes = [-3, -2, -1, 0, 1, 2, 3].map((i) =>
    minuteOf(YESTERDAY + i * MINUTE, { requests: Math.abs(i) > 2 ? 9999 : 10 + i }),
  );
  expect(await samePast(read(minutes), NOW)).toEqual({
    kind: "baseline",
    at: NOW,
    yesterday: minuteOf(YESTERDAY, { requests: 10 }),
  });
});

test("is no less for minutes in which somebody began to watch or ended", async () => {
  const minutes = [-2, -1, 0, 1, 2].map((i) =>
    minuteOf(YESTERDAY + i * MINUTE, { requests: Math.abs(i) === 2 ? 10 : 600 }),
  );
  expect((await samePast(read(minutes), NOW)).yesterday?.requests).toBe(600);
});

test("is of the minutes that are there", async () => {
  const week = YESTERDAY - 6 * DAY;
  const told = await samePast(read([minuteOf(week, { requests: 8 }), minuteOf(week + MINUTE)]), NOW);
  expect(told.lastWeek?.requests).toBe(8);
  expect(told).not.toHaveProperty("yesterday");
  expect(await samePast(read([]), NOW)).toEqual({ kind: "baseline", at: NOW });
});
