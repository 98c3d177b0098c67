import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cityDatabase } from "../../test/geo-databases.ts";
import { openGeoDatabase } from "./geo-database.ts";
import { swapIn } from "./geo-swap.ts";

const LIMIT = 2 ** 20;
const NEW = cityDatabase(Date.UTC(2026, 10, 1));

let directory = "";
let path = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nethergaze-swap-"));
  path = join(directory, "city.mmdb");
  writeFileSync(path, "old");
});
afterEach(() => rmSync(directory, { recursive: true }));

function swap(
  pieces: Iterable<Uint8Array>,
  judge = (next: string) => ({ database: openGeoDatabase(readFileSync(next)), better: true }),
  signal = new AbortController().signal,
) {
  async function* body() {
    yield* pieces;
  }
  return swapIn(path, { url: "http://geo/x", body: body() }, async (next) => judge(next), signal, LIMIT);
}

function unchanged(): void {
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(directory)).toEqual(["city.mmdb"]);
}

test("puts the new one in its place", async () => {
  const result = await swap([gzipSync(NEW)]);
  expect(result).toMatchObject({ kind: "swapped", bytes: NEW.length });
  expect(readFileSync(path)).toEqual(NEW);
  expect(readdirSync(directory)).toEqual(["city.mmdb"]);
});

test("what is no better is not put there", async () => {
  const result = await swap([gzipSync(NEW)], () => ({ database: openGeoDatabase(NEW), better: false }));
  expect(result.kind).toBe("kept");
  unchanged();
});

test("what unpacks to more than a disk may hold is given up", async () => {
  const bomb = gzipSync(Buffer.alloc(LIMIT + 1));
  expect(bomb.length).toBeLessThan(LIMIT / 500);
  const failed = await swap([bomb]).catch((error: unknown) => error);
  expect(String(failed)).toContain("http://geo/x: it is larger than 1 MiB");
  unchanged();
});

test("what comes without end and unpacks to nothing is given up", async () => {
  function* endless() {
    yield gzipSync("").subarray(0, 10);
    // Stored blocks of no bytes (RFC 1951, 3.2.4).
    for (;;)
      yield Buffer.from(
        [0, 0, 0, 0xff, 0xff].concat(...Array.from({ length: 999 }, () => [0, 0, 0, 0xff, 0xff])),
      );
  }
  const failed = await swap(endless()).catch((error: unknown) => error);
  expect(String(failed)).toContain("http://geo/x: it is larger than 1 MiB");
  unchanged();
});

test("interrupted after the last byte it does not swap", async () => {
  const interrupted = new AbortController();
  const judge = () => {
    interrupted.abort();
    return { database: openGeoDatabase(NEW), better: true };
  };
  const failed = await swap([gzipSync(NEW)], judge, interrupted.signal).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  unchanged();
});

test("a link in its way leads nowhere", async () => {
  const elsewhere = join(directory, "elsewhere");
  writeFileSync(elsewhere, "mine");
  symlinkSync(elsewhere, `${path}.part`);
  await swap([gzipSync(NEW)]);
  expect(readFileSync(elsewhere, "utf8")).toBe("mine");
  expect(readFileSync(path)).toEqual(NEW);
});
