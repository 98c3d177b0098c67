import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Program, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { type Server, startNginx } from "./servers.ts";
import { until } from "./until.ts";

const PORT = 18_480;
const NEEDS = ["root", { program: "nginx" }, { program: "logrotate" }, { program: "ss" }] as const;

// A real nginx on loopback, some 3,000 requests, real logrotate: about three seconds.
describeWith(NEEDS, "a log that logrotate rotates", () => {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-rotation-"));
  let server: Server;
  let program: Program;
  let sent = 0;

  beforeAll(async () => {
    server = await startNginx(folder, PORT);
    program = startProgram(["stream", "events", "--from-start", "--access-log", server.log, "--no-auth-log"]);
    // Only what is rotated while it runs is its to find.
    await request(1);
    await until(() => delivered().length === 1, "the first request");
  }, 30_000);

  afterAll(async () => {
    await program?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true });
  }, 30_000);

  const request = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await (await fetch(`http://127.0.0.1:${PORT}/id-${sent++}`)).text();
  };
  const rotate = (how: string): void => {
    const config = join(folder, "logrotate.conf");
    writeFileSync(config, `${server.log} {\n su root root\n rotate 9\n ${how}\n}\n`, { mode: 0o600 });
    const { status, stderr } = spawnSync(
      "logrotate",
      ["--force", "--state", join(folder, "logrotate.state"), config],
      { encoding: "utf8", env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
    );
    if (status !== 0) throw new Error(stderr);
  };
  const pid = (): string => readFileSync(join(folder, "nginx.pid"), "utf8").trim();
  const delivered = (): string[] =>
    program.lines.flatMap(({ kind, path }) => (kind === "request" ? [String(path)] : []));
  const expected = (): string[] => Array.from({ length: sent }, (_, i) => `/id-${i}`);

  test("by rename under load, with nginx still writing to the old file, and twice at once", async () => {
    let loading = true;
    const client = async (): Promise<void> => {
      while (loading) await request(1);
    };
    const clients = Promise.all([client(), client(), client(), client()]);
    const until500More = async (): Promise<void> => {
      const from = sent;
      await until(() => sent >= from + 500, "more requests");
    };
    for (let i = 0; i < 3; i++) {
      // The old file is written to until nginx is told to open the new one.
      rotate("create 0644 root root");
      await until500More();
      process.kill(Number(pid()), "SIGUSR1");
    }
    for (let i = 0; i < 2; i++) {
      rotate("create 0644 root root");
      process.kill(Number(pid()), "SIGUSR1");
    }
    await until500More();
    loading = false;
    await clients;
    await until(() => delivered().length >= sent, `${sent} requests`);
    expect(delivered().sort()).toEqual(expected().sort());
  }, 30_000);

  test("by copytruncate, also when the log has regrown", async () => {
    for (let i = 0; i < 3; i++) {
      await request(50);
      // Nothing is written meanwhile: what logrotate loses between copy and truncation nobody can read.
      rotate("copytruncate");
      await request(80);
    }
    await until(() => delivered().length >= sent, `${sent} requests`);
    expect(delivered().sort()).toEqual(expected().sort());
  }, 30_000);
});
