import { afterAll, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../test/until.ts";
import {
  type Ending,
  type FollowLimits,
  follow,
  type Heard,
  type ListenLimits,
  listen,
  type Outcome,
  type RunLimits,
  run,
} from "./programs.ts";

const folder = mkdtempSync(join(tmpdir(), "programs-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program of the lines of a shell. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function alive(pid: number): boolean {
  try {
    // A zombie that nobody waited for yet is dead.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const LIMITS: RunLimits = { time: 10_000, stdout: 1 << 20 };

test("what it wrote, with arguments that no shell reads", async () => {
  const words = ["%s|", "$(id)", "; echo 'x' `y`", "", "a b", "*"];
  expect(await run(["printf", ...words], LIMITS)).toEqual({
    kind: "done",
    stdout: words
      .slice(1)
      .map((word) => `${word}|`)
      .join(""),
  });
});

test("a fixed environment, no input, the root directory, a session of its own", async () => {
  process.env.NETHERGAZE_SECRET = "x";
  const path = program("world", "env; pwd; wc -c; ps -o sid= -p $$; echo $$");
  const outcome = await run([path], LIMITS);
  delete process.env.NETHERGAZE_SECRET;
  const lines = outcome.kind === "done" ? outcome.stdout.trim().split("\n") : [];
  const [directory, input, session, pid] = lines.splice(-4).map((line) => line.trim());
  expect([directory, input]).toEqual(["/", "0"]);
  expect(session).toBe(pid as string);
  // PWD, SHLVL and _ are the shell's own.
  const names = lines
    .map((line) => line.split("=")[0])
    .filter((name) => !/^(?:PWD|OLDPWD|SHLVL|_)$/.test(name ?? ""));
  expect(names.sort()).toEqual(["LC_ALL", "PATH"]);
});

const endings: [string, string, Outcome][] = [
  ["nothing written", "", { kind: "done", stdout: "" }],
  ["what is no UTF-8", "printf '\\377x'", { kind: "done", stdout: "\ufffdx" }],
  [
    "an exit code and a reason",
    "echo out; printf '\\n  Error: no\\nmore' >&2; exit 3",
    { kind: "failed", code: 3, reason: "Error: no" },
  ],
  ["an exit code alone", "exit 1", { kind: "failed", code: 1, reason: "" }],
  ["a reason on stdout", "echo; echo 'Error: no'; exit 1", { kind: "failed", code: 1, reason: "Error: no" }],
  ["a signal", "kill -TERM $$", { kind: "failed", code: "SIGTERM", reason: "" }],
  ["much on stderr", "yes | head -c 300000 >&2; echo fine", { kind: "done", stdout: "fine\n" }],
  [
    "a complaint without end",
    "yes x | tr -d '\\n' | head -c 300000 >&2; exit 1",
    { kind: "failed", code: 1, reason: "x".repeat(400) },
  ],
];
test.each(endings)("%s", async (name, script, outcome) => {
  expect(await run([program(name.replaceAll(" ", "-"), script)], LIMITS)).toEqual(outcome);
});

test.each(["nethergaze-has-no-such-program", join(folder, "none")])("absent: %p", async (name) => {
  expect(await run([name], LIMITS)).toEqual({ kind: "absent" });
});

test("what cannot be started is told", async () => {
  const path = join(folder, "data");
  writeFileSync(path, "");
  expect(await run([path], LIMITS)).toMatchObject({ kind: "failed", code: "EACCES" });
  expect(await run(["printf", "a\0b"], LIMITS)).toMatchObject({ kind: "failed" });
});

test("more than may be written ends it", async () => {
  const started = performance.now();
  expect(await run(["yes"], LIMITS)).toEqual({ kind: "too-long" });
  expect(await run(["printf", "12345"], { ...LIMITS, stdout: 4 })).toEqual({ kind: "too-long" });
  expect(await run(["printf", "1234"], { ...LIMITS, stdout: 4 })).toEqual({ kind: "done", stdout: "1234" });
  expect(performance.now() - started).toBeLessThan(LIMITS.time);
});

test("at its time it is killed with all that it started", async () => {
  const pids = join(folder, "pids");
  const path = program("slow", `trap '' TERM HUP; sleep 600 & echo $$ $! > ${pids}; wait`);
  expect(await run([path], { ...LIMITS, time: 1_000 })).toEqual({ kind: "timed-out" });
  const started = readFileSync(pids, "utf8").trim().split(" ").map(Number);
  expect(started).toHaveLength(2);
  await until(() => !started.some(alive), "both to end");
});

test("one that leaves another behind with its pipes takes no longer than its time", async () => {
  const path = program("parent", "sleep 600 & echo done");
  expect(await run([path], { ...LIMITS, time: 300 })).toEqual({ kind: "timed-out" });
});

test("whoever asked may end it", async () => {
  const ready = join(folder, "ready");
  const controller = new AbortController();
  const answer = run([program("long", `echo > ${ready}; sleep 600`)], {
    ...LIMITS,
    signal: controller.signal,
  });
  await until(() => existsSync(ready), "its start");
  controller.abort();
  expect(await answer).toEqual({ kind: "failed", code: "SIGKILL", reason: "" });
  expect(await run(["sleep", "600"], { ...LIMITS, signal: controller.signal })).toMatchObject({
    kind: "failed",
    code: "SIGKILL",
  });
});

/** All lines of a program, and how it ended. */
async function followed(script: string, limits: FollowLimits): Promise<{ lines: string[]; ending: Ending }> {
  const lines: string[] = [];
  const ending = await follow([program("followed", script)], (line) => lines.push(line), limits);
  return { lines, ending };
}

const LINE: FollowLimits = { line: 10 };

const followings: [string, string, string[], Ending][] = [
  ["nothing written", "", [], { kind: "done" }],
  ["lines, empty ones too", "printf 'a\\n\\nb\\n'", ["a", "", "b"], { kind: "done" }],
  [
    "a line in pieces",
    "printf ab; sleep 0.1; printf 'c\\nd'; sleep 0.1; echo",
    ["abc", "d"],
    { kind: "done" },
  ],
  ["an end without a newline", "printf 'a\\nhalf'", ["a"], { kind: "done" }],
  ["a line as long as may be", "echo 0123456789; echo a", ["0123456789", "a"], { kind: "done" }],
  ["a longer one, cut", "echo 0123456789a; echo b", ["0123456789", "b"], { kind: "done" }],
  [
    "one of many pieces, cut",
    "yes x | tr -d '\\n' | head -c 300000; echo; echo b",
    ["xxxxxxxxxx", "b"],
    { kind: "done" },
  ],
  ["what is no UTF-8", "printf '\\377x\\n'", ["\ufffdx"], { kind: "done" }],
  [
    "an exit code and a reason",
    "echo out; printf '\\nno\\nmore\\n' >&2; exit 3",
    ["out"],
    { kind: "failed", code: 3, reason: "no" },
  ],
  ["a signal", "echo out; kill -KILL $$", ["out"], { kind: "failed", code: "SIGKILL", reason: "" }],
];
test.each(followings)("followed: %s", async (_, script, lines, ending) => {
  expect(await followed(script, LINE)).toEqual({ lines, ending });
});

test("followed: none of that name", async () => {
  expect(await follow(["nethergaze-has-no-such-program"], () => {}, LINE)).toEqual({ kind: "absent" });
});

test("a program that is followed is heard while it runs, and killed with all that it started", async () => {
  const controller = new AbortController();
  const lines: string[] = [];
  const path = program("endless", "trap '' TERM HUP; sleep 600 & echo $$ $!; wait");
  const ending = follow([path], (line) => lines.push(line), { line: 100, signal: controller.signal });
  await until(() => lines.length === 1, "its line");
  const started = String(lines[0]).split(" ").map(Number);
  expect(started.map(alive)).toEqual([true, true]);
  controller.abort();
  expect(await ending).toEqual({ kind: "failed", code: "SIGKILL", reason: "" });
  await until(() => !started.some(alive), "both to end");
  expect(await followed("sleep 600", { ...LINE, signal: controller.signal })).toEqual({
    lines: [],
    ending: { kind: "failed", code: "SIGKILL", reason: "" },
  });
});

/** All that a program wrote, in pieces, and how it ended. */
async function listened(
  script: string,
  limits: Partial<ListenLimits> = {},
): Promise<{ pieces: string[]; heard: Heard }> {
  const pieces: string[] = [];
  const heard = await listen([program("listened", script)], (text) => pieces.push(text), {
    time: 10_000,
    output: 1 << 20,
    ...limits,
  });
  return { pieces, heard };
}

const hearings: [string, string, string, Heard][] = [
  ["nothing written", "", "", { kind: "ended", code: 0 }],
  [
    "both streams",
    "printf a; sleep 0.2; printf b >&2; sleep 0.2; printf c",
    "abc",
    { kind: "ended", code: 0 },
  ],
  [
    "a letter in pieces, with the other stream in between",
    "printf '\\303'; sleep 0.2; printf x >&2; sleep 0.2; printf '\\244'",
    "xä",
    { kind: "ended", code: 0 },
  ],
  ["what is no UTF-8", "printf '\\377x\\303'", "\ufffdx\ufffd", { kind: "ended", code: 0 }],
  ["what a terminal obeys", "printf '\\033[2J\\a'", "\u001b[2J\u0007", { kind: "ended", code: 0 }],
  ["an exit code", "echo no >&2; exit 3", "no\n", { kind: "ended", code: 3 }],
  ["a signal", "kill -TERM $$", "", { kind: "ended", code: "SIGTERM" }],
];
test.each(hearings)("listened to: %s", async (_, script, text, heard) => {
  const all = await listened(script);
  expect({ text: all.pieces.join(""), heard: all.heard }).toEqual({ text, heard });
});

test("listened to: pieces come while it runs", async () => {
  const controller = new AbortController();
  const pieces: string[] = [];
  const heard = listen(
    [program("slowly", "echo first; exec sleep 600")],
    (text) => {
      pieces.push(text);
      controller.abort();
    },
    { time: 10_000, output: 100, signal: controller.signal },
  );
  expect(await heard).toEqual({ kind: "stopped" });
  expect(pieces).toEqual(["first\n"]);
});

test("listened to: what it reads, and what it does not", async () => {
  const much = "x".repeat(1 << 20);
  expect(await listened("wc -c", { input: much })).toEqual({
    pieces: [`${much.length}\n`],
    heard: { kind: "ended", code: 0 },
  });
  expect((await listened("exit 0", { input: much })).heard).toEqual({ kind: "ended", code: 0 });
});

test("listened to: not more than may be written, of both streams together", async () => {
  const flood = await listened("yes & yes >&2", { output: 100_000 });
  // Its own end may come first: then what was in the pipes is what there was.
  expect(flood.pieces.join("").length).toBeLessThanOrEqual(100_000);
  const { pieces, heard } = await listened("yes", { output: 100_000 });
  expect({ size: pieces.join("").length, heard }).toEqual({ size: 100_000, heard: { kind: "too-long" } });
  expect(await listened("printf 1234", { output: 4 })).toEqual({
    pieces: ["1234"],
    heard: { kind: "ended", code: 0 },
  });
});

test("listened to: at its time it is killed with all that it started, whatever they ignore", async () => {
  const { pieces, heard } = await listened("trap '' TERM HUP INT; sleep 600 & echo $$ $!; wait", {
    time: 1000,
  });
  expect(heard).toEqual({ kind: "timed-out" });
  const started = pieces.join("").trim().split(" ").map(Number);
  expect(started).toHaveLength(2);
  await until(() => !started.some(alive), "both to end");
});

test("listened to: what it leaves behind keeps nobody waiting, and does not stay", async () => {
  const { pieces, heard } = await listened("sleep 600 & echo $!");
  expect(heard).toEqual({ kind: "ended", code: 0 });
  const left = Number(pieces.join(""));
  expect(left).toBeGreaterThan(1);
  await until(() => !alive(left), "it to end");
});

test("listened to: one in a session of its own that holds the pipes keeps nobody waiting", async () => {
  const ready = join(folder, "apart");
  const { pieces, heard } = await listened(
    `setsid sh -c 'echo $$; echo > ${ready}; exec sleep 600' & until test -e ${ready}; do sleep 0.05; done`,
  );
  const left = Number(pieces.join(""));
  try {
    expect(heard).toEqual({ kind: "ended", code: 0 });
    expect(left).toBeGreaterThan(1);
  } finally {
    process.kill(left, "SIGKILL");
  }
});

test("listened to: what cannot be started", async () => {
  const limits: ListenLimits = { time: 1000, output: 100 };
  expect(await listen(["nethergaze-has-no-such-program"], () => {}, limits)).toEqual({ kind: "absent" });
  const path = join(folder, "data");
  writeFileSync(path, "");
  expect(await listen([path], () => {}, limits)).toEqual({ kind: "unstarted", code: "EACCES" });
  const gone = AbortSignal.abort();
  expect(await listen(["sleep", "600"], () => {}, { ...limits, signal: gone })).toEqual({ kind: "stopped" });
});

test("listened to: it ends with us", async () => {
  const ready = join(folder, "listening");
  const path = program("outlives", `trap '' TERM; echo $$ > ${ready}; exec sleep 600`);
  const code = `import { listen } from ${JSON.stringify(join(import.meta.dir, "programs.ts"))};
    process.once("SIGTERM", () => process.exit(0));
    listen([${JSON.stringify(path)}], () => {}, { time: 60000, output: 100 });`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdio: ["ignore", "inherit", "inherit"] });
  const pid = await until(
    () => (existsSync(ready) && Number(readFileSync(ready, "utf8"))) || undefined,
    "its start",
  );
  try {
    expect(alive(pid)).toBe(true);
    child.kill("SIGTERM");
    await child.exited;
    await until(() => !alive(pid), "it to end");
  } finally {
    if (alive(pid)) process.kill(pid, "SIGKILL");
  }
});
