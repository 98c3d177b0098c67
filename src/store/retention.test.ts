import { afterEach, beforeEach, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { batchOf, DAY, makeDirectory, NOW, visitOf } from "../../test/history-world.ts";
import { atOnce, type Database, openWriter } from "./database.ts";
import { list } from "./query.ts";
import { tend } from "./retention.ts";
import { writeBatch } from "./write.ts";

let directory: ReturnType<typeof makeDirectory>;
let database: Database;

beforeEach(() => {
  directory = makeDirectory();
  database = openWriter(`${directory.path}/history.db`);
});

afterEach(() => {
  database.close();
  directory.remove();
});

const ALL = { flagged: false, sort: "last", limit: 100_000 } as const;

/** 20,000 addresses, one of a hundred flagged, the first the oldest. */
function fill(): void {
  const visits = Array.from({ length: 20_000 }, (_, i) => {
    const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 0;
    const ip = `${mixed >>> 24}.${(mixed >>> 16) & 255}.${(mixed >>> 8) & 255}.${mixed & 255}`;
    const at = NOW - 30 * DAY + i * 100;
    return visitOf(ip, { firstSeen: at, lastSeen: at, flagged: i % 100 === 0 ? 1 : 0, paths: [`/${i}`] });
  });
  atOnce(database, () => {
    for (const _ of writeBatch(database, batchOf(visits), NOW));
  });
}

function run(megabytes: number, at = NOW, tending = { measured: Number.NEGATIVE_INFINITY }): number {
  let steps = 0;
  for (const _ of tend(database, { days: 365, megabytes }, at, tending)) steps++;
  return steps;
}

function size(): number {
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return statSync(`${directory.path}/history.db`).size;
}

test("what fits is left alone", () => {
  fill();
  run(100);
  expect(list(database, ALL).total).toBe(20_000);
});

test("of a file that is too large the oldest go, in small steps, and the flagged ones stay", () => {
  fill();
  expect(size()).toBeGreaterThan(2e6);
  expect(run(1)).toBeGreaterThan(20);
  const { rows, total } = list(database, ALL);
  expect(total).toBeLessThan(10_000);
  expect(total).toBeGreaterThan(2000);
  expect(rows.filter(({ flagged }) => flagged > 0)).toHaveLength(200);
  const quiet = rows.filter(({ flagged }) => flagged === 0);
  // Those that stayed are the newest: of the quiet ones after the oldest of them nobody is missing.
  const oldest = (Math.min(...quiet.map(({ lastSeen }) => lastSeen)) - (NOW - 30 * DAY)) / 100;
  const after = Array.from({ length: 20_000 - oldest }, (_, i) => oldest + i);
  expect(quiet).toHaveLength(after.filter((i) => i % 100 !== 0).length);
  expect(size()).toBeLessThan(1.3e6);
  expect(database.prepare("SELECT count(*) AS n FROM details").get()).toEqual({ n: total });
});

test("no more go than must, however often it is looked at", () => {
  fill();
  const tending = { measured: Number.NEGATIVE_INFINITY };
  run(1, NOW, tending);
  const { total } = list(database, ALL);
  for (let hour = 1; hour < 20; hour++) run(1, NOW + hour * 3_600_001, tending);
  expect(list(database, ALL).total).toBe(total);
});

test("flagged ones go where there is nobody else", () => {
  const visits = Array.from({ length: 20_000 }, (_, i) =>
    visitOf(`10.${i % 7}.${i >> 8}.${i & 255}`, { flagged: 1, paths: [`/${i}`] }),
  );
  atOnce(database, () => {
    for (const _ of writeBatch(database, batchOf(visits), NOW));
  });
  run(1);
  expect(list(database, ALL).total).toBeLessThan(10_000);
});
