import { readdirSync, readFileSync } from "node:fs";

/** What a finished program used. */
export interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

/** Longest a benchmarked program may run: GoAccess takes a minute for a million lines of many addresses. */
const LIMIT = 300_000;

/** Runs a program to its end, its output thrown away. Throws when it fails. */
export async function measure(argv: readonly string[], options: { cwd?: string } = {}): Promise<Usage> {
  const started = performance.now();
  const child = Bun.spawn([...argv], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    timeout: LIMIT,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  const [code, stderr] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (code !== 0) throw new Error(`${argv.join(" ")}: exit ${code}: ${stderr.slice(-500)}`);
  const used = child.resourceUsage();
  return {
    wallSeconds: (performance.now() - started) / 1000,
    cpuSeconds: Number(used?.cpuTime.total ?? 0n) / 1e6,
    peakMegabytes: (used?.maxRSS ?? 0) / 2 ** 20,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of one number over several runs, with the range it comes from. */
export function spread(values: readonly number[], digits = 0): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)}-${high.toFixed(digits)})`;
}

export function installed(program: string): boolean {
  return Bun.which(program, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }) !== null;
}

/** Prints rows under headings, as wide as their widest cell. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [headings, ...rows];
  const widths = headings.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  for (const row of all) {
    process.stdout.write(
      `  ${row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
}

/** Run time of all threads (proc(5), schedstat). */
export function cpuNanoseconds(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]),
    0,
  );
}
