import { describe, expect, test } from "bun:test";
import { Bench } from "../../test/judging.ts";
import { parseSampleLine } from "../../test/sample-line.ts";
import type { Event } from "../model/event.ts";
import { RULE_IDS } from "../model/rules.ts";
import { THRESHOLDS } from "../model/thresholds.ts";
import { RULES } from "./rules.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);

test("every id has one rule, and every threshold is one's, or of all", () => {
  expect(RULES.map(({ id }) => id).sort()).toEqual([...RULE_IDS].sort());
  const used = new Set<string>(RULES.flatMap(({ thresholds }) => thresholds));
  const isShared = (key: string) => ["remember", "hold_down"].includes(key) || key.startsWith("host.");
  expect(Object.keys(THRESHOLDS).filter((key) => !used.has(key) && !isShared(key))).toEqual([]);
});

test.each(RULES)(
  "$id: words, and a score that fits them",
  ({ means, spares, score, most = score, mitre = "T1" }) => {
    for (const text of [means, spares]) expect(text).toMatch(/^[A-Z].*\.$/s);
    expect(score).toBeGreaterThan(0);
    expect(most).toBeGreaterThanOrEqual(score);
    expect(most).toBeLessThanOrEqual(100);
    expect(mitre).toMatch(/^T\d+(?:\.\d{3})?$/);
  },
);

describe("the sample fires it, and one time less does not", () => {
  test.each(RULES.flatMap((rule) => (rule.sample === undefined ? [] : [{ ...rule, sample: rule.sample }])))(
    "$id",
    ({ id, sample: { line, times = 1 } }) => {
      const events = Array.from({ length: times }, (_, i): Event => {
        const event = parseSampleLine(line.replaceAll("{n}", String(i + 1)), START);
        return { ...event, at: START + 1000 * i };
      });
      const ip = (event: Event | undefined) => (event !== undefined && "ip" in event ? event.ip : "");
      const fired = new Bench().feed(...events);
      expect(fired.rules(ip(events[0]))).toContain(id);
      const short = new Bench().feed(...events.slice(1));
      expect(short.rules(ip(events[0]))).not.toContain(id);
    },
  );
});
