import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { mix } from "../model/mix.ts";
import { createTracks } from "./tracks.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const SECONDS = 60;
const LENGTH = SECONDS * 1000;
/** A window counts at most this much more than its length: one cell. */
const LONGEST = LENGTH + LENGTH / 7;

interface Counted {
  readonly slot: number;
  readonly at: number;
  readonly n: number;
}

/** Times that mostly move on and sometimes come late, so that windows fill, slide and run out. */
const deeds = fc
  .array(
    fc.record({
      slot: fc.nat(3),
      step: fc.oneof(fc.nat(2000), fc.nat(30_000), fc.nat(200_000)),
      late: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(100_000), weight: 1 }),
      n: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 120 },
  )
  .map((steps) => {
    let now = START;
    return steps.map(({ slot, step, late, n }): Counted => {
      now += step;
      return { slot, at: now - late, n };
    });
  });

/** What lies within `length` before the latest of `all`. */
function naive(all: readonly Counted[], length: number, least = 0): number {
  const latest = Math.max(least, ...all.map(({ at }) => at));
  return all.reduce((sum, { at, n }) => (at >= latest - length ? sum + n : sum), 0);
}

describe("a window", () => {
  test("never misses what came within its seconds, and counts at most a seventh more of time", () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const window = createTracks(4).window(SECONDS);
        const heard: Counted[] = [];
        for (const deed of all) {
          const mine = heard.filter(({ slot }) => slot === deed.slot);
          const isOld = mine.some(({ at }) => at - deed.at > LONGEST);
          const count = window.add(deed.slot, deed.at, deed.n);
          heard.push(deed);
          if (isOld) {
            expect(count).toBe(0);
            continue;
          }
          const now = [...mine, deed];
          const isLate = mine.some(({ at }) => at - deed.at >= LENGTH);
          if (!isLate) expect(count).toBeGreaterThanOrEqual(naive(now, LENGTH));
          expect(count).toBeLessThanOrEqual(naive(now, LONGEST));
        }
      }),
    );
  });

  test("is asked without adding to it, and runs out by time alone", () => {
    fc.assert(
      fc.property(deeds, fc.nat(300_000), (all, silence) => {
        const window = createTracks(4).window(SECONDS);
        for (const { slot, at, n } of all) window.add(slot, at, n);
        for (let slot = 0; slot < 4; slot++) {
          const mine = all.filter((deed) => deed.slot === slot);
          const asked = Math.max(START, ...mine.map(({ at }) => at)) + silence;
          const count = window.count(slot, asked);
          expect(count).toBeGreaterThanOrEqual(naive(mine, LENGTH, asked));
          expect(count).toBeLessThanOrEqual(naive(mine, LONGEST, asked));
          expect(window.count(slot, asked)).toBe(count);
        }
      }),
    );
  });

  test("tells since when it counts", () => {
    const window = createTracks(1).window(SECONDS);
    expect(window.since(0)).toBeNaN();
    window.add(0, START);
    window.add(0, START - 3000);
    window.add(0, START + 5000);
    expect(window.since(0)).toBe(START - 3000);
    window.add(0, START + 10 * LENGTH);
    expect(window.since(0)).toBe(START + 10 * LENGTH);
    window.clear(0);
    expect(window.since(0)).toBeNaN();
    expect(window.count(0, START)).toBe(0);
  });

  test("takes times before 1970 and times far from each other", () => {
    const window = createTracks(2).window(SECONDS);
    for (const at of [-5, -1e15, 0, 1e15, -1]) window.add(0, at);
    expect(window.count(0, 1e15)).toBe(1);
    expect(window.count(1, 1e15)).toBe(0);
  });
});

test("a window that is full stays full", () => {
  const window = createTracks(4, 4).window(SECONDS);
  for (let i = 0; i < 8; i++) window.add(0, START, 2 ** 30);
  expect(window.count(0, START)).toBeGreaterThan(2 ** 31);
});

describe("different things", () => {
  test("are each counted once, and never more than there are", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 100 }), (things) => {
        const distinct = createTracks(1).distinct(SECONDS);
        const different = new Set<number>();
        for (const [i, thing] of things.entries()) {
          const count = distinct.add(0, START + i, thing);
          if (different.has(thing)) expect(count).toBe(0);
          different.add(thing);
          expect(distinct.has(0, thing)).toBe(true);
          expect(distinct.count(0, START + i)).toBeLessThanOrEqual(different.size);
        }
        expect(distinct.count(0, START + things.length)).toBe(different.size);
      }),
    );
  });

  test("run out by time", () => {
    const distinct = createTracks(1).distinct(SECONDS);
    for (let i = 0; i < 5; i++) distinct.add(0, START, i);
    expect(distinct.count(0, START + LENGTH)).toBe(5);
    expect(distinct.since(0)).toBe(START);
    expect(distinct.count(0, START + 2 * LENGTH)).toBe(0);
    expect(distinct.has(0, 3)).toBe(true);
    expect(distinct.has(0, 77)).toBe(false);
    // After that silence what was there before is new.
    expect(distinct.add(0, START + 3 * LENGTH, 3)).toBe(1);
    expect(distinct.has(0, 4)).toBe(false);
  });

  test("without end go on being counted", () => {
    const distinct = createTracks(1).distinct(SECONDS);
    let most = 0;
    for (let i = 0; i < 5000; i++) most = Math.max(most, distinct.add(0, START + i, i));
    expect(most).toBeGreaterThan(1000);
  });

  test("are forgotten when cleared", () => {
    const distinct = createTracks(1).distinct(SECONDS);
    distinct.add(0, START, 1);
    distinct.clear(0);
    expect(distinct.has(0, 1)).toBe(false);
    expect(distinct.add(0, START, 1)).toBe(1);
  });

  test("are told apart as far as was asked for", () => {
    for (const most of [1, 3, 20, 80, 300]) {
      const distinct = createTracks(1).distinct(SECONDS, most);
      for (let i = 1; i <= most; i++) expect(distinct.add(0, START, i)).toBe(i);
      for (let i = 1; i <= most; i++) expect(distinct.add(0, START, i)).toBe(0);
    }
  });

  test("are new again after a silence", () => {
    const distinct = createTracks(1).distinct(SECONDS, 3);
    distinct.add(0, START, 7);
    expect(distinct.add(0, START + LENGTH, 7)).toBe(0);
    expect(distinct.add(0, START + 2 * LENGTH, 7)).toBe(1);
  });

  test("near hashes lie far apart", () => {
    expect(new Set(Array.from({ length: 256 }, (_, i) => mix(i) & 255)).size).toBeGreaterThan(140);
  });
});

describe("growth", () => {
  test("is that since it was first told of within the seconds", () => {
    const growth = createTracks(2).growth(SECONDS);
    expect(growth.add(0, START, 5000)).toBe(1);
    expect(growth.add(0, START + 1000, 5010)).toBe(11);
    expect(growth.add(1, START + 1000, 3)).toBe(1);
    expect(growth.add(0, START + 2000, 5011)).toBe(12);
    // What came in the silence is nobody's.
    expect(growth.add(0, START + 3 * LENGTH, 90_000)).toBe(1);
    expect(growth.add(0, START + 3 * LENGTH + 1, 90_001)).toBe(2);
  });

  test("of a slot that was given to another address begins again", () => {
    const tracks = createTracks(1);
    const growth = tracks.growth(SECONDS);
    growth.add(0, START, 900);
    tracks.release(0);
    expect(growth.add(0, START + 1, 1)).toBe(1);
    expect(growth.add(0, START + 2, 4)).toBe(4);
  });
});

describe("the pool", () => {
  test("a slot given to another address begins with nothing", () => {
    const tracks = createTracks(2);
    const window = tracks.window(SECONDS);
    const distinct = tracks.distinct(SECONDS);
    window.add(1, START, 7);
    distinct.add(1, START, 3);
    tracks.release(1);
    expect(window.count(1, START)).toBe(0);
    expect(distinct.has(1, 3)).toBe(false);
    expect(window.add(1, START)).toBe(1);
    expect(distinct.add(1, START, 3)).toBe(1);
    tracks.release(0);
  });

  test("when all are taken the quietest gives up its own, and nobody else's changes", () => {
    const tracks = createTracks(100, 8);
    const window = tracks.window(SECONDS);
    for (let slot = 0; slot < 8; slot++) window.add(slot, START + 1000 * slot, slot + 1);
    // Now the first is the latest, and the second the quietest.
    window.add(0, START + 9000, 1);
    expect(window.add(50, START + 10_000)).toBe(1);
    expect(window.count(1, START + 10_000)).toBe(0);
    for (const [slot, count] of [
      [0, 2],
      [2, 3],
      [7, 8],
      [50, 1],
    ] as const) {
      expect(window.count(slot, START + 10_000)).toBe(count);
    }
    // What it gave up does not count for it when it comes again.
    expect(window.add(1, START + 11_000)).toBe(1);
  });

  test("serves more addresses than it has tracks without mixing them up", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(19), { maxLength: 200 }), (slots) => {
        const window = createTracks(20, 4).window(SECONDS);
        const times = new Map<number, number>();
        for (const [i, slot] of slots.entries()) {
          times.set(slot, (times.get(slot) ?? 0) + 1);
          const count = window.add(slot, START + i);
          expect(count).toBeGreaterThanOrEqual(1);
          expect(count).toBeLessThanOrEqual(times.get(slot) ?? 0);
        }
      }),
    );
  });
});
