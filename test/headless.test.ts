import { afterAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Snapshot } from "../src/model/snapshot.ts";
import { ENV, NETHERGAZE, runProgram, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-headless-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the program may take to start and end on a busy machine. */
const TIMEOUT = 30_000;

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
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

  test("writes snapshots and tables in the order that is asked for", async () => {
    const large = line("1.1.1.1", 2, "/x", '200 5120000 "-" "curl/8.5.0"');
    const log = file("order.log", line("8.8.8.8", 1, "/a") + line("8.8.8.8", 2, "/b") + large);
    for (const command of [
      ["stream", "snapshots"],
      ["top", "--json"],
    ]) {
      const addresses = async (...args: string[]): Promise<string[]> => {
        const { stdout } = await runProgram([...command, "--no-follow", "--access-log", log, ...args]);
        return JSON.parse(stdout).rows.map(({ ip }: { ip: string }) => ip);
      };
      expect(await addresses()).toEqual(["8.8.8.8", "1.1.1.1"]);
      expect(await addresses("--sort", "sent")).toEqual(["1.1.1.1", "8.8.8.8"]);
    }
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

  test("opens no file but those that the command line names, each once", async () => {
    const named = file("named.log", line("8.8.8.8", 1, "/named"));
    const other = file("other.log", line("8.8.8.8", 1, "/other"));
    const config = file("other.toml", `[log]\npath = "${other}"\n[auth]\nlog_path = "${other}"\n`);
    const args = ["stream", "events", "--no-follow", "--config", config];
    const logs = ["--access-log", named, "--access-log", join(folder, "name?.log")];
    const { stdout, stderr } = await runProgram([...args, ...logs]);
    expect(stdout.split("\n").length).toBe(2);
    expect(stdout).toContain("/named");
    expect(lastLine(stderr)).toBe("lines=1 parsed=1 unparsed=0");
    // What only the configuration names is not named.
    expect((await runProgram(args)).code).toBe(2);
  });

  test("a glob is its files, not its directories", async () => {
    mkdirSync(join(folder, "sites/old.log"), { recursive: true });
    for (const site of ["a", "b"]) file(`sites/${site}.log`, line("8.8.8.8", 1, `/${site}`));
    const { code, stdout } = await runProgram([
      "stream",
      "events",
      "--no-follow",
      "--access-log",
      join(folder, "sites/*.log"),
    ]);
    expect(stdout.match(/"path":"[^"]*"/g)).toEqual(['"path":"/a"', '"path":"/b"']);
    expect(code).toBe(0);
  });

  test("Windows line ends and bytes that are no UTF-8 are lines like any other", async () => {
    const crlf = line("8.8.8.8", 1, "/crlf").replace("\n", "\r\n");
    const log = file(
      "odd.log",
      Buffer.concat([Buffer.from(crlf), Buffer.from(line("9.9.9.9", 2, "/\xff"), "latin1")]),
    );
    const { stdout } = await runProgram(["stream", "events", "--no-follow", "--access-log", log]);
    const events = stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(events.map(({ path }) => path)).toEqual(["/crlf", "/\ufffd"]);
    expect(events[0].userAgent).toBe("curl/8.5.0");
  });

  test(
    "a gzip bomb costs time, not memory",
    async () => {
      const size = 192 << 20;
      const log = file("bomb.log.gz", gzipSync(Buffer.alloc(size, "x"), { level: 1 }));
      const child = Bun.spawn([NETHERGAZE, "stream", "events", "--no-follow", "--access-log", log], {
        stdout: "pipe",
        stderr: "pipe",
        env: ENV,
      });
      // Not by getrusage(2): that counts what this process held when it forked.
      let peak = 0;
      while (child.exitCode === null) {
        const status = await Bun.file(`/proc/${child.pid}/status`)
          .text()
          .catch(() => "");
        peak = Math.max(peak, 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
        await Bun.sleep(10);
      }
      expect(lastLine(await new Response(child.stderr).text())).toBe("lines=1 parsed=0 unparsed=1");
      expect(child.exitCode).toBe(0);
      expect(peak).toBeGreaterThan(0);
      expect(peak).toBeLessThan(size);
    },
    TIMEOUT,
  );
});

describe("filters.cidr_allow and filters.cidr_deny", () => {
  const log = () =>
    file("lists.log", ["8.8.8.8", "8.8.4.4", "9.9.9.9"].map((ip, i) => line(ip, i + 1, `/${ip}`)).join(""));
  const lists = () =>
    file("lists.toml", '[filters]\ncidr_allow = ["8.0.0.0/8"]\ncidr_deny = ["8.8.4.7/24"]\n');

  test("hide rows and lines of snapshots and rows of top, and keep the totals", async () => {
    const args = ["--no-follow", "--config", lists(), "--access-log", log()];
    const snapshot: Snapshot = JSON.parse((await runProgram(["stream", "snapshots", ...args])).stdout);
    expect(snapshot.rows.map(({ ip }) => String(ip))).toEqual(["8.8.8.8"]);
    expect(snapshot.live.map(({ event }) => String(event.ip))).toEqual(["8.8.8.8"]);
    expect(snapshot.totals).toMatchObject({ addresses: 1, hidden: 2, requests: 3 });
    const { stdout } = await runProgram(["top", "--once", ...args]);
    expect(stdout).toMatch(/^8\.8\.8\.8 /m);
    expect(stdout).toContain("3 requests");
    expect(stdout).not.toMatch(/8\.8\.4\.4|9\.9\.9\.9/);
  });

  test("hide nothing from events", async () => {
    const args = ["stream", "events", "--no-follow", "--config", lists(), "--access-log", log()];
    expect((await runProgram(args)).stdout.match(/"ip":"[^"]*"/g)?.length).toBe(3);
  });

  test("a bad prefix is one line with its place, and 2", async () => {
    const bad = file("prefix.toml", '[filters]\ncidr_deny = ["10.0.0.0/33"]\n');
    const { code, stderr } = await runProgram(["top", "--once", "--config", bad]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `nethergaze: ${bad}:2: filters.cidr_deny: '10.0.0.0/33' is not allowed; allowed: a list of at most 16384 prefixes or addresses, such as 203.0.113.0/24 or 2001:db8::/32\n`,
    );
  });
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
    expect(second.stdout).toBe(first.stdout);
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
      // Byte for byte, but for the clock.
      expect(stdout).toBe(recorded.replace(/^\{"kind":"tick".*\n/gm, ""));
      const again = await runProgram(["record", target, "--no-auth-log"]);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain("exists already");
    },
    TIMEOUT,
  );

  test("a recording ends with a whole line before its largest size", async () => {
    const log = file(
      "much.log",
      Array.from({ length: 500 }, (_, i) => line("8.8.8.8", i % 60, `/${i}`)).join(""),
    );
    const target = join(folder, "limited.jsonl");
    const limits = ["--max-size", "20k", "--no-follow", "--access-log", log];
    const { code, stderr } = await runProgram(["record", target, ...limits]);
    expect(code).toBe(0);
    expect(stderr).toContain("its largest size (--max-size)");
    expect(lastLine(stderr)).toMatch(/^lines=\d+ parsed=\d+ unparsed=0$/);
    const recorded = readFileSync(target, "utf8");
    expect(recorded.length).toBeGreaterThan(19 << 10);
    expect(recorded.length).toBeLessThanOrEqual(20 << 10);
    expect(JSON.parse(lastLine(recorded)).kind).toBe("request");
  });

  test(
    "a glob without files is told, and well again with its first; old lines are not read",
    async () => {
      const old = file("glob/old.txt", line("8.8.8.8", 1, "/old"));
      const glob = join(folder, "glob/*.log");
      const args = ["--access-log", glob, "--access-log", old, "--no-auth-log"];
      const program = startProgram(["stream", "events", ...args]);
      const states = () => program.lines.filter(({ source }) => source === glob).map(({ state }) => state);
      await until(() => states().at(-1) === "down", "the lamp of the glob");
      file("glob/new.log", line("8.8.8.8", 2, "/first"));
      appendFileSync(old, line("8.8.8.8", 3, "/appended"));
      const paths = () => program.lines.flatMap(({ path }) => path ?? []);
      await until(() => paths().length === 2 && states().at(-1) === "up", "both lines and the lamp");
      expect(paths().sort()).toEqual(["/appended", "/first"]);
      expect(states()).toEqual(["down", "up"]);
      await program.stop();
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
      // Every key of the type, and no other: `detail` was not asked for, and this machine may count no months.
      const keys: Record<
        keyof Omit<
          Snapshot,
          | "detail"
          | "baseline"
          | "bandwidth"
          | "verdict"
          | "groups"
          | "matchedGroups"
          | "searching"
          | "linesSince"
        >,
        true
      > = {
        v: true,
        at: true,
        host: true,
        totals: true,
        interfaces: true,
        series: true,
        offenders: true,
        verdicts: true,
        health: true,
        matched: true,
        rows: true,
        live: true,
        skipped: true,
        alerts: true,
        alertSeq: true,
        seq: true,
      };
      expect(Object.keys(snapshot).filter((key) => key !== "bandwidth")).toEqual(Object.keys(keys));
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

  test("is not cut to 80 cells where no terminal limits it", async () => {
    const path = `/${"long".repeat(20)}`;
    const log = file("wide.log", line("8.8.8.8", 1, path));
    const { stdout } = await runProgram(["top", "--once", "--no-follow", "--access-log", log]);
    expect(stdout).toContain(`GET ${path}`);
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

// Root reads everything, unless it gives that up.
describeWith(["root", { program: "setpriv" }], "a file that may not be read", () => {
  const withoutRights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", NETHERGAZE];
  const options = { stdin: "ignore", stdout: "pipe", stderr: "pipe", env: ENV } as const;

  test("ends the reading of files with 77", async () => {
    const log = file("secret.log", line("8.8.8.8", 1, "/"));
    chmodSync(log, 0);
    const args = ["stream", "events", "--no-follow", "--access-log", log];
    const child = Bun.spawn([...withoutRights, ...args], options);
    expect(await new Response(child.stderr).text()).toContain(`${log}: no permission to read it`);
    expect(await child.exited).toBe(77);
  });

  test("ends top --once with 77, as does a configuration", async () => {
    const log = file("secret-once.log", "");
    const open = file("open-once.log", "");
    const config = file("secret.toml", "");
    chmodSync(log, 0);
    chmodSync(config, 0);
    const run = async (...args: string[]) => {
      const child = Bun.spawn([...withoutRights, "top", "--once", "--no-auth-log", ...args], options);
      const said = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
      return { said, code: await child.exited };
    };
    const [only, one, unread] = await Promise.all([
      run("--access-log", log),
      run("--access-log", log, "--access-log", open),
      run("--config", config),
    ]);
    for (const { said } of [only, one]) expect(said).toContain(`! ${log} down: no permission to read it`);
    expect(only.code).toBe(77);
    expect(one.code).toBe(0);
    expect(unread).toEqual({
      said: `nethergaze: configuration file '${config}': no permission to read it\n`,
      code: 77,
    });
  });

  test("is told while live, and followed when it may be read", async () => {
    const log = file("secret-live.log", "");
    chmodSync(log, 0);
    const args = ["stream", "events", "--access-log", log, "--no-auth-log"];
    const child = Bun.spawn([...withoutRights, ...args], options);
    let written = "";
    const reading = (async () => {
      for await (const piece of child.stdout) written += Buffer.from(piece).toString();
    })();
    const told = (state: string) => written.includes(`"source":"${log}","state":"${state}"`);
    await until(() => told("down"), "the reason");
    expect(written).toContain("no permission to read it");
    chmodSync(log, 0o600);
    await until(() => told("up"), "it to be followed");
    child.kill("SIGINT");
    await reading;
    expect(await child.exited).toBe(0);
  });

  test("a recording where none may be made ends with 77", async () => {
    const closed = join(folder, "closed");
    mkdirSync(closed, { mode: 0o500 });
    const child = Bun.spawn([...withoutRights, "record", join(closed, "x.jsonl")], options);
    expect(await new Response(child.stderr).text()).toContain("no permission to create it");
    expect(await child.exited).toBe(77);
  });
});
