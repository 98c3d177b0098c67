import { afterEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tail } from "./tail.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-follow-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("other paths: the old are let go, an old file is read from its end, a new one from its first byte", async () => {
  const [first, old, born] = ["first.log", "old.log", "born.log"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(first, "");
  writeFileSync(old, "before\n");
  // Births and clocks have their grain.
  await Bun.sleep(50);
  const lines: string[] = [];
  const states: string[] = [];
  const tailer = tail({
    paths: [first],
    fromStart: false,
    pollMs: 60_000,
    watch: false,
    onLine: (file, bytes, start, end) =>
      lines.push(`${file.slice(folder.length + 1)} ${Buffer.from(bytes).toString("utf8", start, end)}`),
    onState: ({ path, status }) => states.push(`${path.slice(folder.length + 1)} ${status}`),
  });
  appendFileSync(first, "one\n");
  tailer.poll();
  await Bun.sleep(50);
  writeFileSync(born, "two\n");
  tailer.follow([old, born], 60_000);
  appendFileSync(first, "unheard\n");
  appendFileSync(old, "three\n");
  tailer.poll();
  tailer.follow([first, old], 30_000);
  appendFileSync(first, "four\n");
  tailer.poll();
  tailer.close();
  expect(lines).toEqual(["first.log one", "born.log two", "old.log three", "first.log four"]);
  expect(states).toContain("first.log gone");
  expect(states.at(-1)).toBe("first.log reading");
});
