import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { ancestors, listProcesses, type Processes, parseStat, terminalName } from "./process-list.ts";

const REST = "S 40 41 41 34817 41 4194304 101 0 0 0 0 0 0 0 20 0 1 0 4396282\n";

test.each([
  ["bash", "bash"],
  ["a) S 1 1 1 0 (b", "a) S 1 1 1 0 (b"],
  ["two\nlines", "two\nlines"],
  ["", ""],
])("a process called %p", (name, comm) => {
  expect(parseStat(`41 (${name}) ${REST}`)).toEqual({ pid: 41, comm, parent: 40, tty: 34_817 });
});

test("no name changes what stands behind it", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 15 }), (name) => {
      expect(parseStat(`41 (${name}) ${REST}`)).toMatchObject({ comm: name, parent: 40, tty: 34_817 });
    }),
  );
});

test.each(["", "41", "41 (bash", "41 (bash) S 40", "x (bash) S 40 41 41 0 41 "])(
  "%p is no process",
  (text) => {
    expect(parseStat(text)).toBeUndefined();
  },
);

test.each([
  [0, ""],
  [0x8803, "pts/3"],
  // Minor 300: its upper bits stand above the major number.
  [0x10882c, "pts/300"],
  // tty1 of the machine itself.
  [0x401, ""],
])("the terminal %d is %p", (tty, name) => {
  expect(terminalName(tty)).toBe(name);
});

function family(...members: readonly (readonly [pid: number, parent: number])[]): Processes {
  return new Map(members.map(([pid, parent]) => [pid, { pid, comm: "sh", parent, tty: 0 }]));
}

test("ancestors end before init, at a process that is gone, and in a ring", () => {
  const of = (processes: Processes, pid: number) => [...ancestors(processes, pid)].map((one) => one.pid);
  expect(of(family([1, 0], [10, 1], [20, 10], [30, 20]), 30)).toEqual([20, 10]);
  expect(of(family([20, 10], [30, 20]), 30)).toEqual([20]);
  expect(of(family(), 30)).toEqual([]);
  expect(of(family([20, 30], [30, 20]), 30).length).toBeLessThan(200);
});

const child = Bun.spawn(["sleep", "30"], { stdin: "ignore" });
afterAll(async () => {
  child.kill();
  await child.exited;
});

test("the processes of this machine", () => {
  const { processes, whole } = listProcesses("/proc");
  expect(whole).toBe(true);
  const told = spawnSync("ps", ["-o", "ppid=", "-p", String(child.pid)], { encoding: "utf8" });
  expect(processes.get(child.pid)).toMatchObject({
    parent: Number(told.stdout),
    comm: readFileSync(`/proc/${child.pid}/comm`, "utf8").trimEnd(),
  });
  expect([...ancestors(processes, child.pid)].map(({ pid }) => pid)).toContain(process.pid);
  expect(() => listProcesses("/nonexistent/nowhere")).toThrow("ENOENT");
});
