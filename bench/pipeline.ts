import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installed, measure, median, printTable, spread, type Usage } from "./measure.ts";

const LINES = 1_000_000;
const ROUNDS = 3;
const BUN = join(import.meta.dir, "../bin/bun");
const GENERATOR = join(import.meta.dir, "access-log.ts");
const NETHERGAZE = join(import.meta.dir, "../bin/nethergaze");

interface Contender {
  readonly name: string;
  readonly argv: (log: string) => string[];
  /** How often it runs: less where one run takes a minute. */
  readonly rounds: number;
}

/** Each reads the whole log; GoAccess and lnav group by address too. None of the three does quite the same work. */
const CONTENDERS: readonly Contender[] = [
  {
    name: "nethergaze, joined snapshot",
    rounds: ROUNDS,
    argv: (log) => [NETHERGAZE, "top", "--once", "--json", "--no-follow", "--access-log", log],
  },
  {
    name: "nethergaze, every line as JSON",
    rounds: ROUNDS,
    argv: (log) => [NETHERGAZE, "stream", "events", "--no-follow", "--access-log", log],
  },
  {
    name: "goaccess, JSON report",
    rounds: 1,
    argv: (log) => ["goaccess", log, "--log-format=COMBINED", "--no-global-config", "-o", `${log}.json`],
  },
  {
    name: "lnav, group by address",
    rounds: ROUNDS,
    argv: (log) => ["lnav", "-n", "-c", ";SELECT c_ip, count(*) FROM access_log GROUP BY c_ip", log],
  },
];

/** Log file to joined snapshot, beside the peers, the rounds of all interleaved. */
export async function pipeline(): Promise<void> {
  for (const [addresses, rate] of [
    [100_000, 500],
    [5_000, 5_000],
  ] as const) {
    process.stdout.write(`\npipeline: ${LINES} combined lines of ${addresses} addresses\n`);
    const folder = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
    try {
      const log = join(folder, "access.log");
      await measure([BUN, GENERATOR, log, String(LINES), String(addresses), String(rate)]);
      await compare(log);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

async function compare(log: string): Promise<void> {
  const runs = new Map<string, Usage[]>();
  const contenders = CONTENDERS.filter(({ argv }) => installed(argv(log)[0] ?? ""));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, argv, rounds } of contenders) {
      if (round < rounds) runs.set(name, [...(runs.get(name) ?? []), await measure(argv(log))]);
    }
  }
  const speeds = (name: string): number[] => (runs.get(name) ?? []).map((r) => LINES / r.wallSeconds / 1000);
  const ours = median(speeds(contenders[0]?.name ?? ""));
  printTable(
    ["", "k lines/s", "CPU s", "peak MB", "ours is"],
    contenders.map(({ name }) => [
      name,
      spread(speeds(name)),
      median((runs.get(name) ?? []).map((r) => r.cpuSeconds)).toFixed(1),
      median((runs.get(name) ?? []).map((r) => r.peakMegabytes)).toFixed(0),
      `${(ours / median(speeds(name))).toFixed(1)}x`,
    ]),
  );
  for (const { argv } of CONTENDERS) {
    const [program] = argv(log);
    if (program !== undefined && !installed(program)) process.stdout.write(`  ${program}: not installed\n`);
  }
}
