import { join } from "node:path";
import { joinNetns, makeNetns } from "../test/netns.ts";
import { installed, printTable } from "./measure.ts";

const SOCKETS = 50_000;
const CROWDS = 4;
const ROUNDS = 9;
const BUN = join(import.meta.dir, "../bin/bun");
const DUMP = join(import.meta.dir, "dump-sockets.ts");

interface Dump {
  readonly all: { readonly milliseconds: number; readonly rows: number };
  readonly live: { readonly milliseconds: number; readonly rows: number };
}

/** A dump of 50,000 sockets, half of them IPv6, beside `ss -tan`. Needs root for its namespaces. */
export async function sockets(): Promise<void> {
  process.stdout.write(`\nsock_diag: ${SOCKETS} established sockets\n`);
  if (process.getuid?.() !== 0 || !installed("ss") || !installed("ip")) {
    process.stdout.write("  needs root, ip and ss\n");
    return;
  }
  const here = makeNetns();
  const there = makeNetns();
  try {
    joinNetns(here, there);
    for (const [netns, host] of [
      [here, 1],
      [there, 2],
    ] as const) {
      netns.ip(`addr add 192.0.2.${host}/24 dev eth0`);
      netns.ip(`addr add 2001:db8::${host}/64 dev eth0 nodad`);
    }
    // Several processes: one may open no more than 20,000 files on many a machine.
    const crowds = Array.from({ length: CROWDS }, async (_, i) => {
      const host = i % 2 === 0 ? "192.0.2.1" : "2001:db8::1";
      const port = 9000 + i;
      await here.actor().ask({ do: "listen", host, port });
      await there.actor().ask({ do: "crowd", host, port, count: SOCKETS / CROWDS });
    });
    await Promise.all(crowds);
    const ss = await bestSs(here.name);
    const dump = await run<Dump>(here.name, [BUN, DUMP, String(ROUNDS)]);
    printTable(
      ["", "rows", "CPU ms", "of ss -tan"],
      [
        ["ss -tan", "", ss.toFixed(0), "1"],
        [
          "all states",
          String(dump.all.rows),
          dump.all.milliseconds.toFixed(0),
          (dump.all.milliseconds / ss).toFixed(2),
        ],
        [
          "live states",
          String(dump.live.rows),
          dump.live.milliseconds.toFixed(0),
          (dump.live.milliseconds / ss).toFixed(2),
        ],
      ],
    );
  } finally {
    await there.remove();
    await here.remove();
  }
}

/** CPU milliseconds of the best of several runs. */
async function bestSs(netns: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const child = Bun.spawn(["ip", "netns", "exec", netns, "ss", "-tan"], { stdout: "ignore" });
    await child.exited;
    best = Math.min(best, Number(child.resourceUsage()?.cpuTime.total ?? 0n) / 1000);
  }
  return best;
}

async function run<T>(netns: string, argv: readonly string[]): Promise<T> {
  const child = Bun.spawn(["ip", "netns", "exec", netns, ...argv], { stdout: "pipe" });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${argv.join(" ")} failed`);
  // What our own program prints.
  return JSON.parse(text) as T;
}
