import { expect, test } from "bun:test";
import { ip } from "../../test/console/snapshots.ts";
import { append, hookLines, NO_OUTPUT, type Output, writtenLines } from "./hook-run.ts";

const RUN = { id: 1, label: "ping", ip: ip("192.0.2.1"), follows: true };

function all(...texts: readonly string[]): Output {
  return texts.reduce(append, NO_OUTPUT);
}

function shown(output: Output, width: number, end?: string): string[] {
  const run = { ...RUN, output, ...(end !== undefined && { end }) };
  return hookLines(run, width).map((line) =>
    line()
      .map(([text]) => text)
      .join(""),
  );
}

test("lines are whole however the text comes", () => {
  expect(writtenLines(all("a", "b\nc", "\n", "d\r", "\ne"))).toEqual(["ab", "c", "d", "e"]);
  expect(writtenLines(all("a\n", "\n"))).toEqual(["a", ""]);
  expect(writtenLines(all())).toEqual([]);
});

test("tabs become blanks up to the next stop", () => {
  expect(writtenLines(all("Name:\tx\n\ty\n12345678\tz"))).toEqual([
    "Name:   x",
    "        y",
    "12345678        z",
  ]);
});

test("what is written without end is kept by its newest lines, the others are counted and told", () => {
  let output = NO_OUTPUT;
  for (let i = 0; i < 300; i++) output = append(output, `${"line\n".repeat(100)}`);
  expect([output.lines.length, output.dropped]).toEqual([2_000, 28_001]);
  expect(shown(output, 80)[0]).toBe("28,001 earlier lines are not kept");
  const line = `${"x".repeat(4_095)}\n`;
  const wide = append(NO_OUTPUT, line.repeat(1_000));
  expect(wide.lines.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(262_144);
  expect(wide.lines.length + wide.dropped).toBe(1_001);
});

test("a line without an end is broken, and kept within the same bounds", () => {
  let output = NO_OUTPUT;
  for (let i = 0; i < 100; i++) output = append(output, "y".repeat(10_000));
  expect(Math.max(...output.lines.map(({ length }) => length))).toBe(4_096);
  expect(output.lines.join("").length + 4_096 * output.dropped).toBe(1_000_000);
  expect(output.lines.join("").length).toBeLessThanOrEqual(262_144);
});

test("a long line goes on in the next one; nothing written is said", () => {
  expect(shown(all("one two three"), 8)).toEqual(["one two", "three"]);
  expect(shown(NO_OUTPUT, 80)).toEqual(["nothing written yet"]);
  expect(shown(NO_OUTPUT, 80, "ended with exit code 1")).toEqual(["it wrote nothing"]);
});
