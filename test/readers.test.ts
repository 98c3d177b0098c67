import { afterAll, describe, expect, test } from "bun:test";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { ENV, NETHERGAZE } from "./program.ts";
import { until } from "./until.ts";

// Who reads what the program writes: slowly, not at all, or no more.

const folder = mkdtempSync(join(tmpdir(), "nethergaze-readers-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the program may take to start and end on a busy machine. */
const TIMEOUT = 30_000;
/** As JSON three times what may wait for a slow reader. */
const MANY = 100_000;

function line(ip: string, path: string, time = "21:04:01"): string {
  return `${ip} - - [07/Nov/2025:${time} +0000] "GET ${path} HTTP/1.1" 200 5120 "-" "curl/8.5.0 (a long agent, as most are)"\n`;
}

const many = join(folder, "many.log");
writeFileSync(many, Array.from({ length: MANY }, (_, i) => line("8.8.8.8", `/${i}`)).join(""));

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Starts the program with nobody reading its stdout yet. */
function start(args: readonly string[]): Child {
  return spawn(NETHERGAZE, args, { env: ENV, stdio: ["ignore", "pipe", "pipe"] });
}

/** Begins to read; returns the whole lines so far. */
function collect({ stdout }: Child): () => string[] {
  const lines: string[] = [];
  let held = "";
  stdout.setEncoding("utf8").on("data", (piece: string) => {
    const whole = (held + piece).split("\n");
    held = whole.pop() ?? "";
    for (const each of whole) lines.push(each);
  });
  return () => lines;
}

/** Its exit code and all of its stderr. */
async function ended(child: Child): Promise<{ code: number; stderr: string }> {
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece;
  });
  const [code] = await once(child, "exit");
  return { code, stderr };
}

/** Starts all side by side: most of their time is waiting. */
async function each(calls: string[][], check: (child: Child) => Promise<void>): Promise<void> {
  await Promise.all(calls.map((args) => check(start(args))));
}

/** Whether one of its threads waits in write(1, ...): call 1 on x86_64, 64 on aarch64 (proc(5), syscall). */
function isStuck({ pid }: Child): boolean {
  return readdirSync(`/proc/${pid}/task`).some((task) =>
    /^(?:1|64) 0x1 /.test(readFileSync(`/proc/${pid}/task/${task}/syscall`, "utf8")),
  );
}

/** Bytes it has read from anywhere (proc(5), io). */
function bytesRead({ pid }: Child): number {
  return Number(/^rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}

describe("a slow reader", () => {
  test(
    "of live events finds one gap, and how many are missing",
    async () => {
      const log = join(folder, "live.log");
      writeFileSync(log, readFileSync(many));
      const child = start(["stream", "events", "--from-start", "--access-log", log, "--no-auth-log"]);
      await until(() => isStuck(child), "the pipe to be full");
      await until(() => bytesRead(child) > readFileSync(log).length, "the log to be read");
      const lines = collect(child);
      const losses = () => lines().filter((text) => text.includes('"part":"output"'));
      await until(() => losses().length > 0, "the loss to be told");
      appendFileSync(log, line("8.8.8.8", "/after"));
      await until(() => lines().some((text) => text.includes('"/after"')), "a line after the gap");
      child.kill("SIGTERM");
      expect((await ended(child)).code).toBe(0);

      const [loss = "", ...more] = losses();
      expect(more).toEqual([]);
      const events = lines().map((text) => JSON.parse(text));
      const paths = events.filter(({ kind }) => kind === "request").map(({ path }) => path);
      const received = paths.length - 1;
      expect(paths).toEqual([...Array.from({ length: received }, (_, i) => `/${i}`), "/after"]);
      const { state, lost, detail } = JSON.parse(loss);
      expect({ state, detail }).toEqual({
        state: "degraded",
        detail: `the reader is too slow: ${lost} lines dropped`,
      });
      // Besides the requests, what the kernel told in these moments.
      expect(lost).toBeGreaterThanOrEqual(MANY - received);
      expect(lost).toBeLessThan(MANY - received + 50);
      expect(received).toBeGreaterThan(10_000);
      expect(received).toBeLessThan(MANY - 10_000);
    },
    TIMEOUT,
  );

  test(
    "of files finds none",
    async () => {
      const child = start(["stream", "events", "--no-follow", "--access-log", many]);
      await until(() => isStuck(child), "the pipe to be full");
      const lines = collect(child);
      const { code, stderr } = await ended(child);
      expect(stderr).toBe(`lines=${MANY} parsed=${MANY} unparsed=0\n`);
      expect(code).toBe(0);
      await until(() => lines().length === MANY, "every line");
      expect(lines().every((text, i) => text.includes(`"path":"/${i}"`))).toBe(true);
    },
    TIMEOUT,
  );

  test(
    "of snapshots of a long silence, which a few lines make, finds none",
    async () => {
      const addresses = Array.from({ length: 400 }, (_, i) => line(`45.77.${i >> 8}.${i & 255}`, "/"));
      const log = join(folder, "silence.log");
      writeFileSync(log, addresses.join("") + line("8.8.8.8", "/", "21:54:01"));
      const child = start(["replay", "--as", "snapshots", log]);
      await until(() => isStuck(child), "the pipe to be full");
      const lines = collect(child);
      expect((await ended(child)).code).toBe(0);
      // That of the first lines, the second after them, those of the last two minutes before the last line, and its own.
      const seconds = [0, 1, ...Array.from({ length: 121 }, (_, i) => 3000 - 120 + i)];
      await until(() => lines().length === seconds.length, "every snapshot");
      expect(lines().map((text) => JSON.parse(text).at / 1000 - 1_762_549_441)).toEqual(seconds);
    },
    TIMEOUT,
  );
});

test(
  "a reader that stopped reading does not keep it from ending, live or on files",
  async () => {
    const calls = [
      ["stream", "events", "--from-start", "--access-log", many, "--no-auth-log"],
      ["stream", "events", "--no-follow", "--access-log", many],
    ];
    await each(calls, async (child) => {
      await until(() => isStuck(child), "the pipe to be full");
      child.kill("SIGTERM");
      expect((await ended(child)).code).toBe(0);
    });
  },
  TIMEOUT,
);

test(
  "a reader that leaves is no failure",
  async () => {
    const calls = [
      ["stream", "events", "--no-follow", "--access-log", many],
      ["stream", "events", "--no-auth-log"],
      ["stream", "snapshots", "--no-auth-log"],
      ["top", "--no-auth-log"],
    ];
    await each(calls, async (child) => {
      await once(child.stdout, "readable");
      child.stdout.destroy();
      const { code, stderr } = await ended(child);
      expect(code).toBe(0);
      expect(stderr).not.toMatch(/EPIPE|error/i);
    });
  },
  TIMEOUT,
);

test("a full disk is a failure, told once", async () => {
  const log = join(folder, "one.log");
  writeFileSync(log, line("8.8.8.8", "/"));
  const shell = '"$0" stream events --no-follow --access-log "$1" >/dev/full';
  const child = Bun.spawn(["sh", "-c", shell, NETHERGAZE, log], { stderr: "pipe", env: ENV });
  expect(await new Response(child.stderr).text()).toBe(
    "nethergaze: cannot write to stdout: ENOSPC\nlines=1 parsed=1 unparsed=0\n",
  );
  expect(await child.exited).toBe(1);
});
