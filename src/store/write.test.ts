import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { batchOf, makeDirectory, minuteOf, NOW, visitOf } from "../../test/history-world.ts";
import type { HistoryBatch } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import { atOnce, type Database, openReader, openWriter } from "./database.ts";
import { minutesOf, type Remembered, remembered } from "./query.ts";
import { writeBatch } from "./write.ts";

const IP = "192.0.2.1";
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

function write(batch: HistoryBatch): void {
  atOnce(database, () => {
    for (const _ of writeBatch(database, batch, NOW));
  });
}

function known(): Remembered | undefined {
  return remembered(database, [IP as Ip])[0];
}

describe("an address", () => {
  test("was first seen at its earliest, and last at its latest time", () => {
    write(batchOf([visitOf(IP, { firstSeen: NOW - 50, lastSeen: NOW - 40 })]));
    write(batchOf([visitOf(IP, { firstSeen: NOW - 90, lastSeen: NOW - 80 })]));
    expect(known()).toMatchObject({ firstSeen: NOW - 90, lastSeen: NOW - 40 });
    write(batchOf([visitOf(IP, { firstSeen: NOW + 500, lastSeen: NOW + 1000 })]));
    expect(known()).toMatchObject({ firstSeen: NOW - 90, lastSeen: NOW });
  });

  test("keeps its last five paths, the newest first, each once and cut", () => {
    write(batchOf([visitOf(IP, { paths: ["/3", "/2", "/1"] })]));
    write(batchOf([visitOf(IP, { paths: ["/5", "/2", "/4"] })]));
    expect(known()?.paths).toEqual(["/5", "/2", "/4", "/3", "/1"]);
    write(batchOf([visitOf(IP, { paths: [`/${"x".repeat(300)}`, `${"y".repeat(255)}😀`] })]));
    expect(known()?.paths).toEqual([`/${"x".repeat(255)}`, `${"y".repeat(255)}\ufffd`, "/5", "/2", "/4"]);
  });

  test("keeps sixteen rules, those that came first", () => {
    const rules = Array.from({ length: 12 }, (_, i) => `rule-${i}`);
    write(batchOf([visitOf(IP, { flagged: 1, rules: rules.slice(0, 10) })]));
    write(batchOf([visitOf(IP, { flagged: 1, rules })]));
    expect(known()?.rules).toEqual(rules);
    write(batchOf([visitOf(IP, { flagged: 1, rules: rules.map((rule) => `${rule}-b`) })]));
    expect(known()?.rules).toHaveLength(16);
  });

  test("keeps where it comes from until another word of it", () => {
    write(batchOf([visitOf(IP, { country: "DE", org: "Hetzner" })]));
    write(batchOf([visitOf(IP)]));
    expect(known()).toMatchObject({ country: "DE", org: "Hetzner" });
    write(batchOf([visitOf(IP, { country: "FR" })]));
    expect(known()).toMatchObject({ country: "FR", org: "Hetzner" });
  });

  test("has whole numbers that stay exact", () => {
    const odd = { requests: -5, bytes: Number.NaN, inBytes: 1.6, outBytes: Number.POSITIVE_INFINITY };
    write(batchOf([visitOf(IP, odd)]));
    write(batchOf([visitOf(IP, { ...odd, outBytes: 7 })]));
    expect(known()).toMatchObject({
      ...{ requests: 0, bytes: 0, inBytes: 4, outBytes: Number.MAX_SAFE_INTEGER },
    });
  });

  test("has its text as it came, whatever it is", () => {
    const paths = ["/'; DROP TABLE addresses; --", "/\u0000\u001b[2J", "\ud800", "", '/"\\'];
    write(batchOf([visitOf(IP, { paths })]));
    expect(known()?.paths).toEqual(paths);
  });
});

test("a minute adds up, but for its sockets", () => {
  write(batchOf([], { minutes: [minuteOf(60_000), minuteOf(120_000)] }));
  write(batchOf([], { minutes: [minuteOf(60_000, { sockets: 3 })] }));
  expect(minutesOf(database, 0, NOW)).toEqual([
    {
      at: 60_000,
      requests: 2,
      bytes: 4,
      inBytes: 6,
      outBytes: 8,
      authFailures: 10,
      addresses: 12,
      sockets: 7,
    },
    minuteOf(120_000),
  ]);
});

test("names of runs that ended long ago are forgotten", () => {
  for (let i = 0; i < 1100; i++) write(batchOf([], { session: `run ${i}` }));
  expect(database.prepare("SELECT count(*) AS n FROM sessions").get()).toEqual({ n: 1001 });
  write(batchOf([visitOf(IP)], { session: "run 1099" }));
  write(batchOf([visitOf(IP)], { session: "run 1099" }));
  expect(known()?.sessions).toBe(1);
});

test("a reader waits for the first writer, and a database is made but once", () => {
  const path = `${directory.path}/other.db`;
  expect(() => openReader(path)).toThrow();
  openWriter(path).close();
  const again = openWriter(path);
  expect(again.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
  again.close();
  openReader(path).close();
});
