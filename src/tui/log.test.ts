import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { alert, request } from "../../test/console/snapshots.ts";
import type { LiveLine } from "../model/snapshot.ts";
import { append, EMPTY, following, moveBy, moveTo, opened, readable, topOf } from "./log.ts";

function lines(from: number, to: number): LiveLine[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    seq: from + i,
    event: request("192.0.2.7", `/${from + i}`),
  }));
}

describe("what is readable", () => {
  test("is all of it where it fits", () => {
    const batch = { lines: lines(1, 10), alerts: [], skipped: 0 };
    expect(readable(batch, 10, 3)).toEqual(batch);
  });

  test("is a few, evenly picked, the newest among them, and nothing uncounted", () => {
    const property = fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.nat({ max: 10_000 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (count, skipped, holds, few) => {
        const all = lines(1, count);
        const shown = readable({ lines: all, alerts: [], skipped }, holds, few);
        expect(shown.lines.length + shown.skipped).toBe(count + skipped);
        expect(shown.lines.at(-1)).toEqual(all.at(-1) as LiveLine);
        if (count > holds || skipped > 0) expect(shown.lines.length).toBe(Math.min(count, few));
        const seqs = shown.lines.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      },
    );
    fc.assert(property);
  });
});

describe("the log", () => {
  test("has a mark where lines were left out, and says of how many each one is", () => {
    const log = append(
      append(EMPTY, { lines: lines(1, 2), alerts: [], skipped: 0 }, 10),
      { lines: lines(3, 4), alerts: [], skipped: 6 },
      10,
    );
    expect(log.lines.map((line) => ("seq" in line ? line.seq : `-${line.skipped}`))).toEqual([
      1,
      2,
      "-6",
      3,
      4,
    ]);
    expect(log.oneIn).toBe(4);
  });

  test("has one mark for gaps that follow one another, and takes no line's place with them", () => {
    let log = append(EMPTY, { lines: lines(1, 3), alerts: [], skipped: 0 }, 4);
    for (let i = 0; i < 50; i++) log = append(log, { lines: [], alerts: [], skipped: 2 }, 4);
    expect(log.lines.map((line) => ("seq" in line ? line.seq : `-${line.skipped}`))).toEqual([
      1,
      2,
      3,
      "-100",
    ]);
    expect(
      append(append(log, { lines: [], alerts: [], skipped: 0 }, 4), { lines: [], alerts: [], skipped: 0 }, 4)
        .oneIn,
    ).toBe(1);
  });

  test("says of a new question how many earlier lines nobody looked at", () => {
    expect(opened({ lines: lines(8, 9), alerts: [], skipped: 7 }, 10).lines[0]).toEqual({ skipped: 7 });
    expect(opened({ lines: lines(1, 2), alerts: [], skipped: 0 }, 10).lines.length).toBe(2);
    const later = append(
      opened({ lines: [], alerts: [], skipped: 7 }, 10),
      { lines: lines(9, 9), alerts: [], skipped: 3 },
      10,
    );
    expect(later.lines.slice(0, 2)).toEqual([{ skipped: 7 }, { skipped: 3, oneIn: 4 }]);
  });

  test("counts what was only left out while it is stopped", () => {
    const stopped = moveTo(append(EMPTY, { lines: lines(1, 5), alerts: [], skipped: 0 }, 10), 4, 3);
    const later = append(stopped, { lines: [], alerts: [], skipped: 7 }, 10);
    expect([later.waiting, later.lines.length, following(later, 10).lines.length]).toEqual([7, 5, 6]);
  });

  test("stops on a line, scrolls no further than needed, and follows past its end", () => {
    const log = append(EMPTY, { lines: lines(1, 10), alerts: [], skipped: 0 }, 50);
    expect(topOf(log, 4)).toBe(6);
    const up = moveBy(log, -1, 4, 50);
    expect([up.at, up.top]).toEqual([8, 6]);
    const page = moveBy(up, -3, 4, 50);
    expect([page.at, page.top]).toEqual([5, 5]);
    expect(moveBy(page, Number.NEGATIVE_INFINITY, 4, 50)).toMatchObject({ at: 0, top: 0 });
    expect(moveBy(page, 4, 4, 50)).toMatchObject({ at: 9, top: 6 });
    expect(moveBy(page, 5, 4, 50).at).toBeUndefined();
    expect(moveBy(log, 1, 4, 50)).toEqual(following(log, 50));
  });
});

describe("alerts", () => {
  const VISITOR = "192.0.2.7";

  test("stand each behind the lines that it was raised after, in their order, none lost and none twice", () => {
    const property = fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.array(fc.nat({ max: 70 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.nat({ max: 100 }),
      (count, places, few, skipped) => {
        const alerts = places.toSorted((a, b) => a - b).map((after, i) => alert(i + 1, after, VISITOR));
        const batch = readable({ lines: lines(1, count), alerts, skipped }, 10, few);
        const { lines: entries } = append(EMPTY, batch, 1_000);
        expect(entries.filter((entry) => "alert" in entry)).toEqual(alerts);
        expect(entries.filter((entry) => "event" in entry)).toEqual([...batch.lines]);
        for (const [i, entry] of entries.entries()) {
          if (!("alert" in entry)) continue;
          const isBefore = (other: (typeof entries)[number]) => "event" in other && other.seq <= entry.after;
          const isAfter = (other: (typeof entries)[number]) => "event" in other && other.seq > entry.after;
          expect(entries.slice(0, i).some(isAfter)).toBe(false);
          expect(entries.slice(i).some(isBefore)).toBe(false);
        }
      },
    );
    fc.assert(property);
  });

  test("that come alone are shown, and say nothing of how many lines there are for each", () => {
    const busy = append(EMPTY, { lines: lines(1, 2), alerts: [], skipped: 6 }, 10);
    const log = append(busy, { lines: [], alerts: [alert(1, 8, VISITOR)], skipped: 0 }, 10);
    expect([log.oneIn, log.lines.length]).toEqual([1, 4]);
  });

  test("wait with the lines while the panel is stopped, and are counted", () => {
    const stopped = moveTo(append(EMPTY, { lines: lines(1, 5), alerts: [], skipped: 0 }, 10), 4, 3);
    const later = append(stopped, { lines: lines(6, 6), alerts: [alert(1, 5, VISITOR)], skipped: 0 }, 10);
    expect([later.waiting, later.lines.length]).toEqual([2, 5]);
    expect(following(later, 10).lines.slice(5)).toEqual([alert(1, 5, VISITOR), ...lines(6, 6)]);
  });
});
