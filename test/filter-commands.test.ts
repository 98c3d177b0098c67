import { afterAll, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEYS } from "../src/filter/keys.ts";
import { runProgram, startProgram } from "./program.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-filter-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the program may take to start and end on a busy machine. */
const TIMEOUT = 30_000;

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function line(ip: string, second: number, path: string, status = 200): string {
  const time = `07/Nov/2025:21:04:${String(second).padStart(2, "0")} +0000`;
  return `${ip} - - [${time}] "GET ${path} HTTP/1.1" ${status} 5120 "-" "curl/8.5.0"\n`;
}

/** Of 8.8.8.8 five requests, of 9.9.9.9 two, and three logins that failed. */
const ACCESS = file(
  "access.log",
  [1, 2, 3, 4, 5].map((second) => line("8.8.8.8", second, `/${second}`, second > 3 ? 404 : 200)).join("") +
    line("9.9.9.9", 6, "/6", 404) +
    line("9.9.9.9", 7, "/a b"),
);
const AUTH = file(
  "auth.log",
  [1, 3, 5]
    .map(
      (second) =>
        `2025-11-07T21:04:0${second}+00:00 web sshd[7]: Failed password for root from 9.9.9.9 port 4 ssh2\n`,
    )
    .join(""),
);
const LOGS = ["--no-follow", "--access-log", ACCESS, "--auth-log", AUTH];

async function lines(args: readonly string[]): Promise<Record<string, unknown>[]> {
  const { stdout, code, stderr } = await runProgram(args);
  if (code !== 0) throw new Error(stderr);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((text) => JSON.parse(text));
}

function name({ path, outcome }: Record<string, unknown>): unknown {
  return path ?? outcome;
}

describe("stream events --filter", () => {
  const cases: [filter: string, events: string[]][] = [
    ["status:4xx", ["/4", "/5", "/6"]],
    ["status:404 -net:8.0.0.0/8", ["/6"]],
    // The row is as it is with the line itself.
    ["req>2", ["/3", "/4", "/5"]],
    ["req>2 status:404", ["/4", "/5"]],
    ["rate:2 is:request", ["/2", "/a b"]],
    ["auth>=2 is:request", ["/6", "/a b"]],
    ["auth>=2 login:failed", ["failed", "failed"]],
    ["svc:ssh is:request", ["/6", "/a b"]],
    ["-req>0", ["failed", "failed", "failed"]],
    ['path:"/a b"', ["/a b"]],
    ["cc:NL", []],
  ];
  test.each(cases)(
    "%s",
    async (filter, events) => {
      const streamed = await lines(["stream", "events", ...LOGS, "--filter", filter]);
      expect(streamed.map(name)).toEqual(events);
    },
    TIMEOUT,
  );

  test(
    "asks about addresses also while it follows",
    async () => {
      const log = file("live.log", line("8.8.8.8", 1, "/old"));
      const args = ["--access-log", log, "--auth-log", "", "--filter", "req>=2"];
      const program = startProgram(["stream", "events", ...args]);
      try {
        let sent = 0;
        await until(() => {
          appendFileSync(log, line("9.9.9.9", 2, `/${sent++}`));
          return program.lines.length > 0;
        }, "a line of an address that has two");
        expect(program.lines.every(({ kind, ip }) => kind === "request" && ip === "9.9.9.9")).toBe(true);
      } finally {
        expect((await program.stop()).code).toBe(0);
      }
    },
    TIMEOUT,
  );
});

describe("traffic with --filter", () => {
  const BEGIN = Date.UTC(2025, 10, 7, 21, 4);
  const peer = (ip: string, packets: number, more: object = {}) => ({
    ip,
    inBytes: 100 * packets,
    inPackets: packets,
    ...more,
  });
  const FLOODER = peer("45.77.12.9", 900, { synIn: 900, tcp: 900 });
  const VISITOR = peer("8.8.8.8", 30, { synIn: 1, ackIn: 29, tcp: 30, lastSeen: BEGIN + 10 });
  const V6 = peer("2a01:4f8::17", 5, { outBytes: 600, outPackets: 5, udp: 10 });
  const event = (second: number, peers: readonly object[], more: object = {}) => ({
    kind: "traffic",
    at: BEGIN + 1000 * second,
    interface: "eth0",
    source: "ebpf",
    milliseconds: 1000,
    ...more,
    peers,
  });
  const request = { kind: "request", at: BEGIN + 500, ip: "8.8.8.8", path: "/login", source: "a" };
  const totals = { inBytes: 93_500, outBytes: 600, inPackets: 935, outPackets: 5, synIn: 901, synAckOut: 0 };
  const recorded = [
    request,
    event(1, [FLOODER, VISITOR, V6], { totals: { ...totals, nonIp: 3 }, dropped: 7, sampled: 4 }),
    { ...request, at: BEGIN + 1500, path: "/cart" },
    event(2, [FLOODER]),
    event(3, []),
  ];
  const RECORDING = file("traffic.jsonl", recorded.map((input) => `${JSON.stringify(input)}\n`).join(""));

  const cases: [filter: string, events: object[]][] = [
    ["8.8.8.8", [recorded[0] ?? {}, event(1, [VISITOR]), recorded[2] ?? {}]],
    ["-8.8.8.8", [event(1, [FLOODER, V6]), event(2, [FLOODER])]],
    ["net:2a01::/16", [event(1, [V6])]],
    ["pkts>100", [event(1, [FLOODER]), event(2, [FLOODER])]],
    ["wire:syn-only", [event(1, [FLOODER]), event(2, [FLOODER])]],
    // Its line came behind the first traffic.
    ["path:/cart", [recorded[2] ?? {}]],
    ["-path:/cart", [recorded[0] ?? {}, event(1, [FLOODER, VISITOR, V6]), event(2, [FLOODER])]],
    ["9.9.9.9", []],
    ["pkts>5000", []],
  ];
  test.each(cases)(
    "%s: of the peers that pass, without what is told of all",
    async (filter, events) => {
      const written = await lines(["replay", RECORDING, "--as", "events", "--filter", filter]);
      expect(written).toEqual(events as Record<string, unknown>[]);
    },
    TIMEOUT,
  );

  test(
    "without a filter all of it is written",
    async () => {
      expect(await lines(["replay", RECORDING, "--as", "events"])).toEqual(recorded);
    },
    TIMEOUT,
  );
});

describe("other commands", () => {
  test(
    "replay passes it on to events and snapshots",
    async () => {
      const events = await lines(["replay", ACCESS, "--as", "events", "--filter", "req>4"]);
      expect(events.map(name)).toEqual(["/5"]);
      const snapshots = await lines(["replay", ACCESS, "--as", "snapshots", "--filter", "req>4"]);
      expect(snapshots.at(-1)).toMatchObject({ matched: 1, rows: [{ ip: "8.8.8.8" }] });
    },
    TIMEOUT,
  );

  test(
    "stream snapshots and top show the addresses that pass",
    async () => {
      const [snapshot] = await lines(["stream", "snapshots", ...LOGS, "--filter", "auth>0"]);
      expect(snapshot).toMatchObject({ matched: 1, rows: [{ ip: "9.9.9.9" }] });
      const { stdout } = await runProgram(["top", ...LOGS, "--filter", "req>4"]);
      expect(stdout).toContain("8.8.8.8");
      expect(stdout).not.toContain("9.9.9.9");
    },
    TIMEOUT,
  );

  const WRONG = "nethergaze: --filter: status:9xx: not allowed; allowed: 404, 4xx, 500-503\n";
  test.each([
    [[]],
    [["top", "--once"]],
    [["stream", "events"]],
    [["stream", "snapshots", ...LOGS]],
    [["replay", "/nonexistent/recording"]],
    [["replay", "/nonexistent/recording", "--as", "events"]],
  ])(
    "a wrong filter is refused before anything is opened: %j",
    async (words) => {
      const { code, stdout, stderr } = await runProgram([...words, "--filter", "status:9xx"]);
      expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: WRONG });
    },
    TIMEOUT,
  );
});

describe("help", () => {
  test(
    "filter tells every key, in 80 columns",
    async () => {
      const { code, stdout } = await runProgram(["help", "filter"]);
      expect(code).toBe(0);
      expect(stdout.split("\n").filter((text) => text.length > 80)).toEqual([]);
      for (const { examples, help } of KEYS) {
        expect(stdout).toContain(`\n  ${examples[0]}`);
        expect(stdout.replace(/\s+/g, " ")).toContain(help);
      }
    },
    TIMEOUT,
  );

  test(
    "alone is --help, and of a command its help",
    async () => {
      expect(await runProgram(["help"])).toEqual(await runProgram(["--help"]));
      expect(await runProgram(["help", "stream"])).toEqual(await runProgram(["stream", "--help"]));
      const { code, stderr } = await runProgram(["help", "filters"]);
      expect(code).toBe(2);
      expect(stderr).toContain("help: TOPIC: 'filters' is not allowed");
    },
    TIMEOUT,
  );
});

test(
  "top finds lines that are long gone from what is kept",
  async () => {
    const early = Array.from({ length: 50 }, () => line("45.77.12.9", 1, "/secret", 404)).join("");
    const many = Array.from({ length: 100_000 }, (_, i) =>
      line(`20.0.${(i >> 8) & 255}.${i & 255}`, 2, "/x"),
    ).join("");
    const log = file("long.log", `${early}${many}${line("45.77.12.9", 3, "/")}`);
    const { stdout, code } = await runProgram([
      ...["top", "--once", "--json", "--no-follow", "--access-log", log],
      ...["--filter", "status:404"],
    ]);
    expect(code).toBe(0);
    const { matched, rows, searching } = JSON.parse(stdout);
    expect([matched, rows[0].ip, searching]).toEqual([1, "45.77.12.9", undefined]);
  },
  TIMEOUT,
);
