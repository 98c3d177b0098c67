import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../demo/random.ts";
import { cpuNanoseconds, median, printTable } from "./measure.ts";

const NETHERGAZE = join(import.meta.dir, "../bin/nethergaze");
const ADDRESSES = 50_000;
const LINES_PER_SECOND = 5_000;
const BATCHES_PER_SECOND = 50;
/** Before measuring: the first snapshots, the compilers and the first collections are over. */
const WARM_UP = 8_000;
/** Idle, the compilers work on for a minute on what is run once a second. */
const SETTLED = 60_000;
const MEASURED = 20_000;
const KEYS = 40;
const STARTS = 5;
const LINES = 20;

/** The console in a terminal of 200x50, idle and under load. */
export async function consoleUse(): Promise<void> {
  process.stdout.write("\nconsole at 200x50\n");
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
  try {
    const quiet = join(folder, "quiet.log");
    writeFileSync(quiet, "");
    const first: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const session = await open(quiet);
      first.push(session.firstFrame);
      await session.close();
    }
    process.stdout.write(`  start to first frame: ${median(first).toFixed(0)} ms (${STARTS} starts)\n`);

    const idle = await open(quiet);
    await Bun.sleep(SETTLED);
    const idleUse = await use(idle);
    const lag = await lineToScreen(idle, quiet);
    await idle.close();

    const busy = join(folder, "busy.log");
    writeFileSync(busy, lines(ADDRESSES, 0));
    const loaded = await open(busy, "--from-start");
    const stop = load(busy);
    await Bun.sleep(WARM_UP);
    const loadUse = await use(loaded);
    const keys = await keyToPaint(loaded);
    stop();
    await loaded.close();

    printTable(
      ["", "CPU % of a core", "private MB", "bytes/s to the terminal"],
      [
        ["idle, quiet server", ...idleUse],
        [`${LINES_PER_SECOND} requests/s, ${ADDRESSES} addresses`, ...loadUse],
      ],
    );
    process.stdout.write(
      `  key to paint under that load: ${median(keys).toFixed(0)} ms, worst ${Math.max(...keys).toFixed(0)} of ${KEYS}\n` +
        `  line written to bytes on the terminal, quiet: ${median(lag).toFixed(0)} ms, worst ${Math.max(...lag).toFixed(0)} of ${LINES}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Session {
  readonly pid: number;
  /** Milliseconds from start to the table's title on the terminal. */
  readonly firstFrame: number;
  write(keys: string): void;
  /** Bytes received so far. */
  received(): number;
  /** Resolves at the next bytes that hold `text`. */
  next(text: string): Promise<void>;
  close(): Promise<void>;
}

async function open(log: string, ...flags: string[]): Promise<Session> {
  const started = performance.now();
  let bytes = 0;
  let waiting: { text: string; resolve: () => void }[] = [];
  const decoder = new TextDecoder();
  const child = Bun.spawn([NETHERGAZE, "--access-log", log, "--no-auth-log", ...flags], {
    env: { ...process.env, TERM: "xterm-256color", NO_COLOR: "", XDG_CONFIG_HOME: "/nonexistent" },
    terminal: {
      cols: 200,
      rows: 50,
      data(_terminal, data) {
        bytes += data.length;
        const text = decoder.decode(data);
        const ready = waiting.filter((wait) => text.includes(wait.text));
        waiting = waiting.filter((wait) => !ready.includes(wait));
        for (const { resolve } of ready) resolve();
      },
    },
  });
  const next = (text: string): Promise<void> => new Promise((resolve) => waiting.push({ text, resolve }));
  await next("Addresses");
  const firstFrame = performance.now() - started;
  return {
    // The launcher stays as the parent: what is measured is its only child.
    pid: Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim()),
    firstFrame,
    write: (keys) => child.terminal?.write(keys),
    received: () => bytes,
    next,
    async close() {
      child.terminal?.write("q");
      await child.exited;
    },
  };
}

/** CPU, memory and bytes over the measured time, as cells of the table. */
async function use(session: Session): Promise<string[]> {
  const cpu = cpuNanoseconds(session.pid);
  const bytes = session.received();
  const from = performance.now();
  await Bun.sleep(MEASURED);
  const elapsed = performance.now() - from;
  return [
    ((cpuNanoseconds(session.pid) - cpu) / 1e4 / elapsed).toFixed(2),
    privateMegabytes(session.pid).toFixed(0),
    (((session.received() - bytes) * 1000) / elapsed).toFixed(0),
  ];
}

function privateMegabytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map((match) =>
    Number(match[1]),
  );
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024;
}

/** Milliseconds from a key that changes the order to the next bytes. */
async function keyToPaint(session: Session): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    await Bun.sleep(150 + (i % 7) * 30);
    const from = performance.now();
    session.write("j");
    await session.next("");
    times.push(performance.now() - from);
  }
  return times;
}

/** Milliseconds from a line in the log to its path on the terminal, a burst of one each time. */
async function lineToScreen(session: Session, log: string): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < LINES; i++) {
    await Bun.sleep(1500);
    const from = performance.now();
    appendFileSync(log, line(i, `/probe-${i}-x`));
    await session.next(`probe-${i}-x`);
    times.push(performance.now() - from);
  }
  return times;
}

/** Appends lines at the rate until told to stop. */
function load(log: string): () => void {
  let round = 0;
  const timer = setInterval(
    () => appendFileSync(log, lines(LINES_PER_SECOND / BATCHES_PER_SECOND, ++round)),
    1000 / BATCHES_PER_SECOND,
  );
  return () => clearInterval(timer);
}

function lines(count: number, seed: number): string {
  const next = random(seed);
  // The first call names every address once.
  return Array.from({ length: count }, (_, i) =>
    line(
      count === ADDRESSES ? i : Math.floor(next() * ADDRESSES),
      `/products/${Math.floor(next() * 1e6).toString(36)}`,
    ),
  ).join("");
}

function line(address: number, path: string): string {
  const ip = `${20 + (address >> 16)}.${(address >> 8) & 255}.${address & 255}.9`;
  const time = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (.*) GMT$/, "$1/$2/$3:$4 +0000");
  return `${ip} - - [${time}] "GET ${path} HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"\n`;
}
