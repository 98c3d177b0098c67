import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { batchOf, keepHistory, makeDirectory, NOW, visitOf } from "../../test/history-world.ts";
import { until } from "../../test/until.ts";
import type { Ip } from "../model/ip.ts";
import { openReader } from "./database.ts";
import { list, remembered } from "./query.ts";

let directory: ReturnType<typeof makeDirectory>;
let path: string;
let reference: string;

beforeEach(() => {
  directory = makeDirectory();
  path = `${directory.path}/state/history.db`;
  reference = `${directory.path}/theirs.db`;
});

afterEach(() => directory.remove());

type Value = string | number | null | Uint8Array;

/** A database as NetherGaze 0.2 makes it, with these rows. */
function make(rows: readonly (readonly Value[])[]): void {
  const database = new DatabaseSync(reference);
  database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE ip_history (
    ip TEXT PRIMARY KEY, first_seen_ever TEXT NOT NULL, last_seen_ever TEXT NOT NULL,
    total_historical_requests INTEGER DEFAULT 0, total_historical_bytes INTEGER DEFAULT 0,
    sessions_seen INTEGER DEFAULT 1, suspicious_count INTEGER DEFAULT 0,
    country_code TEXT, as_org TEXT, last_paths TEXT)`);
  const insert = database.prepare("INSERT INTO ip_history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const row of rows) insert.run(...row);
  database.close();
}

async function takeOver(known: readonly string[] = []): Promise<string> {
  const kept = keepHistory(path, { reference });
  if (known.length > 0) kept.write(batchOf(known.map((ip) => visitOf(ip, { paths: ["/ours"] }))));
  await until(() => kept.last !== "", "a word");
  await kept.close();
  return kept.last;
}

function found(ip: string) {
  const database = openReader(path);
  try {
    return remembered(database, [ip as Ip])[0];
  } finally {
    database.close();
  }
}

const ROW = ["2025-03-01T10:00:00.123456+00:00", "2026-11-01T12:30:00", 3300, 60_000, 4, 2, "CN", "Chinanet"];

test("times, runs, flags and paths are taken over, once, and never requests or bytes", async () => {
  make([["192.0.2.1", ...ROW, "/a,/b,/c"]]);
  const before = readFileSync(reference);
  expect(await takeOver()).toBe(`up: kept; 1 addresses were taken over from ${reference}`);
  const row = {
    firstSeen: Date.UTC(2025, 2, 1, 10, 0, 0, 123),
    lastSeen: Date.UTC(2026, 10, 1, 12, 30),
    ...{ sessions: 4, requests: 0, bytes: 0, flagged: 2, flaggedSessions: 2, country: "CN", org: "Chinanet" },
    paths: ["/c", "/b", "/a"],
  };
  expect(found("192.0.2.1")).toMatchObject(row);
  expect(await takeOver()).toBe("up: kept");
  expect(found("192.0.2.1")).toMatchObject(row);
  expect(readFileSync(reference).equals(before)).toBe(true);
});

test("what is known already is added to", async () => {
  expect(await takeOver(["192.0.2.1"])).toBe("up: kept");
  make([["192.0.2.1", ...ROW, "/theirs"]]);
  await takeOver();
  expect(found("192.0.2.1")).toMatchObject({
    ...{ firstSeen: Date.UTC(2025, 2, 1, 10, 0, 0, 123), lastSeen: NOW, sessions: 5, requests: 1 },
    ...{ flagged: 2, country: "CN", paths: ["/ours", "/theirs"] },
  });
});

test("only what is what it should be is believed", async () => {
  const long = "x".repeat(5000);
  make([
    ["192.0.2.1 ", ...ROW, ""],
    ["'; --", ...ROW, ""],
    [long, ...ROW, ""],
    ["192.0.2.2", "yesterday", ...ROW.slice(1), ""],
    ["192.0.2.3", new Uint8Array([1, 2]), ...ROW.slice(1), ""],
    ["192.0.2.4", "1969-01-01T00:00:00", ...ROW.slice(1), ""],
    // The zone's sign, a time still to come, and everything else too long or of another type.
    [
      "::ffff:192.0.2.5",
      "2026-11-01T12:00:00+05:30",
      "2999-01-01 00:00:00",
      1,
      1,
      "many",
      -3,
      "china",
      long,
      long,
    ],
  ]);
  expect(await takeOver()).toContain("1 addresses were taken over");
  const database = openReader(path);
  const { rows } = list(database, { flagged: false, sort: "ip", limit: 10 });
  database.close();
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ ip: "192.0.2.5", sessions: 1, flagged: 0, org: "x".repeat(128) });
  expect(rows[0]).toMatchObject({ firstSeen: Date.UTC(2026, 10, 1, 6, 30), lastSeen: NOW });
  expect(rows[0]?.country).toBeUndefined();
  expect(rows[0]?.paths).toEqual(["x".repeat(256)]);
});

test.each([
  ["is no database", () => writeFileSync(reference, "no database at all".repeat(100))],
  [
    "has another table",
    () => {
      const database = new DatabaseSync(reference);
      database.exec("CREATE TABLE other (a)");
      database.close();
    },
  ],
])("a file that %s is told of, and ours is kept all the same", async (_, spoil) => {
  spoil();
  expect(await takeOver(["192.0.2.1"])).toStartWith(`up: kept; ${reference} was not taken over: `);
  expect(found("192.0.2.1")).toMatchObject({ requests: 1 });
});
