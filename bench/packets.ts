import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinNetns, makeNetns, type Netns } from "../test/netns.ts";
import { cpuNanoseconds, installed, median, printTable } from "./measure.ts";

const BUN = join(import.meta.dir, "../bin/bun");
const IPTOP = join(import.meta.dir, "../bin/ifguard-iptop");
const COUNT = join(import.meta.dir, "count-packets.ts");
const READ = join(import.meta.dir, "read-peers.ts");
const PROGRAMS = ["ip", "trafgen", "tcpdump", "iftop", "taskset"];
/** Packets, and how many a second: the last as fast as they can be sent. */
const RATES: readonly (readonly [name: string, packets: number, perSecond: number | undefined])[] = [
  ["50k/s", 150_000, 50_000],
  ["200k/s", 600_000, 200_000],
  ["most", 1_500_000, undefined],
];
const ROUNDS = 5;
const COST_PACKETS = 600_000;
const MANY_SOURCES = 5_000_000;

/** Counting packets in a flood over veth, beside what else reads them. Needs root for its namespaces. */
export async function packets(): Promise<void> {
  process.stdout.write("\npackets over veth: generator on one core, reader on the other\n");
  const missing = PROGRAMS.filter((program) => !installed(program));
  if (process.getuid?.() !== 0 || missing.length > 0) {
    process.stdout.write(`  needs root and ${PROGRAMS.join(", ")}\n`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
  const here = makeNetns();
  const there = makeNetns();
  try {
    for (const netns of [here, there]) quiet(netns);
    joinNetns(here, there);
    here.ip("link set eth0 address 02:00:00:00:00:01");
    there.ip("link set eth0 address 02:00:00:00:00:02");
    const bench = { here: here.name, there: there.name, folder };
    await readers(bench);
    await costs(bench);
    await manySources(bench);
    await peers(bench);
  } finally {
    await there.remove();
    await here.remove();
    rmSync(folder, { recursive: true });
  }
}

interface Bench {
  readonly here: string;
  readonly there: string;
  readonly folder: string;
}

/** No packet of the kernel's own may come between those that are counted. */
function quiet({ name }: Netns): void {
  const { exitCode, stderr } = Bun.spawnSync([
    ...within(name),
    "sh",
    "-c",
    "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6",
  ]);
  if (exitCode !== 0) throw new Error(stderr.toString());
}

function within(netns: string): string[] {
  return ["ip", "netns", "exec", netns];
}

/** A reader of packets, which can be ended and then tells what it saw. */
interface Reader {
  readonly name: string;
  readonly argv: readonly string[];
  /** How it is ended: its input ends, or it gets a signal. */
  readonly ends: "input" | "SIGINT";
  /** Of what it printed: packets counted and lost; undefined where it tells neither. */
  told(stdout: string, stderr: string): { counted: number; lost: number } | undefined;
}

const iptop = (capture: "ebpf" | "ring"): Reader => ({
  name: `ifguard-iptop, ${capture}`,
  argv: [IPTOP, "-i", "eth0", "-t", "1", "-n", "20", "--capture", capture],
  ends: "SIGINT",
  told(stdout) {
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const sum = (value: (line: { totals: { in_pkts: number }; dropped: number }) => number): number =>
      lines.reduce((total, line) => total + value(line), 0);
    return { counted: sum(({ totals }) => totals.in_pkts), lost: sum(({ dropped }) => dropped) };
  },
});

const READERS: readonly Reader[] = [
  iptop("ebpf"),
  iptop("ring"),
  {
    name: "recv loop (Bun, 8 MB)",
    argv: [BUN, COUNT, "recv", "eth0"],
    ends: "input",
    told: (stdout) => JSON.parse(stdout),
  },
  {
    name: "tcpdump -w /dev/null",
    argv: ["tcpdump", "-i", "eth0", "-n", "-w", "/dev/null"],
    ends: "SIGINT",
    told(_, stderr) {
      const number = (what: RegExp): number => Number(what.exec(stderr)?.[1] ?? Number.NaN);
      return { counted: number(/(\d+) packets captured/), lost: number(/(\d+) packets dropped by kernel/) };
    },
  },
  // It ends its own input at once where that is at its end, and spins.
  {
    name: "iftop -t",
    argv: ["iftop", "-t", "-n", "-N", "-i", "eth0"],
    ends: "SIGINT",
    told: () => undefined,
  },
];

async function readers(bench: Bench): Promise<void> {
  const rows: string[][] = [];
  for (const [rate, count, perSecond] of RATES) {
    for (const reader of READERS) {
      const running = await start(bench, reader);
      const before = running.used().cpuSeconds;
      const seconds = await send(bench, count, { perSecond, sources: "few" });
      await Bun.sleep(1_300);
      const { cpuSeconds, residentMegabytes } = running.used();
      const told = reader.told(...(await running.end()));
      rows.push([
        rate,
        reader.name,
        `${Math.round(count / seconds / 1000)}k/s`,
        told === undefined ? "-" : String(told.counted),
        told === undefined ? "-" : `${((100 * (count - told.counted)) / count).toFixed(2)} %`,
        ((1e6 * (cpuSeconds - before)) / count).toFixed(3),
        residentMegabytes.toFixed(0),
      ]);
    }
  }
  printTable(["rate", "reader", "sent", "counted", "not counted", "CPU-s per million", "RSS MB"], rows);
}

async function start({ here }: Bench, { argv, ends }: Reader) {
  const child = Bun.spawn([...within(here), "taskset", "-c", "1", ...argv], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stdout = new Response(child.stdout).text();
  const stderr = new Response(child.stderr).text();
  // Until it has opened what it reads from.
  await Bun.sleep(1_000);
  return {
    used: () => ({
      cpuSeconds: cpuNanoseconds(child.pid) / 1e9,
      residentMegabytes:
        Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
    }),
    async end(): Promise<[string, string]> {
      if (ends === "SIGINT") child.kill("SIGINT");
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await child.exited;
      clearTimeout(timer);
      return [await stdout, await stderr];
    },
  };
}

interface Sending {
  readonly perSecond?: number | undefined;
  /** 254 of them, or any; with one packet of eight from eight heavy ones. */
  readonly sources: "few" | "any" | "any and heavy";
  /** Out of the counted side, instead of into it. */
  readonly out?: boolean;
}

/** Sends TCP SYNs of 60 bytes; returns how many seconds it took. */
async function send({ here, there, folder }: Bench, count: number, sending: Sending): Promise<number> {
  const { perSecond, sources, out = false } = sending;
  const file = join(folder, "flood.cfg");
  const heavy = Array.from({ length: 8 }, (_, i) => `203, 0, 113, ${i + 1}`);
  const any = "drnd(4)";
  const patterns = {
    few: ["198, 51, 100, drnd(1)"],
    any: [any],
    "any and heavy": heavy.flatMap((one) => [any, any, any, any, any, any, any, one]),
  };
  writeFileSync(file, patterns[sources].map((source) => packet(source)).join("\n"));
  const rate = perSecond === undefined ? [] : ["-b", `${perSecond}pps`];
  const argv = ["trafgen", "-i", file, "-o", "eth0", "-n", String(count), "-P", "1", "-q", "--cpp", ...rate];
  const child = Bun.spawn([...within(out ? here : there), "taskset", "-c", "0", ...argv], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(await new Response(child.stderr).text());
  const [, seconds, microseconds] = /(\d+) sec, (\d+) usec/.exec(text) ?? [];
  return Number(seconds) + Number(microseconds) / 1e6;
}

/** Checksums are not looked at: nobody listens. */
function packet(source: string): string {
  return `{ 0x02,0,0,0,0,0x01, 0x02,0,0,0,0,0x02, 0x08,0x00,
  0x45,0, 0,40, drnd(2), 0x40,0, 64,6, 0,0, ${source}, 192,0,2,1,
  drnd(2), 0x01,0xbb, drnd(4), 0,0,0,0, 0x50,0x02, 0xff,0xff, 0,0, 0,0, 0,0,0,0,0,0 }`;
}

/** What a packet costs the kernel more than without a reader, in nanoseconds, by the best of some rounds. */
async function costs(bench: Bench): Promise<void> {
  const ways = [undefined, "tcx", "tap"] as const;
  const rows: string[][] = [];
  for (const [paged, perSecond] of [
    // Faster than it can: not held back, and yet sent one by one, in linear buffers.
    ["linear", 50_000_000],
    ["paged", undefined],
  ] as const) {
    for (const out of [false, true]) {
      const times = new Map(ways.map((way) => [way, [] as number[]]));
      for (let round = 0; round < ROUNDS; round++) {
        for (const way of ways) {
          const reader = way === undefined ? undefined : await start(bench, tapOf(way));
          const seconds = await send(bench, COST_PACKETS, { perSecond, sources: "few", out });
          times.get(way)?.push((1e9 * seconds) / COST_PACKETS);
          await reader?.end();
        }
      }
      const best = (way: (typeof ways)[number]): number => Math.min(...(times.get(way) ?? []));
      const added = (way: "tcx" | "tap"): string =>
        `${Math.round(best(way) - best(undefined))} (median ${Math.round(median(times.get(way) ?? []) - median(times.get(undefined) ?? []))})`;
      rows.push([paged, out ? "out" : "in", best(undefined).toFixed(0), added("tcx"), added("tap")]);
    }
  }
  process.stdout.write(`\n  added by counting, ns per packet: best of ${ROUNDS} interleaved rounds\n`);
  printTable(["buffers", "way", "without", "socket in, tcx out", "socket both ways"], rows);
}

function tapOf(way: "tcx" | "tap"): Reader {
  return { name: way, argv: [BUN, COUNT, way, "eth0"], ends: "input", told: () => undefined };
}

/** Forged sources, and eight that send one packet of eight. */
async function manySources(bench: Bench): Promise<void> {
  const reader: Reader = {
    ...iptop("ebpf"),
    argv: [IPTOP, "-i", "eth0", "-t", "1", "-n", "0", "--cumulative", "--capture", "ebpf"],
  };
  process.stdout.write(
    `\n  ${MANY_SOURCES / 1e6} million packets of random sources, one in eight of eight heavy ones\n`,
  );
  const count = MANY_SOURCES;
  const running = await start(bench, {
    ...reader,
    argv: [...reader.argv.slice(0, 6), "20", ...reader.argv.slice(7)],
  });
  const before = running.used().residentMegabytes;
  await send(bench, count, { sources: "any and heavy" });
  await Bun.sleep(1_300);
  const after = running.used().residentMegabytes;
  const [stdout] = await running.end();
  const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  const heavy: number[] = last.top
    .filter(({ ip }: { ip: string }) => ip.startsWith("203.0.113."))
    .map(({ in_pkts }: { in_pkts: number }) => in_pkts);
  const share = heavy.map((packets) => (100 * packets * 64) / count);
  process.stdout.write(
    `  totals ${last.totals.in_pkts} of ${count}; heavy ones found: ${heavy.length} of 8, counted ${Math.min(...share).toFixed(2)}-${Math.max(...share).toFixed(2)} % of what they sent; RSS ${before.toFixed(0)} MB before, ${after.toFixed(0)} after\n`,
  );
}

/** A table full of peers, read into the core. */
async function peers({ here, ...bench }: Bench): Promise<void> {
  const child = Bun.spawn([...within(here), "taskset", "-c", "1", BUN, READ, "60000"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  await Bun.sleep(1_000);
  await send({ here, ...bench }, 66_000, { sources: "any" });
  const text = await new Response(child.stdout).text();
  await child.exited;
  const told = JSON.parse(text.trim().split("\n").at(-1) ?? "{}");
  process.stdout.write(
    `  ${told.peers} peers read into the core: ${told.cpu.toFixed(0)} ms of CPU in parts, the longest hold of the thread ${told.longest.toFixed(1)} ms (of the core's part in it ${told.longestPart.toFixed(1)})\n`,
  );
}
