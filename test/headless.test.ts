import { afterAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ENV, NETHERGAZE, runProgram, startProgram } from "./program.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-headless-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the program may take to start and end on a busy machine. */
const TIMEOUT = 30_000;

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function line(ip: string, second: number, path: string, tail = '200 5120 "-" "curl/8.5.0"'): string {
  return `${ip} - - [07/Nov/2025:21:04:${String(second).padStart(2, "0")} +0000] "GET ${path} HTTP/1.1" ${tail}\n`;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

describe("--no-follow", () => {
  test("writes the documented line, key by key", async () => {
    const log = file("one.log", line("45.77.12.9", 9, "/about"));
    const { code, stdout, stderr } = await runProgram([
      "stream",
      "events",
      "--no-follow",
      "--access-log",
      log,
    ]);
    expect(stdout).toBe(
      `{"kind":"request","at":1762549449000,"ip":"45.77.12.9","method":"GET","path":"/about","protocol":"HTTP/1.1","status":200,"bytes":5120,"userAgent":"curl/8.5.0","source":"${log}"}\n`,
    );
    expect(lastLine(stderr)).toBe("lines=1 parsed=1 unparsed=0");
    expect(code).toBe(0);
  });

  test("merges access logs, auth logs and gzip by line time", async () => {
    const a = file("a.log", line("8.8.8.8", 1, "/1") + line("8.8.8.8", 5, "/5"));
    const b = file("b.log.gz", gzipSync(line("9.9.9.9", 3, "/3")));
    const auth = file(
      "auth.log",
      "2025-11-07T21:04:04+00:00 web sshd[7]: Failed password for root from 45.148.10.7 port 4 ssh2\n" +
        "2025-11-07T21:04:04+00:00 web CRON[8]: pam_unix(cron:session): session opened\n",
    );
    const args = ["--access-log", a, "--access-log", b, "--auth-log", auth];
    const { stdout, stderr } = await runProgram(["stream", "events", "--no-follow", ...args]);
    const events = stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(events.map((event) => event.path ?? `${event.outcome} ${event.user}`)).toEqual([
      "/1",
      "/3",
      "failed root",
      "/5",
    ]);
    expect(lastLine(stderr)).toBe("lines=5 parsed=5 unparsed=0");
  });

  test("takes what no format understands as a count, not as a failure", async () => {
    const log = file(
      "junk.log",
      Buffer.concat([Buffer.from("junk\n\n\xff\xfe\n"), Buffer.alloc(3 << 20, "x")]),
    );
    const { code, stdout, stderr } = await runProgram([
      "stream",
      "events",
      "--no-follow",
      "--access-log",
      log,
    ]);
    expect({ code, stdout, last: lastLine(stderr) }).toEqual({
      code: 0,
      stdout: "",
      last: "lines=3 parsed=0 unparsed=3",
    });
  });

  test("a forced format refuses lines of another", async () => {
    const log = file("forced.log", line("8.8.8.8", 1, "/"));
    const args = ["stream", "events", "--no-follow", "--log-format", "caddy", "--access-log", log];
    expect(lastLine((await runProgram(args)).stderr)).toBe("lines=1 parsed=0 unparsed=1");
  });

  test("writes one snapshot, the state at the end", async () => {
    const log = file("end.log", line("8.8.8.8", 1, "/a") + line("8.8.8.8", 2, "/b"));
    const { stdout } = await runProgram(["stream", "snapshots", "--no-follow", "--access-log", log]);
    const [snapshot, ...more] = stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(more).toEqual([]);
    expect(snapshot).toMatchObject({ v: 1, at: 1762549442000, totals: { requests: 2 }, matched: 1 });
    expect(snapshot.rows[0]).toMatchObject({ ip: "8.8.8.8", requests: 2, requests60s: 2, last: "GET /b" });
  });

  test("names what is missing, with the right exit code", async () => {
    const gone = await runProgram(["stream", "events", "--no-follow", "--access-log", join(folder, "gone")]);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain("gone: no such file");
    const none = await runProgram(["stream", "events", "--no-follow"]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("--no-follow: no file is named");
  });

  test("a damaged gzip file is read up to its damage", async () => {
    const whole = gzipSync(
      Array.from({ length: 20_000 }, (_, i) => line("8.8.8.8", i % 60, `/${i}`)).join(""),
    );
    const log = file("cut.log.gz", whole.subarray(0, whole.length / 2));
    const { code, stdout, stderr } = await runProgram([
      "stream",
      "events",
      "--no-follow",
      "--access-log",
      log,
    ]);
    expect(stdout.split("\n").length).toBeGreaterThan(1000);
    expect(stderr).toContain("read up to its damage");
    expect(code).toBe(1);
  });

  test(
    "a reader that has seen enough is no failure",
    async () => {
      const log = file(
        "long.log",
        Array.from({ length: 50_000 }, (_, i) => line("8.8.8.8", i % 60, `/${i}`)).join(""),
      );
      const shell = `"$0" stream events --no-follow --access-log "$1" | head -n 1; echo "\${PIPESTATUS[0]}"`;
      const child = Bun.spawn(["bash", "-c", shell, NETHERGAZE, log], {
        stdout: "pipe",
        stderr: "pipe",
        env: ENV,
      });
      const [first, code] = (await new Response(child.stdout).text()).trim().split("\n");
      expect(JSON.parse(first ?? "").path).toBe("/0");
      expect(code).toBe("0");
      expect(await new Response(child.stderr).text()).not.toContain("EPIPE");
    },
    TIMEOUT,
  );
});

describe("replay", () => {
  test("one snapshot for each second of core time, the same bytes each time", async () => {
    const log = file(
      "seconds.log",
      line("8.8.8.8", 1, "/a") + line("8.8.8.8", 4, "/b") + line("9.9.9.9", 4, "/c"),
    );
    const run = () => runProgram(["replay", "--as", "snapshots", log]);
    const [first, second] = [await run(), await run()];
    const snapshots = first.stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(snapshots.map(({ at }) => at % 60_000)).toEqual([1000, 2000, 3000, 4000]);
    expect(snapshots.map(({ totals }) => totals.requests)).toEqual([1, 1, 1, 3]);
    const state = (text: string) => text.replace(/"health":\[.*?\],"matched"/g, "");
    expect(state(second.stdout)).toBe(state(first.stdout));
  });

  test("hostile lines of any kind end nothing", async () => {
    const hostile = file(
      "hostile.jsonl",
      Buffer.concat([
        Buffer.from('{"kind":"tick","at":1}\n'),
        Buffer.from(
          `${"[".repeat(100_000)}\n{"kind":"request","at":1e308,"ip":"8.8.8.8"}\n{"kind":"sockets","at":2}\n`,
        ),
        Buffer.from('{"kind":"request","at":2,"ip":"$(id)","source":"x"}\n'),
        Buffer.from('{"kind":"request","at":3,"ip":"8.8.8.8","path":7,"source":"x"}\n'),
        Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255)),
      ]),
    );
    const { code, stdout } = await runProgram(["replay", "--as", "events", hostile]);
    expect(code).toBe(0);
    expect(stdout).toBe('{"kind":"request","at":3,"ip":"8.8.8.8","source":"x"}\n');
  });
});

describe("live", () => {
  test(
    "record, then replay gives the recorded events back",
    async () => {
      const log = file("live.log", "");
      const target = join(folder, "record.jsonl");
      const program = startProgram(["record", target, "--access-log", log, "--no-auth-log"]);
      await until(() => statSync(target, { throwIfNoEntry: false })?.size, "the recording to begin");
      appendFileSync(log, line("8.8.8.8", 1, "/live"));
      await until(() => readFileSync(target, "utf8").includes("/live"), "the request in the recording");
      const { code, stderr } = await program.stop();
      expect(code).toBe(0);
      expect(stderr).toContain("events");
      expect(statSync(target).mode & 0o777).toBe(0o600);
      const recorded = readFileSync(target, "utf8");
      expect(recorded.endsWith("\n")).toBe(true);
      const { stdout } = await runProgram(["replay", "--as", "events", target]);
      const events = (text: string) =>
        text
          .trim()
          .split("\n")
          .map((each) => JSON.parse(each));
      expect(events(stdout)).toEqual(events(recorded).filter(({ kind }) => kind !== "tick"));
      const again = await runProgram(["record", target, "--no-auth-log"]);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain("exists already");
    },
    TIMEOUT,
  );

  test(
    "a log that appears later is read from its first line; health is told when it changes",
    async () => {
      const log = join(folder, "later.log");
      const program = startProgram(["stream", "events", "--access-log", log, "--no-auth-log"]);
      const health = () => program.lines.filter(({ kind, source }) => kind === "health" && source === log);
      await until(() => health().some(({ state }) => state === "down"), "the absent log");
      writeFileSync(log, line("8.8.8.8", 1, "/first"));
      await until(() => program.lines.some(({ path }) => path === "/first"), "the first line");
      await until(() => health().some(({ state, lines }) => state === "up" && lines === 1), "its health");
      const told = health().length;
      await until(() => program.lines.filter(({ kind }) => kind === "kernel").length > 3, "some seconds");
      expect(health().length).toBe(told);
      expect((await program.stop("SIGINT")).code).toBe(0);
    },
    TIMEOUT,
  );

  test(
    "ends at once also when its reader has stopped reading",
    async () => {
      const log = file(
        "flood.log",
        Array.from({ length: 60_000 }, (_, i) => line("8.8.8.8", i % 60, `/${i}`)).join(""),
      );
      const args = ["stream", "events", "--from-start", "--access-log", log, "--no-auth-log"];
      const child = Bun.spawn(["bash", "-c", '"$0" "$@" | sleep 60', NETHERGAZE, ...args], { env: ENV });
      const pid = await until(() => childrenOf(child.pid).find(isProgram), "the program");
      await until(() => isStuck(pid), "it to fill the pipe");
      process.kill(pid, "SIGTERM");
      await until(() => !isAlive(pid), "the program to end");
      for (const left of childrenOf(child.pid)) process.kill(left, "SIGKILL");
      await child.exited;
    },
    TIMEOUT,
  );

  test(
    "top samples a second and prints one object",
    async () => {
      const log = file("top.log", "");
      const { code, stdout } = await runProgram([
        "top",
        "--once",
        "--json",
        "--access-log",
        log,
        "--no-auth-log",
      ]);
      expect(code).toBe(0);
      expect(stdout.trim().split("\n").length).toBe(1);
      const snapshot = JSON.parse(stdout);
      expect(Object.keys(snapshot)).toEqual(
        expect.arrayContaining([
          "v",
          "at",
          "host",
          "totals",
          "interfaces",
          "series",
          "offenders",
          "health",
          "rows",
        ]),
      );
    },
    TIMEOUT,
  );
});

describe("a table for dumb terminals", () => {
  test("shows hostile text harmlessly", async () => {
    const log = file("esc.log", line("8.8.8.8", 1, "/\\x1b[31m\\xe2\\x80\\xaered"));
    const { stdout } = await runProgram(["top", "--once", "--no-follow", "--access-log", log]);
    expect(stdout).toContain("8.8.8.8");
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
  });
});

test.each([
  [["strem"], "no such command"],
  [["stream", "everything"], "events"],
  [["--acess-log", "x"], "--access-log"],
  [["top", "--limit", "many"], "--limit"],
  [["--set", "refresh.log_intervall=1", "top"], "refresh.log_interval"],
  [["replay"], "FILE"],
])("the wrong call %j gets one line with the remedy, and 2", async (args, remedy) => {
  const { code, stdout, stderr } = await runProgram(args);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n").length).toBe(1);
  expect(stderr).toContain(remedy);
});

test("a bad configuration file is one line with its place, and 2", async () => {
  const path = file("bad.toml", "[log]\npath = [\n");
  const { code, stderr } = await runProgram(["top", "--once", "--config", path]);
  expect(code).toBe(2);
  expect(stderr.trim().split("\n").length).toBe(1);
  expect(stderr).toContain(path);
});

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

function isProgram(pid: number): boolean {
  return /bun/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
}

/** Whether one of its threads waits in write(1, ...): call 1 on x86_64, 64 on aarch64 (proc(5), syscall). */
function isStuck(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some((task) =>
    /^(?:1|64) 0x1 /.test(readFileSync(`/proc/${pid}/task/${task}/syscall`, "utf8")),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
