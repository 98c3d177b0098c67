import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../test/until.ts";
import { createLineWriter } from "./line-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-writer-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A line of 1 KiB, its newline included, that tells its number. */
const line = (n: number): string => String(n).padEnd(1023, ".");

/** Both ends of a pipe; the reading one never blocks, the writing one as asked. */
function makePipe(flags = 0): { writing: number; reading: number } {
  const path = join(folder, `pipe-${Math.random()}`);
  spawnSync("mkfifo", [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reading, writing: openSync(path, constants.O_WRONLY | flags) };
}

/** Returns what reads all that is there, and gives everything read so far. */
function collect(fd: number): () => string {
  const piece = Buffer.alloc(1 << 20);
  let text = "";
  return () => {
    try {
      for (let got = -1; got !== 0; text += piece.toString("latin1", 0, got)) got = readSync(fd, piece);
    } catch {
      // EAGAIN: nothing more there just now.
    }
    return text;
  };
}

describe("a line writer", () => {
  test("writes every line, whole and in order, and counts the bytes", async () => {
    const path = join(folder, "file");
    const writer = createLineWriter(openSync(path, "w"), () => {});
    const lines = Array.from({ length: 2000 }, (_, n) =>
      n % 3 === 0 ? "" : `${n} ü\u{1f600} ${"x".repeat(n)}`,
    );
    for (const each of lines) expect(writer.line(each)).toBe(true);
    await writer.flush();
    expect(readFileSync(path, "utf8")).toBe(lines.map((each) => `${each}\n`).join(""));
    expect(writer.written).toBe(readFileSync(path).length);
    expect(writer.dropped).toBe(0);
  });

  test.each([
    ["blocks", 0],
    ["answers EAGAIN", constants.O_NONBLOCK],
  ])(
    "a reader that pauses on a pipe that %s: one gap, counted, and nothing else is missing",
    async (_, flags) => {
      const { reading, writing } = makePipe(flags);
      const writer = createLineWriter(writing, () => {});
      let sent = 0;
      expect(writer.room()).toBeUndefined();
      while (writer.line(line(sent))) sent++;
      expect(sent).toBeGreaterThan(8000);
      expect(sent).toBeLessThan(9000);
      for (let i = 0; i < 99; i++) expect(writer.line("dropped")).toBe(false);
      expect(writer.dropped).toBe(100);
      const room = writer.room();
      expect(room).toBeDefined();
      const collected = collect(reading);
      await until(() => collected() !== "" && writer.room() === undefined, "room");
      await room;
      expect(writer.line(line(sent++))).toBe(true);
      const expected = Array.from({ length: sent }, (_, n) => `${line(n)}\n`).join("");
      await until(() => collected().length >= expected.length, "every line");
      await writer.flush();
      expect(collected() === expected).toBe(true);
      expect(writer.written).toBe(expected.length);
      expect(writer.dropped).toBe(100);
    },
  );

  test("while the reader takes lines again, no more are taken until the queue is half empty", async () => {
    const { reading, writing } = makePipe(constants.O_NONBLOCK);
    const writer = createLineWriter(writing, () => {});
    while (writer.line(line(0)));
    const collected = collect(reading);
    await until(() => collected().length >= 2 << 20, "a quarter of the queue");
    expect(writer.line("still full")).toBe(false);
    await until(() => collected().length >= 5 << 20, "more than half");
    expect(writer.line("taken")).toBe(true);
  });

  test("a reader that leaves ends it quietly, once", async () => {
    const { reading, writing } = makePipe();
    const codes: string[] = [];
    const writer = createLineWriter(writing, (code) => codes.push(code));
    while (writer.line(line(0)));
    const [room, flush] = [writer.room(), writer.flush()];
    closeSync(reading);
    await room;
    await flush;
    expect(codes).toEqual(["EPIPE"]);
    expect(writer.line("nobody reads it")).toBe(true);
    expect(writer.room()).toBeUndefined();
    await writer.flush();
    expect(codes).toEqual(["EPIPE"]);
  });

  test("a full disk is told before the flush ends", async () => {
    let code = "";
    const writer = createLineWriter(openSync("/dev/full", "w"), (told) => {
      code = told;
    });
    writer.line("one");
    await writer.flush();
    expect(code).toBe("ENOSPC");
    expect(writer.written).toBe(0);
  });
});
