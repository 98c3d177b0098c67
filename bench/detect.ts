import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fold } from "../src/correlate/fold.ts";
import { createState, LIMITS, type State } from "../src/correlate/state.ts";
import { createJudge } from "../src/detect/judge.ts";
import type { Input, Socket } from "../src/model/event.ts";
import { formatIp, type Ip } from "../src/model/ip.ts";
import { NO_JUDGE } from "../src/model/judge.ts";
import { toSocketsView } from "../src/model/socket-table.ts";
import { DEFAULT_THRESHOLDS } from "../src/model/thresholds.ts";
import { parseAuthLine } from "../src/parse/auth-line.ts";
import { createDetector } from "../src/parse/formats.ts";
import { RequestCursor } from "../src/parse/request-cursor.ts";
import { measure, median, printTable, spread } from "./measure.ts";

const LINES = 300_000;
const ROUNDS = 5;
const PROFILES = 50_000;
/** The longest line that is read (src/sources/line-reader.ts). */
const LONGEST = 65_536;
const START = Date.UTC(2026, 10, 24, 10);
const BUN = join(import.meta.dir, "../bin/bun");
const GENERATOR = join(import.meta.dir, "access-log.ts");

/** What judging costs: of a line, of fifty thousand addresses a second, and of the worst lines there are. */
export async function detect(): Promise<void> {
  await perLine();
  perSecond();
  worstLines();
}

function stateOf(judged: boolean): State {
  const judge = judged
    ? createJudge({
        thresholds: DEFAULT_THRESHOLDS,
        off: [],
        agents: [],
        paths: undefined,
        trustedAgents: [],
        slots: LIMITS.addresses,
        seed: 3,
      })
    : NO_JUDGE;
  return createState({ showPrivate: true, judge, seed: 3 });
}

/** The same lines parsed, joined, and judged or not, the rounds interleaved. */
async function perLine(): Promise<void> {
  process.stdout.write(
    `\ndetect: ${LINES} combined lines, 3 % of them probes, parsed and joined in one process\n`,
  );
  const rows: string[][] = [];
  for (const addresses of [100_000, 5_000]) {
    const folder = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
    try {
      const log = join(folder, "access.log");
      await measure([BUN, GENERATOR, log, String(LINES), String(addresses), "1000"]);
      const bytes = readFileSync(log);
      const speeds: Record<"joined" | "judged", number[]> = { joined: [], judged: [] };
      for (let round = 0; round < ROUNDS; round++) {
        speeds.joined.push(LINES / run(bytes, false) / 1000);
        speeds.judged.push(LINES / run(bytes, true) / 1000);
      }
      const share = median(speeds.judged) / median(speeds.joined);
      rows.push([
        `${addresses} addresses`,
        spread(speeds.joined),
        spread(speeds.judged),
        `${share.toFixed(2)}x`,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  printTable(["", "joined, k lines/s", "and judged", "ratio"], rows);
}

/** Of this process, its collector included. */
function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** CPU seconds for all lines. */
function run(bytes: Buffer, judged: boolean): number {
  const state = stateOf(judged);
  const detector = createDetector();
  const cursor = new RequestCursor();
  cursor.source = "access.log";
  let second = 0;
  const began = cpuMicroseconds();
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    if (detector.parse(bytes, start, end, cursor)) {
      const now = Math.floor(cursor.at / 1000);
      if (now > second) {
        second = now;
        fold(state, { kind: "tick", at: cursor.at });
      }
      fold(state, cursor);
    }
    start = end + 1;
  }
  return (cpuMicroseconds() - began) / 1e6;
}

function address(n: number): Ip {
  return formatIp(new Uint32Array([0, 0, 0xffff, 0x2d000000 + n * 7]));
}

function socket(n: number, direction: "in" | "out"): Socket {
  const ours = direction === "in" ? 443 : 1024 + (n % 60_000);
  return {
    local: "198.51.100.10" as Ip,
    localPort: ours,
    remote: address(n),
    remotePort: direction === "in" ? 1024 + (n % 60_000) : 443,
    state: "ESTABLISHED",
    direction,
  };
}

/** A second of fifty thousand addresses: the table is read, the clock ticks. */
function perSecond(): void {
  process.stdout.write(
    `\ndetect: ${PROFILES} sockets each second, ms of CPU that judging adds to reading the table\n`,
  );
  const rows = (
    [
      ["one each, of visitors", PROFILES, "in"],
      ["one each, that we opened", PROFILES, "out"],
      ["four each, and no request", PROFILES / 4, "in"],
    ] as const
  ).map(([name, addresses, direction]) => {
    const sockets = Array.from({ length: PROFILES }, (_, i) => ({
      ...socket(i % addresses, direction),
      ...(direction === "in" ? { remotePort: 1024 + (i % 60_000) } : {}),
    }));
    const times = [false, true].map((judged) => {
      const state = stateOf(judged);
      const visits = name.includes("visitors") ? addresses : 1;
      for (let n = 0; n < visits; n++) fold(state, request(address(n)));
      const each: number[] = [];
      for (let second = 0; second < 20; second++) {
        const at = START + 1000 * second;
        const view = toSocketsView({ kind: "sockets", at, source: "proc", sockets });
        const began = cpuMicroseconds();
        fold(state, view);
        fold(state, { kind: "tick", at });
        each.push((cpuMicroseconds() - began) / 1e3);
      }
      return median(each.slice(5));
    });
    const [joined = 0, judged = 0] = times;
    return [name, joined.toFixed(1), judged.toFixed(1), (judged - joined).toFixed(1)];
  });
  printTable(["", "joined", "and judged", "added"], rows);
  const state = stateOf(true);
  for (let n = 0; n < PROFILES; n++) fold(state, request(address(n), "/.env", 404));
  const ticks: number[] = [];
  for (let second = 1; second <= 30; second++) {
    const began = cpuMicroseconds();
    fold(state, { kind: "tick", at: START + 1000 * second });
    ticks.push((cpuMicroseconds() - began) / 1e3);
  }
  const [first = 0, ...later] = ticks;
  process.stdout.write(
    `  ${PROFILES} addresses with a finding: the tick that tells of all ${first.toFixed(0)} ms, a later one ${median(later).toFixed(2)} ms\n`,
  );
}

function request(ip: Ip, path = "/", status = 200): Input {
  return { kind: "request", at: START, ip, method: "GET", path, status, source: "access.log" };
}

/** Lines that are as dear as we know to make them. */
function worstLines(): void {
  process.stdout.write("\ndetect: the dearest lines of 64 KiB, ms of CPU, parsed, joined and judged\n");
  const clf = (path: string, referrer = "-", agent = "-") =>
    `203.0.113.9 - - [24/Nov/2026:10:00:00 +0000] "GET ${path} HTTP/1.1" 404 1 "${referrer}" "${agent}"`;
  const fill = (piece: string, size = LONGEST - 200) => piece.repeat(Math.floor(size / piece.length));
  const lines: Record<string, string> = {
    "signs in the path": clf(`/${fill("/.env/../etc/passwd?x=' union select")}`),
    "everything encoded twice": clf(`/${fill("%252e%252e%252f")}`),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the attack.
    "an agent of lookups": clf("/", "-", fill("${jndi:${lower:l}")),
    "a referrer of quotes": clf("/", fill("%27%22<script>")),
    "a path of slashes": clf(fill("/./..//")),
    "a user of sshd": `Nov 24 10:00:00 web sshd[1]: Failed password for ${fill("x from 8.8.8.8 port 1 ")}from 203.0.113.9 port 22 ssh2`,
  };
  const detector = createDetector();
  const cursor = new RequestCursor();
  const rows = Object.entries(lines).map(([name, line]) => {
    const bytes = Buffer.from(line);
    const state = stateOf(true);
    const each: number[] = [];
    for (let round = 0; round < 200; round++) {
      const began = cpuMicroseconds();
      if (detector.parse(bytes, 0, bytes.length, cursor)) fold(state, cursor);
      else {
        const login = parseAuthLine(line, "auth.log", START);
        if (typeof login !== "string") fold(state, login);
      }
      each.push((cpuMicroseconds() - began) / 1e3);
    }
    return [name, median(each.slice(100)).toFixed(3), Math.max(...each.slice(100)).toFixed(3)];
  });
  printTable(["", "median", "highest"], rows);
}
