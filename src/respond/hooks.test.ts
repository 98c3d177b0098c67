import { afterAll, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../test/until.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { type ConsoleHook, hookRunner } from "./hooks.ts";

const folder = mkdtempSync(join(tmpdir(), "hooks-"));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;

/** A hook of the lines of a shell, which gets the address as its argument. */
function script(lines: string): ConsoleHook {
  const path = join(folder, `hook-${++made}`);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return hook(path, "{ip}");
}

function hook(program: string, ...words: string[]): ConsoleHook {
  return { key: "1", label: "Test", command: [program, ...words] };
}

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

const ADDRESS = ip("203.0.113.9");

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Runs one to its end. */
async function ran(
  one: ConsoleHook,
  address = ADDRESS,
  time?: number,
): Promise<{ text: string; ends: string[] }> {
  const told = { text: "", ends: [] as string[] };
  const { promise, resolve } = Promise.withResolvers<void>();
  let returned = false;
  const noted: string[] = [];
  hookRunner([one], (argv, ip, words) => noted.push([argv[0], ip, words].join(" ")), time).run(
    0,
    address,
    (text) => {
      expect(returned && told.ends.length === 0).toBe(true);
      told.text += text;
    },
    (words) => {
      expect(returned).toBe(true);
      told.ends.push(words);
      resolve();
    },
  );
  returned = true;
  await promise;
  expect(noted).toEqual([`${one.command[0]} ${address} ${told.ends[0]}`]);
  return told;
}

const runs: [name: string, ConsoleHook, Ip, text: string, end: string][] = [
  [
    "every {ip} of a word, and no other brace",
    hook("printf", "%s|", "{ip}", "a{ip}b{ip}", "{IP}", "{port}", "{ip"),
    ADDRESS,
    "203.0.113.9|a203.0.113.9b203.0.113.9|{IP}|{port}|{ip|",
    "ended with exit code 0",
  ],
  ["IPv6", hook("printf", "%s", "{ip}"), ip("2001:DB8::1"), "2001:db8::1", "ended with exit code 0"],
  [
    "what a shell would read",
    hook("printf", "%s|", "$(id)", "`id`", "; id", "a\"b'c", "*", "~", "$HOME", ""),
    ADDRESS,
    "$(id)|`id`|; id|a\"b'c|*|~|$HOME||",
    "ended with exit code 0",
  ],
  [
    "escapes and what is no UTF-8, as they are",
    script("printf '\\033[31m\\377'; echo no >&2; exit 3"),
    ADDRESS,
    "\u001b[31m\ufffdno\n",
    "ended with exit code 3",
  ],
  ["a signal", script("kill -USR1 $$"), ADDRESS, "", "ended by SIGUSR1"],
  [
    "none of that name",
    hook("nethergaze-has-no-such-program"),
    ADDRESS,
    "",
    "nethergaze-has-no-such-program is not installed",
  ],
  [
    "no such path",
    hook("/nonexistent/x"),
    ADDRESS,
    "",
    "/nonexistent/x, or the program its first line names, is not there",
  ],
];
test.each(runs)("%s", async (_, one, address, text, end) => {
  expect(await ran(one, address)).toEqual({ text, ends: [end] });
});

test("what is no program", async () => {
  const path = join(folder, "text");
  writeFileSync(path, "echo x\n");
  expect((await ran(hook(path))).ends).toEqual([`${path} may not be run: chmod +x?`]);
  chmodSync(path, 0o755);
  expect((await ran(hook(path))).ends).toEqual([
    `${path} is no program: the first line of a script begins with #!`,
  ]);
});

test("a flood is cut", async () => {
  const { text, ends } = await ran(hook("yes", "{ip}"));
  expect({ length: text.length, ends }).toEqual({
    length: 256 << 10,
    ends: ["stopped after 256 KiB of output"],
  });
});

test("at its time it is ended with all that it started, though it ignores SIGTERM", async () => {
  const { text, ends } = await ran(script("trap '' TERM; sleep 600 & echo $$ $!; wait"), ADDRESS, 1000);
  expect(ends).toEqual(["stopped after 1 s"]);
  const pids = text.trim().split(" ").map(Number);
  expect(pids).toHaveLength(2);
  await until(() => !pids.some(alive), "both to end");
});

test("a grandchild that outlives it keeps nobody waiting", async () => {
  const { text, ends } = await ran(script("sleep 600 & echo $!"));
  expect(ends).toEqual(["ended with exit code 0"]);
  await until(() => !alive(Number(text)), "it to end");
});

test("stopped, nothing more is told, and all of it ends", async () => {
  const ready = join(folder, "ready");
  const one = script(`sleep 600 & echo $$ $! > ${ready}; while :; do echo; done`);
  const told: string[] = [];
  const runner = hookRunner([one]);
  const { stop } = runner.run(
    0,
    ADDRESS,
    (text) => told.push(text),
    (words) => told.push(words),
  );
  await until(() => existsSync(ready) && told.length > 0, "its start");
  const before = told.length;
  stop();
  stop();
  const pids = readFileSync(ready, "utf8").trim().split(" ").map(Number);
  await until(() => !pids.some(alive), "both to end");
  // What runs after it has had the time in which more would have come.
  expect((await ran(hook("printf", "x"))).text).toBe("x");
  expect(told.length).toBe(before);
});

test("a few at once, and then again", async () => {
  const runner = hookRunner([hook("sleep", "600"), hook("printf", "x")]);
  const end = (index: number): Promise<string> =>
    new Promise((resolve) => runner.run(index, ADDRESS, () => {}, resolve));
  const running = Array.from({ length: 4 }, () =>
    runner.run(
      0,
      ADDRESS,
      () => {},
      () => {},
    ),
  );
  expect(await end(1)).toBe("not run: 4 others still run");
  expect(await end(7)).toBe("there is no such hook");
  for (const { stop } of running) stop();
  await until(async () => (await end(1)) === "ended with exit code 0", "a place");
});
