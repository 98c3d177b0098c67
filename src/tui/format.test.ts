import { describe, expect, test } from "bun:test";
import {
  byteRate,
  bytes,
  clock,
  clockOn,
  duration,
  grouped,
  monthOf,
  short,
  shortAddress,
} from "./format.ts";

describe("numbers", () => {
  const shorts: readonly (readonly [number, string])[] = [
    [0, "0"],
    [-5, "0"],
    [Number.NaN, "0"],
    [0.4, "0"],
    [7, "7"],
    [999, "999"],
    [999.6, "1.0k"],
    [1_204, "1.2k"],
    [12_400, "12.4k"],
    [99_940, "99.9k"],
    [99_960, "100k"],
    [999_499, "999k"],
    [999_600, "1.0M"],
    [3_100_000, "3.1M"],
    [88_400_000_000, "88.4G"],
    [Number.MAX_SAFE_INTEGER, "9.0P"],
  ];
  for (const [value, expected] of shorts) {
    test(`short(${value}) is ${expected}`, () => expect(short(value)).toBe(expected));
  }

  test("a number below a million million million has at most five characters", () => {
    for (let value = 1; value < 1e17; value *= 1.37) expect(short(value).length).toBeLessThanOrEqual(5);
  });

  test("bytes have a unit at any size", () => {
    expect([0, 512, 999.7, 5_120].map(bytes)).toEqual(["0", "512B", "1.0k", "5.1k"]);
    expect(byteRate(12_400_000)).toBe("12.4M/s");
  });

  test("thousands stand apart", () => {
    expect([0, 999, 1_204, 1_240_123].map(grouped)).toEqual(["0", "999", "1,204", "1,240,123"]);
  });
});

describe("times", () => {
  const durations: readonly (readonly [number, string])[] = [
    [-1, "0s"],
    [45.9, "45s"],
    [125, "2m 5s"],
    [3_660, "1h 1m"],
    [12 * 86_400 + 4 * 3_600 + 59, "12d 4h"],
  ];
  for (const [seconds, expected] of durations) {
    test(`${seconds} s are ${expected}`, () => expect(duration(seconds)).toBe(expected));
  }

  const noon = Date.UTC(2026, 10, 24, 12, 0, 5);

  test("a clock in UTC", () => expect(clock(noon, true)).toBe("12:00:05"));

  test("the month in the host's zone", () => {
    expect(monthOf(new Date(2026, 10, 1).getTime())).toBe("2026-11");
    expect(monthOf(new Date(2026, 10, 1).getTime() - 1)).toBe("2026-10");
    expect(monthOf(Number.NaN)).toBe("");
  });

  test("a clock in the host's zone", () => {
    expect(clock(new Date(2026, 6, 1, 23, 59, 1).getTime(), false)).toBe("23:59:01");
  });

  test("a time that no calendar has", () => expect(clock(1e300, true)).toBe("--:--:--"));

  test("the day is said where it is another one", () => {
    expect(clockOn(noon, noon + 1, true)).toBe("12:00:05");
    expect(clockOn(noon - 86_400_000, noon, true)).toBe("2026-11-23 12:00:05");
    expect(clockOn(Number.NaN, noon, true)).toBe("--:--:--");
  });
});

test("a long address keeps both ends", () => {
  expect(shortAddress("198.51.100.164", 15)).toBe("198.51.100.164");
  expect(shortAddress("2a01:4f8:c2c:1234:5678:9abc:def0:17", 18)).toBe("2a01:4f8:c2…ef0:17");
});
