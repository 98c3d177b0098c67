import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCidr } from "../src/model/cidr.ts";
import type { HistoryBatch, Visit } from "../src/model/history.ts";
import { formatIp, V4_MARK } from "../src/model/ip.ts";
import { atomically, openReader, openWriter } from "../src/store/database.ts";
import { openHistory } from "../src/store/history.ts";
import { HISTORY_SORTS, type ListQuery, list, recurring, remembered } from "../src/store/query.ts";
import { writeBatch } from "../src/store/write.ts";
import { printTable, spread } from "./measure.ts";

const ADDRESSES = 1_000_000;
const UPSERTS = 50_000;
const FRAME = 1000 / 60;
const RUNS = 7;
const DAY = 86_400_000;

/** The history of a million addresses, the file of it, questions to it, and what writing does to the frames of a screen. */
export async function history(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
  try {
    const path = join(directory, "history.db");
    const now = Date.now();
    fill(path, now);
    questions(path, now);
    await frames(path, now);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function fill(path: string, now: number): void {
  const random = randomizer(1);
  const database = openWriter(path);
  const from = performance.now();
  for (let first = 0; first < ADDRESSES; first += UPSERTS) {
    const batch = batchOf("fill", UPSERTS, (i) => visitOf(first + i, random, now));
    for (const _ of atomically(database, writeBatch(database, batch, now)));
  }
  const seconds = (performance.now() - from) / 1000;
  database.close();
  const { size } = statSync(path);
  process.stdout.write(
    `\nhistory: ${ADDRESSES} addresses, ${(size / 1e6).toFixed(0)} MB, ` +
      `${(size / ADDRESSES).toFixed(0)} bytes each, filled in ${seconds.toFixed(0)} s\n`,
  );
}

function questions(path: string, now: number): void {
  const base = { flagged: false, sort: "last", limit: 100 } as const;
  const asked: [name: string, query: ListQuery][] = [
    ...HISTORY_SORTS.map((sort): [string, ListQuery] => [`--sort ${sort}`, { ...base, sort }]),
    ["--since 7d", { ...base, since: now - 7 * DAY }],
    ["--since 7d --sort requests", { ...base, since: now - 7 * DAY, sort: "requests" }],
    ["--since 180d --sort bytes", { ...base, since: now - 180 * DAY, sort: "bytes" }],
    ["--flagged", { ...base, flagged: true }],
    ["--flagged --sort requests", { ...base, flagged: true, sort: "requests" }],
    ["10.0.0.0/8", { ...base, within: parseCidr("10.0.0.0/8") }],
    ["10.1.0.0/16 --sort requests", { ...base, within: parseCidr("10.1.0.0/16"), sort: "requests" }],
    ["2001:db8::/32 --sort bytes", { ...base, within: parseCidr("2001:db8::/32"), sort: "bytes" }],
  ];
  const timed = (name: string, ask: (database: ReturnType<typeof openReader>) => unknown): string[] => {
    const times = Array.from({ length: RUNS }, () => {
      // Opened anew, as the command does.
      const database = openReader(path, true);
      const from = performance.now();
      ask(database);
      const took = performance.now() - from;
      database.close();
      return took;
    });
    return [name, spread(times, 1)];
  };
  const random = randomizer(2);
  const visits = Array.from({ length: 500 }, () => visitOf(Math.floor(random() * ADDRESSES), random, now));
  const ips = visits.map(({ ip }) => ip);
  printTable(
    ["history: the first 100, and how many there are", `ms of ${RUNS}`],
    [
      ...asked.map(([name, query]) => timed(name, (database) => list(database, query))),
      timed("recurring offenders", (database) => recurring(database, 100)),
      timed(`${ips.length} addresses`, (database) => remembered(database, ips)),
    ],
  );
}

/** A timer of 60 Hz beside writing: how late its longest beat is, and how long answers take meanwhile. */
async function frames(path: string, now: number): Promise<void> {
  const random = randomizer(3);
  const batch = batchOf("frames", UPSERTS, () => visitOf(Math.floor(random() * ADDRESSES), random, now));
  let answered: (() => void) | undefined;
  let ready: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const kept = openHistory({
    path,
    now: Date.now,
    emit: ({ kind }) => (kind === "history" ? answered?.() : ready?.()),
    keep: { days: 3650, megabytes: 100_000 },
    lock: () => ({ release: () => {} }),
  });
  await opened;
  const quiet = await beat(() => Bun.sleep(1500));
  const answers: number[] = [];
  let took = 0;
  const writing = await beat(async () => {
    const from = performance.now();
    kept.write(batch);
    let busy = true;
    const closed = kept.close().then(() => {
      busy = false;
      took = performance.now() - from;
    });
    while (busy) {
      const asked = performance.now();
      const answer = new Promise<void>((resolve) => {
        answered = resolve;
      });
      kept.ask(batch.visits.slice(0, 1).map(({ ip }) => ip));
      await Promise.race([answer, closed]);
      if (busy) answers.push(performance.now() - asked);
      await Promise.race([Bun.sleep(5), closed]);
    }
  });
  printTable(
    [`history: ${UPSERTS} upserts in one transaction`, "ms"],
    [
      ["written, and the database closed", took.toFixed(0)],
      ["longest delay of a 60 Hz timer, nothing written", quiet.toFixed(1)],
      ["longest delay of a 60 Hz timer, writing", writing.toFixed(1)],
      ["an answer meanwhile", spread(answers, 1)],
    ],
  );
}

async function beat(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const at = performance.now();
    longest = Math.max(longest, at - last - FRAME);
    last = at;
  }, FRAME);
  await work();
  clearInterval(timer);
  return longest;
}

function batchOf(session: string, count: number, visit: (i: number) => Visit): HistoryBatch {
  return { session, visits: Array.from({ length: count }, (_, i) => visit(i)), minutes: [], blocked: [] };
}

/** Address `i` of the million, one of five IPv6; few do much, and a third asked for something. */
function visitOf(i: number, random: () => number, now: number): Visit {
  const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  const words = Uint32Array.from(
    i % 5 === 0
      ? [0x20010db8, mixed, 0, i]
      : [0, 0, V4_MARK, i % 7 === 0 ? 0x0a000000 | (mixed >>> 8) : mixed],
  );
  const lastSeen = now - Math.floor(random() * 365 * DAY);
  const requests = Math.floor(1 / (random() + 1e-6));
  const flagged = random() < 0.03 ? 1 : 0;
  return {
    ip: formatIp(words),
    firstSeen: lastSeen - Math.floor(random() * 30 * DAY),
    lastSeen,
    requests,
    bytes: requests * Math.floor(random() * 20_000),
    inBytes: requests * 700,
    outBytes: requests * Math.floor(random() * 22_000),
    authFailures: random() < 0.1 ? Math.floor(1 / (random() + 1e-4)) : 0,
    flagged,
    rules: flagged > 0 ? ["http-probing"] : [],
    paths: i % 3 === 0 ? [`/product/${i % 5000}`, "/assets/site.css"] : [],
    country: "DE",
    ...(i % 2 === 0 && { org: `Network ${i % 4000}` }),
  };
}

/** xorshift32: the same numbers each time. */
function randomizer(seed: number): () => number {
  let state = seed * 0x9e3779b1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
