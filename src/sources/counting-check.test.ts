import { describe, expect, test } from "bun:test";
import { createCountingCheck, type Reading, type Seen } from "./counting-check.ts";

const NOTHING: Seen = { frames: 0, packets: 0, counted: 0 };
/** As many as the interface has itself, each by itself. */
const right = (n: number): Seen => ({ frames: n, packets: n, counted: n });
const reading = (fields: Partial<Reading>): Reading => ({ in: NOTHING, out: NOTHING, nonIp: 0, ...fields });

/** What is said after each of so many readings of the same. */
function repeated(
  fields: Partial<Reading>,
  count: number,
  check = createCountingCheck(),
): (string | undefined)[] {
  return Array.from({ length: count }, () => check(reading(fields)));
}

describe("packets", () => {
  const MANY = 20_000;
  test.each<[string, Seen, wrong: boolean]>([
    ["as many as there are", right(MANY), false],
    ["segments that were put together, counted apart", { frames: 700, packets: MANY, counted: MANY }, false],
    ["segments that the interface never had apart", { frames: MANY, packets: 60_000, counted: MANY }, false],
    [
      "anything between the frames and the segments",
      { frames: 5_000, packets: 60_000, counted: MANY },
      false,
    ],
    ["a little fewer", { frames: 19_600, packets: 19_600, counted: MANY }, false],
    ["fewer", { frames: 19_599, packets: 19_599, counted: MANY }, true],
    ["none at all", { frames: 0, packets: 0, counted: MANY }, true],
    ["a little more", { frames: 20_400, packets: 20_400, counted: MANY }, false],
    ["more", { frames: 20_401, packets: 20_401, counted: MANY }, true],
    ["all twice", { frames: 2 * MANY, packets: 2 * MANY, counted: MANY }, true],
    ["what the interface does not have", { frames: MANY, packets: MANY, counted: 0 }, true],
    ["too few packets to tell", { frames: 0, packets: 0, counted: 3_333 }, false],
    ["just enough of them", { frames: 0, packets: 0, counted: 10_000 }, true],
    ["none, of none", NOTHING, false],
    ["fewer, where some may be gone before", { ...right(5_000), counted: MANY, mayMiss: true }, false],
    ["more, where some may be gone before", { ...right(2 * MANY), counted: MANY, mayMiss: true }, true],
    ["more, where some may be gone after", { ...right(2 * MANY), counted: MANY, mayExceed: true }, false],
    ["fewer, where some may be gone after", { ...right(5_000), counted: MANY, mayExceed: true }, true],
  ])("%s", (_, seen, wrong) => {
    for (const way of ["in", "out"] as const) {
      const said = repeated({ [way]: seen }, 3);
      expect(said.slice(0, 2)).toEqual([undefined, undefined]);
      expect(said[2] !== undefined).toBe(wrong);
    }
  });

  test("says what is wrong", () => {
    const fewer = { in: { frames: 90, packets: 100, counted: MANY } };
    expect(repeated(fewer, 3)[2]).toBe("300 packets in counted where the interface has 60000");
    const more = { out: { frames: 2 * MANY, packets: 3 * MANY, counted: MANY } };
    expect(repeated(more, 3)[2]).toBe("120000 packets out counted where the interface has 60000");
  });

  test("of many small readings a window is made of as many as it needs", () => {
    const half = { in: { frames: 500, packets: 500, counted: 1_000 } };
    const said = repeated(half, 13);
    expect(said.slice(0, 11)).toEqual(Array(11).fill(undefined));
    expect(said.slice(11)).toEqual(Array(2).fill("6000 packets in counted where the interface has 12000"));
  });

  test("an interface that tells its counters every other reading is right", () => {
    const check = createCountingCheck();
    for (let i = 0; i < 50; i++) {
      const counted = i % 2 === 0 ? 0 : 2 * MANY;
      expect(check(reading({ in: { frames: MANY, packets: MANY, counted } }))).toBeUndefined();
      const later = i % 2 === 0 ? 2 * MANY : 0;
      expect(check(reading({ out: { frames: MANY, packets: MANY, counted: later } }))).toBeUndefined();
    }
  });

  test("stays wrong until a whole window is right", () => {
    const check = createCountingCheck();
    const wrong = repeated({ in: { ...right(MANY), packets: 0 } }, 3, check)[2];
    expect(wrong).toContain("packets in");
    // Too few packets to say anything else.
    expect(check(reading({ in: right(4_000) }))).toBe(wrong);
    expect(check(reading({}))).toBe(wrong);
    expect(check(reading({ in: right(6_000) }))).toBeUndefined();
    expect(check(reading({ in: right(4_000) }))).toBeUndefined();
  });

  test("what is still wrong is said with its newest numbers", () => {
    const check = createCountingCheck();
    const said = repeated({ in: { ...right(MANY), packets: 0 } }, 7, check);
    const words = "0 packets in counted where the interface has 60000";
    expect(said).toEqual([undefined, undefined, ...Array(5).fill(words)]);
    for (const _ of [1, 2]) check(reading({ in: { ...right(5_000), packets: 7 } }));
    expect(check(reading({}))).toBe("14 packets in counted where the interface has 30000");
  });

  test("one way may be wrong by itself, and each sees all readings", () => {
    const check = createCountingCheck();
    const wrong = { ...right(MANY), packets: 0 };
    expect(repeated({ in: wrong, out: right(MANY) }, 3, check)[2]).toContain("packets in");
    expect(repeated({ in: wrong, out: wrong }, 3, check)[2]).toContain("packets in");
    // The way in is right again: the way out has been wrong as long.
    expect(check(reading({ in: right(MANY) }))).toContain("packets out");
    expect(check(reading({ in: right(MANY), out: wrong }))).toContain("packets out");
    // One wrong reading of 100 is within the tolerance.
    expect(check(reading({ in: right(MANY), out: right(99 * MANY) }))).toBeUndefined();
  });
});

describe("packets that are no IP", () => {
  const of = (share: number, n = 10_000): Reading =>
    reading({ in: right(n / 2), out: right(n / 2), nonIp: share * n });

  test.each<[string, shares: number[], last: boolean]>([
    ["few", [0.01], false],
    ["many from the beginning", [0.55], false],
    ["nearly all from the beginning", [0.65], true],
    ["all from the beginning", [1], true],
    ["some more", [0.01, 0.305], false],
    ["many more", [0.01, 0.315], true],
    ["slowly more", [0.1, 0.35, 0.6, 0.85, 1], false],
    ["fewer", [0.6, 0], false],
    ["suddenly, and then as before", [0.01, 0.9, 0.02], false],
    ["suddenly, and from then on", [0.01, 0.9, 0.9, 0.9], true],
    ["suddenly, and for long", [0.01, ...Array(40).fill(0.9)], false],
    ["all from the beginning, and for long", Array(100).fill(1), true],
    ["suddenly, and then a bit less", [0.01, 0.9, 0.3], false],
  ])("%s", (_, shares, last) => {
    const check = createCountingCheck();
    let said: string | undefined;
    for (const share of shares) said = check(of(share));
    expect(said !== undefined).toBe(last);
  });

  test("says how many, and stays with it until enough came by again", () => {
    const check = createCountingCheck();
    expect(check(of(0.996))).toBe("100 % of the packets are no IP");
    expect(check(of(0, 9_998))).toBe("100 % of the packets are no IP");
    expect(check(of(0, 4))).toBeUndefined();
    expect(check(of(1, 9_998))).toBeUndefined();
  });

  test("what is counted wrong comes first", () => {
    const check = createCountingCheck();
    const said = Array.from({ length: 3 }, () => check({ ...of(1), in: { ...right(10_000), packets: 0 } }));
    expect(said.map((words) => words?.includes("no IP"))).toEqual([undefined, true, false]);
  });
});
