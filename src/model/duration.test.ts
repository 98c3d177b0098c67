import { describe, expect, test } from "bun:test";
import { durationWords, lastingWords, parseDuration, spellDuration } from "./duration.ts";

describe("durations", () => {
  test.each([
    ["1s", 1],
    ["30s", 30],
    ["10m", 600],
    ["1h", 3600],
    ["24h", 86_400],
    ["7d", 604_800],
    ["365d", 31_536_000],
    ["permanent", null],
  ] as const)("%s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
    expect(parseDuration(spellDuration(seconds))).toBe(seconds);
  });

  test.each([
    "",
    "0s",
    "1",
    "h",
    "1 h",
    "-1h",
    "1.5h",
    "366d",
    "9999999999s",
    "1w",
    "1H",
    "forever",
    "1h30m",
  ])("%p is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    [-3, "0 s"],
    [42, "42 s"],
    [119, "119 s"],
    [120, "2 min"],
    [600, "10 min"],
    [3600, "1 h"],
    [3599, "1 h"],
    [5400, "1 h 30 min"],
    [86_400, "24 h"],
    [172_800, "2 d"],
    [604_000, "6 d 23 h"],
  ])("%p seconds are %s", (seconds, words) => {
    expect(durationWords(seconds)).toBe(words);
  });

  test("how long a block lasts", () => {
    expect(lastingWords(3600)).toBe("for 1 h");
    expect(lastingWords(null)).toBe("until unblocked");
  });
});
