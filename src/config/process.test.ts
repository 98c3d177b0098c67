import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFile } from "./process.ts";

const directory = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

test("a file's text and owner", () => {
  const path = file("plain", "é = 1\n");
  const owner = process.geteuid?.() ?? -1;
  expect(readFile(path)).toEqual({ text: "é = 1\n", owner });
  symlinkSync(path, join(directory, "link"));
  expect(readFile(join(directory, "link"))).toEqual({ text: "é = 1\n", owner });
  expect(readFile(file("empty", ""))).toEqual({ text: "", owner });
  expect(readFile(file("full", "#".repeat(2 ** 20)))).toEqual({ text: "#".repeat(2 ** 20), owner });
});

test("what is no file of ours", () => {
  expect(readFile(join(directory, "absent"))).toBeUndefined();
  expect(readFile(join(directory, "plain", "below"))).toBeUndefined();
  expect(readFile(directory)).toEqual({ problem: "not a regular file" });
  expect(readFile("/dev/zero")).toEqual({ problem: "not a regular file" });
  expect(readFile(file("large", "#".repeat(2 ** 20 + 1)))).toEqual({ problem: "larger than 1 MiB" });
  expect(readFile(file("latin", new Uint8Array([0xe9])))).toEqual({ problem: "not UTF-8" });
  expect(readFile("a\0b")).toEqual({ problem: expect.stringContaining("cannot be read") });
});

test("a FIFO does not hang it", () => {
  const path = join(directory, "fifo");
  expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
  expect(readFile(path)).toEqual({ problem: "not a regular file" });
});

test("a file of somebody who keeps it", () => {
  const path = join(directory, "kept");
  mkdirSync(path);
  file("kept/file", "");
  chmodSync(path, 0);
  // Root reads it all the same.
  const expected = process.geteuid?.() === 0 ? { text: "" } : { problem: "no permission to read it" };
  expect(readFile(join(path, "file"))).toMatchObject(expected);
  chmodSync(path, 0o700);
});

test("the words of the command line begin after the program", () => {
  const main = file(
    "main.ts",
    `import { processInput } from "${import.meta.dir}/process.ts";
    const { argv, env, uid } = processInput();
    process.stdout.write(JSON.stringify([argv, env.WORD, uid]));`,
  );
  const child = Bun.spawnSync([process.execPath, main, "--utc", "a b"], { env: { WORD: "x" } });
  expect(JSON.parse(child.stdout.toString())).toEqual([["--utc", "a b"], "x", process.geteuid?.()]);
});
