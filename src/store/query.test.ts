import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { batchOf, DAY, makeDirectory, minuteOf, NOW, visitOf } from "../../test/history-world.ts";
import { parseCidr } from "../model/cidr.ts";
import type { Visit } from "../model/history.ts";
import { atOnce, type Database, openReader, openWriter } from "./database.ts";
import { HISTORY_SORTS, type ListQuery, list, minutesOf, recurring, remembered } from "./query.ts";
import { writeBatch } from "./write.ts";

const directory = makeDirectory();
const path = `${directory.path}/history.db`;
let reader: Database;

/** Numbers of all sizes, so that some are in the indexes of heavy ones and some are not. */
const VISITS: readonly Visit[] = Array.from({ length: 300 }, (_, i) =>
  visitOf(i % 5 === 0 ? `2001:db8::${i.toString(16)}` : `10.${i % 3}.0.${i % 251}`, {
    firstSeen: NOW - (i % 40) * DAY - i,
    lastSeen: NOW - (i % 20) * DAY,
    requests: (i * 7919) % 3000,
    bytes: ((i * 104_729) % 3000) * 10_000,
    inBytes: ((i * 1_299_709) % 3000) * 1000,
    outBytes: ((i * 15_485_863) % 3000) * 10_000,
    authFailures: i % 9 === 0 ? i : 0,
    flagged: i % 11 === 0 ? 1 + (i % 4) : 0,
    rules: i % 11 === 0 ? ["http-probing"] : [],
  }),
);

function write(writer: Database, batch: ReturnType<typeof batchOf>): void {
  atOnce(writer, () => {
    for (const _ of writeBatch(writer, batch, NOW));
  });
}

beforeAll(() => {
  const writer = openWriter(path);
  const blocked = VISITS.slice(0, 7).map(({ ip }) => ip);
  write(writer, batchOf(VISITS, { blocked, minutes: [minuteOf(NOW - DAY), minuteOf(NOW - 2 * DAY)] }));
  write(writer, batchOf(VISITS.slice(0, 90), { session: "two" }));
  write(writer, batchOf(VISITS.slice(0, 30), { session: "three" }));
  writer.close();
  reader = openReader(path);
});

afterAll(() => {
  reader.close();
  directory.remove();
});

const ALL: ListQuery = { flagged: false, sort: "last", limit: 1000 };

describe("a list", () => {
  const keys = {
    last: "lastSeen",
    first: "firstSeen",
    sessions: "sessions",
    requests: "requests",
    bytes: "bytes",
    in: "inBytes",
    out: "outBytes",
    auth: "authFailures",
    flagged: "flagged",
    blocks: "blocks",
  } as const;

  test.each(HISTORY_SORTS.flatMap((sort) => [3, 50, 1000].map((limit) => [sort, limit] as const)))(
    "by %s is that of all, of %i",
    (sort, limit) => {
      const all = remembered(reader, [...new Set(VISITS.map(({ ip }) => ip))]);
      for (const more of [{}, { since: NOW - 5 * DAY }, { within: parseCidr("10.1.0.0/16") }]) {
        const query = { ...ALL, ...more, sort, limit };
        const { rows, total } = list(reader, query);
        const matching = all.filter(
          ({ ip, lastSeen }) =>
            lastSeen >= (query.since ?? 0) && (query.within === undefined || ip.startsWith("10.1.")),
        );
        expect(total).toBe(matching.length);
        if (sort === "ip") continue;
        const values = matching.map((row) => row[keys[sort]]).sort((a, b) => b - a);
        expect(rows.map((row) => row[keys[sort]])).toEqual(values.slice(0, limit));
      }
    },
  );

  test("by address begins with the lowest of a prefix", () => {
    const { rows } = list(reader, { ...ALL, sort: "ip", within: parseCidr("2001:db8::/32"), limit: 3 });
    expect(rows.map(({ ip }) => String(ip))).toEqual(["2001:db8::", "2001:db8::5", "2001:db8::a"]);
  });

  test.each(HISTORY_SORTS)("of the flagged ones, by %s, begins with those of several runs", (sort) => {
    const { rows, total } = list(reader, { ...ALL, flagged: true, sort });
    const all = remembered(reader, [...new Set(VISITS.map(({ ip }) => ip))]);
    expect(total).toBe(all.filter(({ flagged }) => flagged > 0).length);
    const several = rows.map(({ flaggedSessions }) => flaggedSessions > 1);
    expect(several).toEqual(several.toSorted((a, b) => Number(b) - Number(a)));
    expect(several.filter(Boolean)).toHaveLength(recurring(reader, 1000).length);
    expect(several[0]).toBe(true);
  });
});

test("recurring offenders come most often first", () => {
  const runs = recurring(reader, 1000).map(({ flaggedSessions }) => flaggedSessions);
  expect(runs.length).toBeGreaterThan(2);
  expect(runs).toEqual(runs.toSorted((a, b) => b - a));
  expect(Math.min(...runs)).toBe(2);
  expect(Math.max(...runs)).toBe(3);
});

test("minutes come oldest first", () => {
  expect(minutesOf(reader, 0, NOW).map(({ at }) => at)).toEqual([NOW - 2 * DAY, NOW - DAY]);
  expect(minutesOf(reader, NOW - DAY, NOW - DAY)).toEqual([]);
});
