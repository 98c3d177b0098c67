import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { openBytes } from "./byte-source.ts";
import { linesOf, openLines } from "./line-reader.ts";

const BUFFER = 256 << 10;
const CUT = 64 << 10;

const folder = mkdtempSync(join(tmpdir(), "nethergaze-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, String(files++));
  writeFileSync(path, content);
  return path;
}

/** Every line of a file as latin1, how many were cut, and what the reading ended with. */
async function read(path: string, mayBeRecording = false) {
  const reader = linesOf(await openBytes(path), mayBeRecording);
  const lines: string[] = [];
  let error: unknown;
  for (let found = reader.next(); found !== "end"; found = reader.next()) {
    if (found === "line") lines.push(reader.bytes.toString("latin1", reader.start, reader.end));
    else {
      try {
        await reader.fill();
      } catch (thrown) {
        error = thrown;
        break;
      }
    }
  }
  const { cut, fraction } = reader;
  await reader.close();
  return { lines, cut, fraction, error };
}

describe("lines of a file", () => {
  test.each([
    ["an empty file", "", []],
    ["one newline", "\n", [""]],
    ["no newline at the end", "a\nb", ["a", "b"]],
    ["carriage returns, NUL and bytes that are no UTF-8", "a\r\n\0\n\xff\xfe\n", ["a\r", "\0", "\xff\xfe"]],
    ["the first byte of gzip alone", "\x1f", ["\x1f"]],
  ])("%s", async (_, content, lines) => {
    const bytes = Buffer.from(content, "latin1");
    expect(await read(file(bytes))).toEqual({ lines, cut: 0, fraction: 1, error: undefined });
    expect((await read(file(gzipSync(bytes)))).lines).toEqual(lines);
  });

  const lengths = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 300 }) },
      { weight: 2, arbitrary: fc.constantFrom(CUT, CUT + 1, BUFFER - 2, BUFFER - 1, BUFFER, BUFFER + 1) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * BUFFER }) },
    ),
    { minLength: 1, maxLength: 30 },
  );

  test.each([
    ["plain", (bytes: Buffer) => bytes],
    ["gzip", (bytes: Buffer) => gzipSync(bytes, { level: 1 })],
  ])("of any lengths, %s: whole where they fit the buffer, else their beginnings", async (_, pack) => {
    await fc.assert(
      fc.asyncProperty(lengths, fc.boolean(), async (sizes, ended) => {
        // Each begins with its number, so that none is taken for another.
        const lines = sizes.map((size, n) => String(n).padEnd(size, "x").slice(0, size));
        // What follows the last newline is a line where it is not empty.
        const text = lines.join("\n") + (ended || lines.at(-1) === "" ? "\n" : "");
        const { lines: found, cut } = await read(file(pack(Buffer.from(text))));
        const long = (line: string): boolean => line.length >= BUFFER;
        expect(found).toEqual(lines.map((line) => (long(line) ? line.slice(0, CUT) : line)));
        expect(cut).toBe(lines.filter(long).length);
      }),
      { numRuns: 30 },
    );
  });

  test("of a recording: an event is kept whole up to 16 MiB, any other line is cut", async () => {
    const event = `{"kind":"${"x".repeat(9 << 20)}"}`;
    const large = `{${"x".repeat(17 << 20)}`;
    const lines = ["first", "x".repeat(BUFFER), event, `{${"y".repeat(BUFFER)}`, large, "last"];
    const cuts = ["first", "x".repeat(CUT), event, lines[3], large.slice(0, CUT), "last"];
    for (const content of [lines.join("\n"), gzipSync(lines.join("\n"))]) {
      const { lines: found, cut } = await read(file(content), true);
      expect(found.map((line) => line.length)).toEqual(cuts.map((line) => line?.length ?? 0));
      expect(found.every((line, n) => line === cuts[n])).toBe(true);
      expect(cut).toBe(2);
    }
  });

  test("of gzip members one after the other, as pigz and cat make them", async () => {
    const path = file(Buffer.concat([gzipSync("a\nb"), gzipSync("c\n"), gzipSync("d")]));
    expect((await read(path)).lines).toEqual(["a", "bc", "d"]);
  });

  test("of gzip cut off: those before, then the error", async () => {
    const lines = Array.from({ length: 50_000 }, (_, n) => `${n} ${Math.sin(n)}`);
    const bytes = gzipSync(lines.join("\n"));
    const path = file(bytes);
    truncateSync(path, bytes.length >> 1);
    const { lines: found, error } = await read(path);
    expect(found.length).toBeGreaterThan(10_000);
    expect(found).toEqual(lines.slice(0, found.length));
    expect(error).toBeInstanceOf(Error);
    expect((await read(file(Buffer.from([0x1f, 0x8b, 0, 0])))).error).toBeInstanceOf(Error);
  });

  test("closed in the middle of gzip, nothing is left to fail", async () => {
    const reader = await openLines(file(gzipSync("x".repeat(64 << 20), { level: 1 })));
    await reader.fill();
    await reader.close();
    expect(reader.next()).toBe("more");
  });

  test("what is not there is refused", async () => {
    expect(openLines(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
    expect((await read(folder)).error).toMatchObject({ code: "EISDIR" });
  });
});
