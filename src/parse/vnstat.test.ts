import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseVnstat } from "./vnstat.ts";

/** `vnstat --json m -i eth0` of Debian 12's vnStat 2.10. */
const VERSION_2 =
  '{"vnstatversion":"2.10","jsonversion":"2","interfaces":[{"name":"eth0","alias":"","created":{"date":{"year":2026,"month":11,"day":24},"timestamp":1795540971},' +
  '"updated":{"date":{"year":2026,"month":11,"day":24},"time":{"hour":17,"minute":22},"timestamp":1795540971},"traffic":{"total":{"rx":0,"tx":0},"month":[' +
  '{"id":1,"date":{"year":2026,"month":10},"timestamp":1790812800,"rx":5,"tx":7},{"id":2,"date":{"year":2026,"month":11},"timestamp":1793491200,"rx":1234567890123,"tx":340123456789}]}}]}';
/** The same where the daemon has just begun. */
const VERSION_2_NEW =
  '{"vnstatversion":"2.10","jsonversion":"2","interfaces":[{"name":"lo","alias":"","created":{"date":{"year":2026,"month":11,"day":24},"timestamp":1795540755},' +
  '"updated":{"date":{"year":2026,"month":11,"day":24},"time":{"hour":17,"minute":19},"timestamp":1795540755},"traffic":{"total":{"rx":0,"tx":0},"month":[]}}]}';
/** As showjson() and jsonmonths() of vnStat 1 (src/dbjson.c) print it: KiB, newest first. */
const VERSION_1 =
  '{"vnstatversion":"1.18","jsonversion":"1","interfaces":[{"id":"eth0","nick":"eth0","created":{"date":{"year":2018,"month":1,"day":9}},' +
  '"updated":{"date":{"year":2019,"month":1,"day":2},"time":{"hour":9,"minutes":25}},"traffic":{"total":{"rx":593576855,"tx":63746811},"months":[' +
  '{"id":0,"date":{"year":2019,"month":1},"rx":158176326,"tx":7740561},{"id":1,"date":{"year":2018,"month":12},"rx":999999999,"tx":1}]}}]}';

describe("the newest month", () => {
  test.each([
    ["of version 2, in bytes", VERSION_2, "2026-11", 1_234_567_890_123, 340_123_456_789],
    ["of version 1, in KiB", VERSION_1, "2019-01", 158_176_326 * 1024, 7_740_561 * 1024],
  ])("%s", (_, text, month, inBytes, outBytes) => {
    expect(parseVnstat(text)).toEqual({ month, inBytes, outBytes });
  });

  const month = (year: unknown, month: unknown, rx: unknown, tx: unknown = 1) => ({
    date: { year, month },
    rx,
    tx,
  });
  const version = (jsonversion: unknown, traffic: unknown) =>
    JSON.stringify({ jsonversion, interfaces: [{ name: "eth0", traffic }] });
  const two = (...months: unknown[]) => version("2", { month: months });

  test("whatever the order", () => {
    const months = [month(2025, 12, 1), month(2026, 9, 2), month(2026, 10, 3), month(999, 12, 4)];
    for (const turn of [0, 1, 2, 3]) {
      expect(parseVnstat(two(...months.slice(turn), ...months.slice(0, turn)))).toMatchObject({
        month: "2026-10",
      });
    }
  });

  test("none is there yet", () => {
    expect(parseVnstat(VERSION_2_NEW)).toBe("none");
    expect(parseVnstat(version("1", { months: [] }))).toBe("none");
  });

  test("what is no month is passed over", () => {
    const odd = [
      month(2026, 13, 1),
      month(2026, 0, 1),
      month(2026, 1.5, 1),
      month("2026", 12, 1),
      month(10_000, 1, 1),
      month(2026, 12, -1),
      month(2026, 12, "1"),
      month(2026, 12, 2 ** 64),
      month(2026, 12, 1, null),
      { date: null, rx: 1, tx: 1 },
      null,
      7,
      [],
    ];
    expect(parseVnstat(two(...odd, month(2026, 11, 5, 6)))).toEqual({
      month: "2026-11",
      inBytes: 5,
      outBytes: 6,
    });
    expect(parseVnstat(two(...odd))).toBeUndefined();
  });

  test.each([
    ["nothing", ""],
    ["words", "eth0: Not enough data available yet."],
    ["a list", "[]"],
    ["null", "null"],
    ["no interfaces", '{"jsonversion":"2"}'],
    ["an empty list of them", '{"jsonversion":"2","interfaces":[]}'],
    ["an interface that is none", '{"jsonversion":"2","interfaces":[7]}'],
    ["no traffic", '{"jsonversion":"2","interfaces":[{}]}'],
    ["months that are no list", version("2", { month: { 0: month(2026, 1, 1) } })],
    ["the months of the other version", version("2", { months: [month(2026, 1, 1)] })],
    ["a version nobody knows", version("3", { month: [month(2026, 1, 1)] })],
    ["a version of the prototype", version("constructor", { month: [month(2026, 1, 1)] })],
    ["deep nesting", "[".repeat(200_000)],
  ])("%s is not vnstat's answer", (_, text) => {
    expect(parseVnstat(text)).toBeUndefined();
  });

  test("no JSON makes it throw or tell a number that is none", () => {
    const key = fc.constantFrom(
      "date",
      "year",
      "month",
      "months",
      "rx",
      "tx",
      "traffic",
      "interfaces",
      "jsonversion",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 8 },
        fc.constantFrom<unknown>("1", "2", 2026, 11, 0, -1, 1e300, null, ""),
        fc.dictionary(key, tie("tree")),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    }));
    const answer = (value: unknown): void => {
      const found = parseVnstat(JSON.stringify(value));
      if (found === undefined || found === "none") return;
      expect(found.month).toMatch(/^\d{4}-\d{2}$/);
      expect(found.inBytes + found.outBytes).toBeWithin(0, 2 ** 65);
    };
    fc.assert(fc.property(tree, answer));
    fc.assert(
      fc.property(tree, (months) =>
        answer({ jsonversion: "2", interfaces: [{ traffic: { month: months } }] }),
      ),
    );
  });
});
