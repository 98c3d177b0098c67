import { randomInt } from "node:crypto";
import { printable } from "../config/error.ts";
import type { HealthEvent, TrafficView } from "../model/event.ts";
import { formatIp, type Ip, isV4, parseIp, parseIpWords } from "../model/ip.ts";
import { COUNT, COUNTS, type Scope, TOTALS } from "../model/traffic.ts";
import {
  addTraffic,
  bytesOf,
  clearTraffic,
  createTrafficTable,
  type TrafficTable,
  totalsOf,
} from "../model/traffic-table.ts";
import { monotonic, now } from "../sources/clock.ts";
import type { InterfaceStatus } from "../sources/counted-interface.ts";
import { createPackets, type Packets, type PacketsAsked } from "../sources/packets.ts";
import { FAILED, NO_PERMISSION, USAGE } from "./exit-codes.ts";
import { openStdout } from "./output.ts";
import { stopSignal } from "./stop.ts";
import { sudoCommand } from "./sudo.ts";

/** Grows with every change of what a key means. */
const SCHEMA_VERSION = 1;
/** Peers of one interface and line that are told apart: beyond them the lighter half gives way. */
const PEERS = 65_536;
/** Tables of the kernel are read at least so often (ms), so that a flood of sources fits. */
const LONGEST_STEP = 1000;
/** What came just before the end is there after so many milliseconds: a ring keeps it back for some. */
const SETTLE = 40;

export interface IptopOptions {
  readonly interfaces: readonly string[];
  /** Seconds. */
  readonly interval: number;
  /** Addresses a line; 0 or less for all. */
  readonly most: number;
  readonly cumulative: boolean;
  readonly localIp: readonly string[];
  readonly ipv4TcpOnly: boolean;
  readonly capture: PacketsAsked["capture"] | "off";
  /** The words after the program's name, for the command that would help. */
  readonly argv: readonly string[];
}

/** What was counted of an interface since its last line, or since the start. */
interface Sum {
  readonly name: string;
  readonly table: TrafficTable;
  dropped: number;
  sampled: boolean;
  /** That it is of. */
  milliseconds: number;
  seq: number;
}

/** `iptop`: one line for each interface and interval, until a signal or until the reader leaves. */
export async function iptop(options: IptopOptions): Promise<number> {
  const { capture, interfaces, interval } = options;
  if (capture === "off") return refuse("--capture: off counts no packets; allowed: auto, ebpf, ring", USAGE);
  // From before the first packet is counted a signal ends it with a line.
  const stopped = stopSignal();
  const sums = new Map<string, Sum>();
  const packets = createPackets({
    interfaces,
    capture,
    scope: options.ipv4TcpOnly ? ("ipv4-tcp" satisfies Scope) : "all",
    localIps: options.localIp.flatMap((text) => parseIp(text) ?? []),
    emit: (input) => collect(sums, input),
  });
  await packets.poll();
  const refusal = refusalOf(packets, options);
  if (refusal !== undefined) {
    packets.close();
    return refusal;
  }
  const output = openStdout();
  const steps = Math.ceil((1000 * interval) / LONGEST_STEP);
  let ending: number | undefined;
  const ended = Promise.race([stopped, output.ended]).then((code) => {
    ending = code;
  });
  // What was counted before the first interval began, in opening everything, belongs to it.
  let due = monotonic();
  for (let step = 1; ending === undefined; step = (step % steps) + 1) {
    due += (1000 * interval) / steps;
    // A machine that slept does not make up for what it missed.
    due = Math.max(due, monotonic());
    await Promise.race([ended, sleepUntil(due)]);
    if (ending !== undefined) await sleepUntil(monotonic() + SETTLE);
    await packets.poll();
    if (step < steps && ending === undefined) continue;
    for (const status of packets.status()) output.line(lineOf(status, sumOf(sums, status.name), options));
  }
  packets.close();
  await output.finish();
  return ending;
}

function sleepUntil(due: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, due - monotonic())));
}

/** Why nothing is counted at all, told on stderr, with the exit code; undefined where something is. */
function refusalOf(packets: Packets, { interfaces, argv }: IptopOptions): number | undefined {
  const status = packets.status();
  const missing = status.find(({ there }) => !there);
  if (missing !== undefined && interfaces.length > 0) {
    const there = packets.names().join(", ");
    return refuse(
      `--iface: there is no interface ${printable(missing.name)}; there are: ${printable(there)}`,
      USAGE,
    );
  }
  const [first] = status;
  if (first === undefined) {
    return refuse("no interface has a default route; name one: -i IFACE", USAGE);
  }
  const failed = status.find(({ source }) => source === undefined);
  if (failed === undefined) return undefined;
  const reasons = failed.reasons.join("; ");
  if (!failed.denied)
    return refuse(`packets of ${printable(failed.name)} cannot be counted: ${reasons}`, FAILED);
  const command = sudoCommand("ifguard-iptop", argv);
  return refuse(
    `no permission to count packets of ${printable(failed.name)} (${reasons}). Run: ${command}`,
    NO_PERMISSION,
  );
}

function refuse(words: string, code: number): number {
  process.stderr.write(`nethergaze: ${words}\n`);
  return code;
}

function sumOf(sums: Map<string, Sum>, name: string): Sum {
  const sum = sums.get(name) ?? {
    name,
    table: createTrafficTable(PEERS, randomInt(2 ** 32)),
    dropped: 0,
    sampled: false,
    milliseconds: 0,
    seq: 0,
  };
  sums.set(name, sum);
  return sum;
}

function collect(sums: Map<string, Sum>, input: TrafficView | HealthEvent): void {
  if (input.kind !== "traffic") return;
  const sum = sumOf(sums, input.interface);
  const { totals, dropped = 0, sampled = 0, columns } = input;
  if (totals !== undefined) {
    sum.milliseconds += input.milliseconds;
    TOTALS.forEach((name, i) => {
      sum.table.totals[i] = (sum.table.totals[i] as number) + totals[name];
    });
  }
  sum.dropped += dropped;
  if (sampled > 0) sum.sampled = true;
  addTraffic(sum.table, columns);
}

/** One line, and the table made empty where it tells of a window. */
function lineOf(status: InterfaceStatus, sum: Sum, { interval, most, cumulative }: IptopOptions): string {
  const { table } = sum;
  const { localIps } = status;
  const totals = totalsOf(table);
  const line = {
    ts: Math.floor(now() / 1000),
    iface: status.name,
    local_ip: localIps.find(isIpv4) ?? localIps[0] ?? "",
    interval_sec: interval,
    mode: cumulative ? "cumulative" : "window",
    schema_version: SCHEMA_VERSION,
    seq: ++sum.seq,
    elapsed_sec: sum.milliseconds / 1000,
    source: status.source ?? "none",
    dropped: sum.dropped,
    sampled: sum.sampled || table.refused > 0,
    local_ips: localIps,
    totals: {
      in_bytes: totals.inBytes,
      out_bytes: totals.outBytes,
      in_pkts: totals.inPackets,
      out_pkts: totals.outPackets,
      syn_in: totals.synIn,
      synack_out: totals.synAckOut,
      non_ip: totals.nonIp,
    },
    top: heaviest(table, most).map((slot) => rowOf(table, slot)),
  };
  if (!cumulative) {
    clearTraffic(table);
    sum.dropped = 0;
    sum.sampled = false;
    sum.milliseconds = 0;
  }
  return JSON.stringify(line);
}

function isIpv4(ip: Ip): boolean {
  const words = new Uint32Array(4);
  return parseIpWords(ip, words) && isV4(words);
}

/** By bytes; who came first comes first where they are equal. */
function heaviest(table: TrafficTable, most: number): number[] {
  const slots = Array.from({ length: table.peers.size }, (_, slot) => slot);
  const first = (slot: number): number => table.firstSeen[slot] as number;
  slots.sort((a, b) => bytesOf(table, b) - bytesOf(table, a) || first(a) - first(b) || a - b);
  return most > 0 ? slots.slice(0, most) : slots;
}

function rowOf({ peers, counts }: TrafficTable, slot: number) {
  const count = (name: keyof typeof COUNT): number => counts[COUNTS * slot + COUNT[name]] as number;
  const [inBytes, outBytes, inPackets, outPackets] = [
    count("inBytes"),
    count("outBytes"),
    count("inPackets"),
    count("outPackets"),
  ];
  const packets = inPackets + outPackets;
  return {
    ip: formatIp(peers.words, 4 * slot),
    in_bytes: inBytes,
    out_bytes: outBytes,
    in_pkts: inPackets,
    out_pkts: outPackets,
    total_bytes: inBytes + outBytes,
    total_pkts: packets,
    syn_in: count("synIn"),
    synack_out: count("synAckOut"),
    ack_in: count("ackIn"),
    rst_in: count("rstIn"),
    tcp_pkts: count("tcp"),
    udp_pkts: count("udp"),
    icmp_pkts: count("icmp"),
    other_pkts: packets - count("tcp") - count("udp") - count("icmp"),
  };
}
