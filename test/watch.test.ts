import { afterAll, afterEach, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NETHERGAZE, type Program, runProgram, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

// The engine with nobody looking, on a log that grows, and real programs that hear of it. Some seconds, most of them
// those that a hook which hangs is given.

const folder = mkdtempSync(join(tmpdir(), "nethergaze-watch-"));
const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) await program.stop("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the program may take to start and end on a busy machine. */
const TIMEOUT = 30_000;

let made = 0;

function script(lines: string): string {
  const path = join(folder, `hook-${++made}`);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

interface Watched {
  readonly program: Program;
  /** Guesses passwords from each address, as often as it takes for a warning. */
  guess(...ips: string[]): void;
}

/** `watch` with these alert hooks; resolves once it reads. */
async function watch(hooks: string, ...args: string[]): Promise<Watched> {
  const log = join(folder, `auth-${++made}.log`);
  const config = join(folder, `config-${made}.toml`);
  writeFileSync(log, "");
  writeFileSync(config, hooks);
  const words = [
    "watch",
    "--config",
    config,
    "--auth-log",
    log,
    "--from-start",
    "--access-log",
    "",
    "--capture",
    "off",
    ...args,
  ];
  // Of blocks that somebody made on this machine it is to know nothing.
  const program = startProgram(words, undefined, ["env", `XDG_STATE_HOME=${folder}`]);
  running.push(program);
  await until(() => program.stderr.includes("\n"), "its first line");
  expect(program.stderr).toStartWith(`nethergaze: watch: follows sockets, ${log}; alert hooks: `);
  return {
    program,
    guess(...ips) {
      const at = new Date().toISOString();
      const lines = ips.map((ip) => `${at} web sshd[7]: Failed password for root from ${ip} port 4 ssh2\n`);
      appendFileSync(log, lines.join("").repeat(5));
    },
  };
}

function hook(path: string, ...more: string[]): string {
  return ["[[actions.alert_hooks]]", `command = ["${path}"]`, ...more, ""].join("\n");
}

function lines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The processes that a hook wrote down, once there are so many. */
async function processes(path: string, count: number): Promise<number[]> {
  await until(() => lines(path).length === count, `${count} processes`);
  return lines(path).map(Number);
}

test(
  "an alert reaches a program as a line of JSON; stdout stays empty, and a signal ends it",
  async () => {
    const heard = join(folder, "heard");
    const { program, guess } = await watch(hook(script(`cat >> ${heard}`), 'name = "chat"'));
    expect(program.stderr).toEndWith("; alert hooks: chat (warning)\n");
    guess("45.148.10.7");
    await until(() => lines(heard).length > 0, "the alert");
    const [line = ""] = lines(heard);
    expect(line).toMatch(
      /^\{"kind":"alert","at":\d+,"state":"raised","ip":"45\.148\.10\.7","risk":\d+,"severity":"warning","findings":\[\{"rule":"ssh-brute-force","score":40,"evidence":"[^"]+","samples":\["[^"]+"\]\}/,
    );
    const { code, stderr } = await program.stop();
    expect({ code, lines: stderr.split("\n").length, stdout: program.lines }).toEqual({
      code: 0,
      lines: 2,
      stdout: [],
    });
  },
  TIMEOUT,
);

test(
  "no more than the rate, and what was held back is said",
  async () => {
    const heard = join(folder, "rated");
    const { program, guess } = await watch(hook(script(`cat >> ${heard}`), 'name = "chat"', "rate = 2"));
    const other = join(folder, "unrated");
    const all = await watch(hook(script(`cat >> ${other}`), "rate = 600"));
    const addresses = [1, 2, 3, 4, 5].map((n) => `45.148.10.${n}`);
    guess(...addresses);
    all.guess(...addresses);
    await until(() => lines(other).length === 5 && lines(heard).length >= 2, "all alerts");
    await all.program.stop("SIGINT");
    const { code, stderr } = await program.stop("SIGINT");
    expect({ code, heard: lines(heard).length }).toEqual({ code: 0, heard: 2 });
    expect(stderr).toMatch(/\nnethergaze: alert hook chat: held back [1-9]\d* alerts since its last run\n$/);
  },
  TIMEOUT,
);

test(
  "a hook that fails or hangs is told of and killed, and the engine goes on",
  async () => {
    const pids = join(folder, "pids-hangs");
    const heard = join(folder, "beside");
    const hangs = script(`trap '' TERM; echo $$ >> ${pids}; sleep 600 & echo $! >> ${pids}; wait`);
    const fails = script("echo 'no \\033[31mroute' >&2; exit 7");
    const { program, guess } = await watch(
      hook(hangs, 'name = "hangs"', "timeout = 1") + hook(fails) + hook(script(`cat >> ${heard}`)),
    );
    guess("45.148.10.7");
    const started = await processes(pids, 2);
    await until(() => program.stderr.includes("alert hook hangs: stopped after 1 s\n"), "word of it");
    await until(() => !started.some(alive), "both to end");
    await until(
      () => /alert hook hook-\d+: ended with exit code 7: no \?\[31mroute\n/.test(program.stderr),
      "the other",
    );
    guess("45.148.10.8");
    await until(() => lines(heard).some((line) => line.includes('"45.148.10.8"')), "the next alert");
    expect((await program.stop()).code).toBe(0);
  },
  TIMEOUT,
);

for (const [name, signals] of [
  ["a signal while hooks run leaves no process, once they had a moment", 1],
  ["a second signal does not wait for them", 2],
] as const) {
  test(
    name,
    async () => {
      const pids = join(folder, `pids-${signals}`);
      const hangs = script(`trap '' TERM INT HUP; echo $$ >> ${pids}; sleep 600 & echo $! >> ${pids}; wait`);
      const { program, guess } = await watch(hook(hangs, "timeout = 60"));
      guess("45.148.10.7");
      const started = await processes(pids, 2);
      if (signals === 2) {
        program.signal("SIGTERM");
        // It has heard the first one when it follows nothing any more.
        await until(() => !reads(program.pid, "auth"), "the log to be let go");
        expect(started.map(alive)).toEqual([true, true]);
      }
      const { code, stderr } = await program.stop();
      expect({ code, lines: stderr.split("\n").length }).toEqual({ code: 0, lines: 2 });
      await until(() => !started.some(alive), "both to end");
    },
    TIMEOUT,
  );
}

/** Whether a process has a file open whose name holds that. */
function reads(pid: number, name: string): boolean {
  const { stdout } = Bun.spawnSync(["find", `/proc/${pid}/fd`, "-lname", `*${name}*`]);
  return stdout.length > 0;
}

test(
  "a hook that is at it when a signal comes may finish",
  async () => {
    const heard = join(folder, "finished");
    const slow = script(
      `echo begun >> ${heard}; until test -e ${heard}.go; do sleep 0.05; done; echo done >> ${heard}`,
    );
    const { program, guess } = await watch(hook(slow));
    guess("45.148.10.7");
    await until(() => lines(heard).length === 1, "its start");
    program.signal("SIGTERM");
    writeFileSync(`${heard}.go`, "");
    const { code } = await program.stop("SIGCONT");
    expect({ code, heard: lines(heard) }).toEqual({ code: 0, heard: ["begun", "done"] });
  },
  TIMEOUT,
);

test(
  "where nothing may be done none runs",
  async () => {
    const silent = join(folder, "silent");
    const heard = join(folder, "beside-readonly");
    const still = await watch(hook(script(`cat >> ${silent}`)), "--readonly");
    expect(still.program.stderr).toEndWith("; alert hooks: none runs (readonly)\n");
    const other = await watch(hook(script(`cat >> ${heard}`)));
    still.guess("45.148.10.7");
    other.guess("45.148.10.7");
    await until(() => lines(heard).length > 0, "the alert beside it");
    await still.program.stop();
    expect(existsSync(silent)).toBe(false);
  },
  TIMEOUT,
);

test(
  "without hooks it runs all the same, and files are for others",
  async () => {
    const { program } = await watch("");
    expect(program.stderr).toEndWith("; alert hooks: none\n");
    expect((await program.stop("SIGINT")).code).toBe(0);
    const log = join(folder, "some.log");
    writeFileSync(log, "");
    expect(await runProgram(["watch", "--no-follow", "--access-log", log])).toEqual({
      code: 2,
      stdout: "",
      stderr: "nethergaze: --no-follow: watch follows; of files: nethergaze stream alerts\n",
    });
  },
  TIMEOUT,
);

describeWith([{ program: "systemd-analyze" }], "the units", () => {
  test.each(["nethergaze-watch.service", "nethergaze-blocks.service", "nethergaze-blocks.timer"])(
    "%s is one that systemd takes",
    (name) => {
      const packaging = join(import.meta.dir, "../packaging");
      // The timer names the service: they stand side by side.
      for (const unit of [
        "nethergaze-watch.service",
        "nethergaze-blocks.service",
        "nethergaze-blocks.timer",
      ]) {
        const text = readFileSync(join(packaging, unit), "utf8");
        writeFileSync(join(folder, unit), text.replace("/usr/local/bin/nethergaze", NETHERGAZE));
      }
      const { exitCode, stderr } = Bun.spawnSync([
        "systemd-analyze",
        "verify",
        "--man=no",
        "--recursive-errors=no",
        join(folder, name),
      ]);
      expect({ exitCode, complaints: stderr.toString() }).toEqual({ exitCode: 0, complaints: "" });
    },
    TIMEOUT,
  );
});
