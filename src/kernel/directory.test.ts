import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numberedEntries } from "./directory.ts";

const root = mkdtempSync(join(tmpdir(), "directory-"));
afterAll(() => rmSync(root, { recursive: true }));

describe("numberedEntries", () => {
  test("lists the names that are numbers, over many buffers", () => {
    const path = join(root, "many");
    mkdirSync(path);
    for (let i = 0; i < 1000; i++) writeFileSync(join(path, `${i}`), "");
    for (const name of ["self", "1a", "-1", "1234567890", "net"]) writeFileSync(join(path, name), "");
    const numbers = [...numberedEntries(path)].sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test("an empty directory has none; a missing one throws", () => {
    const path = join(root, "empty");
    mkdirSync(path);
    expect([...numberedEntries(path)]).toEqual([]);
    expect(() => [...numberedEntries(join(root, "none"))]).toThrow("ENOENT");
  });

  test("lists our own process, and closes the directory when left early", () => {
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 100; i++) for (const _ of numberedEntries("/proc")) break;
    expect(readdirSync("/proc/self/fd").length).toBe(before);
    expect([...numberedEntries("/proc")]).toContain(process.pid);
  });
});
