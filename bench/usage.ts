import { readdirSync, readFileSync } from "node:fs";
import { cpuNanoseconds } from "./measure.ts";
import type { Session } from "./session.ts";

/** What a running console takes: memory and descriptors now, the rest over a time. */
export interface Running {
  readonly privateMegabytes: number;
  readonly residentMegabytes: number;
  readonly cpuPercent: number;
  readonly bytesPerSecond: number;
  readonly descriptors: number;
}

/** Measures for so many milliseconds. */
export async function watch({ pid, received }: Session, milliseconds: number): Promise<Running> {
  const cpu = cpuNanoseconds(pid);
  const bytes = received();
  const from = performance.now();
  await Bun.sleep(milliseconds);
  const elapsed = performance.now() - from;
  return {
    // Of threads that ended meanwhile the time is not known any more.
    cpuPercent: Math.max(0, (cpuNanoseconds(pid) - cpu) / 1e4 / elapsed),
    bytesPerSecond: ((received() - bytes) * 1000) / elapsed,
    privateMegabytes: rollup(pid, /^Private_(?:Clean|Dirty): +(\d+) kB$/gm),
    residentMegabytes: rollup(pid, /^Rss: +(\d+) kB$/gm),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

function rollup(pid: number, sizes: RegExp): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return [...text.matchAll(sizes)].reduce((sum, match) => sum + Number(match[1]), 0) / 1024;
}
