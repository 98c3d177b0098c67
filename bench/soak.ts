import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysToPaint } from "./keys.ts";
import { ADDRESSES, everybody, LINES_PER_SECOND, load } from "./load.ts";
import { printTable } from "./measure.ts";
import { open } from "./session.ts";
import { type Running, watch } from "./usage.ts";

const MINUTES = 30;
const MINUTE = 60_000;

const COLUMNS: readonly { heading: string; of: (running: Running) => number; digits: number }[] = [
  { heading: "private MB", of: (running) => running.privateMegabytes, digits: 1 },
  { heading: "RSS MB", of: (running) => running.residentMegabytes, digits: 1 },
  { heading: "CPU %", of: (running) => running.cpuPercent, digits: 1 },
  { heading: "bytes/s", of: (running) => running.bytesPerSecond, digits: 0 },
  { heading: "descriptors", of: (running) => running.descriptors, digits: 0 },
];
const WIDTH = 12;

/** The console under load for long: what it takes each minute, and whether that grows. */
export async function soak(minutes = MINUTES): Promise<void> {
  process.stdout.write(
    `\nconsole at 200x50 for ${minutes} minutes: ${LINES_PER_SECOND} requests/s, ${ADDRESSES} addresses, the log rotated\n`,
  );
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-soak-"));
  try {
    const log = join(folder, "access.log");
    writeFileSync(log, everybody());
    const session = await open(log, "--from-start");
    const stop = load(log);
    const seen: Running[] = [];
    writeRow(
      "minute",
      COLUMNS.map(({ heading }) => heading),
    );
    for (let minute = 1; minute <= minutes; minute++) {
      const running = await watch(session, MINUTE);
      seen.push(running);
      writeRow(
        String(minute),
        COLUMNS.map(({ of, digits }) => of(running).toFixed(digits)),
      );
    }
    printTable(
      ["", "first", "last", "lowest", "highest", "slope per hour*"],
      COLUMNS.map(({ heading, of, digits }) => {
        const values = seen.map(of);
        const figures = [values[0] ?? 0, values.at(-1) ?? 0, Math.min(...values), Math.max(...values)];
        return [
          heading,
          ...figures.map((value) => value.toFixed(digits)),
          (60 * slope(values.slice(Math.floor(values.length / 3)))).toFixed(1),
        ];
      }),
    );
    process.stdout.write(
      "  * of the last two thirds: what the start takes is given back in the first minutes\n",
    );
    await keysToPaint(session);
    stop();
    await session.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** At once: nobody waits half an hour for the first line. */
function writeRow(name: string, cells: readonly string[]): void {
  process.stdout.write(`  ${[name, ...cells].map((cell) => cell.padStart(WIDTH)).join("")}\n`);
}

/** Growth from one value to the next, by least squares. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let up = 0;
  let across = 0;
  for (const [i, value] of values.entries()) {
    up += (i - middle) * (value - mean);
    across += (i - middle) ** 2;
  }
  return across === 0 ? 0 : up / across;
}
