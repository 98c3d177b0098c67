import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysToPaint } from "./keys.ts";
import { ADDRESSES, everybody, LINES_PER_SECOND, line, load } from "./load.ts";
import { median, printTable } from "./measure.ts";
import { open, type Session } from "./session.ts";
import { watch } from "./usage.ts";

/** Before measuring: the first snapshots, the compilers and the first collections are over. */
const WARM_UP = 8_000;
/** Idle, the compilers work on for a minute on what is run once a second. */
const SETTLED = 60_000;
const MEASURED = 20_000;
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
    writeFileSync(busy, everybody());
    const loaded = await open(busy, "--from-start");
    const stop = load(busy);
    await Bun.sleep(WARM_UP);
    const loadUse = await use(loaded);
    await keysToPaint(loaded);
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
      `  line written to bytes on the terminal, quiet: ${median(lag).toFixed(0)} ms, worst ${Math.max(...lag).toFixed(0)} of ${LINES}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** CPU, memory and bytes over the measured time, as cells of the table. */
async function use(session: Session): Promise<string[]> {
  const { cpuPercent, privateMegabytes, bytesPerSecond } = await watch(session, MEASURED);
  return [cpuPercent.toFixed(2), privateMegabytes.toFixed(0), bytesPerSecond.toFixed(0)];
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
