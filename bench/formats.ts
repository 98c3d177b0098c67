import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RequestEvent, toEvent } from "../src/model/event.ts";
import { createDetector } from "../src/parse/formats.ts";
import { RequestCursor } from "../src/parse/request-cursor.ts";
import { cpuNanoseconds, measure, median, printTable, spread, type Usage } from "./measure.ts";

const LINES = 500_000;
const ADDRESSES = 5_000;
const ROUNDS = 3;
const BUN = join(import.meta.dir, "../bin/bun");
const GENERATOR = join(import.meta.dir, "access-log.ts");
const NETHERGAZE = join(import.meta.dir, "../bin/nethergaze");

const NGINX =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
const APACHE = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';

interface Contender {
  readonly name: string;
  /** Lines that hold the combined one keep its bytes. */
  readonly encoding: "latin1" | "utf8";
  /** `--log-format`; without one, it is found out. */
  readonly format?: string;
  /** How a line of the combined log is written in it. */
  line(combined: string, event: RequestEvent): string;
}

const CONTENDERS: readonly Contender[] = [
  { name: "combined", encoding: "latin1", line: (combined) => combined },
  {
    name: "the same as an nginx log_format",
    encoding: "latin1",
    format: NGINX,
    line: (combined) => combined,
  },
  {
    name: "the same as an Apache LogFormat",
    encoding: "latin1",
    format: APACHE,
    line: (combined) => combined,
  },
  { name: "vhost_combined", encoding: "latin1", line: (combined) => `shop.example:443 ${combined}` },
  {
    name: "combined behind syslog",
    encoding: "latin1",
    line: (combined) => `Nov 24 17:00:00 web-1 nginx: ${combined}`,
  },
  {
    name: "combined in Docker's json-file",
    encoding: "utf8",
    line: (log) =>
      JSON.stringify({ log: `${log}\n`, stream: "stdout", time: "2026-11-24T17:00:00.123456789Z" }),
  },
  { name: "Caddy's JSON", encoding: "utf8", line: (_, event) => caddyLine(event) },
  { name: "nginx JSON", encoding: "utf8", line: (_, event) => nginxJsonLine(event) },
  { name: "HAProxy behind syslog", encoding: "utf8", line: (_, event) => haproxyLine(event) },
];

/** File to joined snapshot in each format, then what following many files costs. */
export async function formats(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
  try {
    await speeds(folder);
    await idleFiles(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function speeds(folder: string): Promise<void> {
  process.stdout.write(`\nformats: ${LINES} requests of ${ADDRESSES} addresses, file to joined snapshot\n`);
  const combined = join(folder, "combined.log");
  await measure([BUN, GENERATOR, combined, String(LINES), String(ADDRESSES), "5000"]);
  const written = readFileSync(combined, "latin1").trimEnd().split("\n");
  const runs = new Map<Contender, Usage[]>(CONTENDERS.map((contender) => [contender, []]));
  const paths = CONTENDERS.map((contender, i) => {
    const path = join(folder, `${i}.log`);
    writeLog(path, contender, written);
    return path;
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contender] of CONTENDERS.entries()) {
      const forced = contender.format === undefined ? [] : ["--log-format", contender.format];
      const named = ["--no-follow", "--access-log", paths[i] ?? "", ...forced];
      runs.get(contender)?.push(await measure([NETHERGAZE, "top", "--once", "--json", ...named]));
    }
  }
  const speed = (contender: Contender): number[] =>
    (runs.get(contender) ?? []).map(({ wallSeconds }) => LINES / wallSeconds / 1000);
  const first = median(speed(CONTENDERS[0] as Contender));
  printTable(
    ["", "k lines/s", "of combined"],
    CONTENDERS.map((contender) => [
      contender.name,
      spread(speed(contender)),
      (median(speed(contender)) / first).toFixed(2),
    ]),
  );
}

/** In pieces: all lines of one format at once would be a gigabyte of text. */
function writeLog(path: string, contender: Contender, combined: readonly string[]): void {
  const cursor = new RequestCursor();
  const { parse } = createDetector("combined");
  for (let from = 0; from < combined.length; from += 10_000) {
    const lines = combined.slice(from, from + 10_000).map((line) => {
      const bytes = Buffer.from(line, "latin1");
      if (!parse(bytes, 0, bytes.length, cursor)) throw new Error(`not a combined line: ${line}`);
      return contender.line(line, toEvent(cursor));
    });
    appendFileSync(path, `${lines.join("\n")}\n`, contender.encoding);
  }
}

function caddyLine({
  ip,
  method,
  path,
  protocol,
  userAgent,
  referrer,
  bytes,
  status,
  at,
}: RequestEvent): string {
  const headers = { "User-Agent": [userAgent], Accept: ["*/*"], Referer: [referrer ?? ""] };
  return JSON.stringify({
    level: "info",
    ts: at / 1000,
    logger: "http.log.access",
    msg: "handled request",
    request: {
      remote_ip: ip,
      remote_port: "41342",
      proto: protocol,
      method,
      host: "shop.example",
      uri: path,
      headers,
    },
    user_id: "",
    duration: 0.0009,
    size: bytes,
    status,
    resp_headers: { Server: ["Caddy"] },
  });
}

function nginxJsonLine({
  at,
  ip,
  method,
  path,
  protocol,
  status,
  bytes,
  userAgent,
  referrer,
}: RequestEvent): string {
  return JSON.stringify({
    time_iso8601: new Date(at).toISOString(),
    remote_addr: ip,
    request: [method, path, protocol].filter((part) => part !== undefined).join(" "),
    status: String(status),
    body_bytes_sent: bytes,
    http_user_agent: userAgent,
    http_referer: referrer ?? "",
  });
}

function haproxyLine({ at, ip, method, path, protocol, status, bytes }: RequestEvent): string {
  const [, month, day, year, time] = /^\w+ (\w+) (\d+) (\d+) (\S+)/.exec(new Date(at).toString()) ?? [];
  const request = method === undefined ? "<BADREQ>" : `${method} ${path} ${protocol}`;
  return `Nov 24 17:00:00 web-1 haproxy[1]: ${ip}:33317 [${day}/${month}/${year}:${time}.655] www web/w1 10/0/30/69/109 ${status} ${bytes} - - ---- 1/1/1/1/0 0/0 "${request}"`;
}

const FILES = 500;
/** Until the compilers have done with what runs twice a second. */
const SETTLED = 40_000;
const MEASURED = 20_000;

async function idleFiles(folder: string): Promise<void> {
  const children = [1, FILES].map((count) => {
    const logs = join(folder, `idle-${count}`);
    mkdirSync(logs);
    for (let i = 0; i < count; i++) writeFileSync(join(logs, `${i}.log`), "");
    const argv = [NETHERGAZE, "stream", "events", "--no-auth-log", "--access-log", `${logs}/*.log`];
    return Bun.spawn(argv, { stdout: "ignore", stderr: "ignore" });
  });
  await Bun.sleep(SETTLED);
  const before = children.map(({ pid }) => cpuNanoseconds(pid));
  await Bun.sleep(MEASURED);
  const [one = 0, many = 0] = children.map(
    ({ pid }, i) => (cpuNanoseconds(pid) - (before[i] ?? 0)) / 1e4 / MEASURED,
  );
  for (const child of children) child.kill();
  process.stdout.write(
    `  following ${FILES} idle files: ${many.toFixed(2)} % of a core, a single one ${one.toFixed(2)} %\n`,
  );
}
