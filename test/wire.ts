import { join } from "node:path";
import { joinNetns, makeNetns, type Netns } from "./netns.ts";
import { LOCAL_MAC, PEER_MAC } from "./pcaps.ts";
import { ENV, IPTOP, type Program, startProgram } from "./program.ts";
import { inNetns } from "./servers.ts";
import { until } from "./until.ts";

/** A line of `ifguard-iptop`. */
export interface Line {
  readonly ts: number;
  readonly iface: string;
  readonly local_ip: string;
  readonly interval_sec: number;
  readonly mode: string;
  readonly schema_version: number;
  readonly seq: number;
  /** Seconds that were counted. */
  readonly elapsed_sec: number;
  readonly source: string;
  readonly dropped: number;
  readonly sampled: boolean;
  readonly local_ips: readonly string[];
  readonly totals: Totals;
  readonly top: readonly Row[];
}

export interface Totals {
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly in_pkts: number;
  readonly out_pkts: number;
  readonly syn_in: number;
  readonly synack_out: number;
  readonly non_ip: number;
}

export interface Row {
  readonly ip: string;
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly in_pkts: number;
  readonly out_pkts: number;
  readonly total_bytes: number;
  readonly total_pkts: number;
  readonly syn_in: number;
  readonly synack_out: number;
  readonly ack_in: number;
  readonly rst_in: number;
  readonly tcp_pkts: number;
  readonly udp_pkts: number;
  readonly icmp_pkts: number;
  readonly other_pkts: number;
}

/** Both ways of counting packets. */
export const RUNGS = ["ebpf", "ring"] as const;

/** What ends the programs that were started here. */
const running: (() => Promise<unknown>)[] = [];

/** Ends what a test left behind because it failed: to be called after each. */
export async function endAll(): Promise<void> {
  for (const end of running.splice(0)) await end();
}

/** As {@link startProgram}, until {@link endAll} at the latest. */
export function start(...args: Parameters<typeof startProgram>): Program {
  const program = startProgram(...args);
  running.push(() => program.stop("SIGKILL"));
  return program;
}

/** A host that is watched and one that is not, with an `eth0` each between them. */
export interface Wire {
  readonly here: Netns;
  readonly there: Netns;
  remove(): Promise<void>;
}

/** Nothing passes this wire but what a test sends: no address, no IPv6 of the kernel's own, and no need of ARP. */
export function makeWire(): Wire {
  const here = quietNetns();
  const there = quietNetns();
  joinNetns(here, there);
  here.ip(`link set eth0 address ${LOCAL_MAC}`);
  there.ip(`link set eth0 address ${PEER_MAC}`);
  return {
    here,
    there,
    async remove() {
      await here.remove();
      await there.remove();
    },
  };
}

/** The addresses of both ends of a wire of IPv4. */
export const HERE = "10.9.0.1";
export const THERE = "10.9.0.2";

/** Gives both hosts an address; each knows where the other is. */
export function address({ here, there }: Wire): void {
  here.ip(`addr add ${HERE}/24 dev eth0`);
  there.ip(`addr add ${THERE}/24 dev eth0`);
  here.ip(`neigh replace ${THERE} lladdr ${PEER_MAC} dev eth0 nud permanent`);
  there.ip(`neigh replace ${HERE} lladdr ${LOCAL_MAC} dev eth0 nud permanent`);
}

/** A namespace whose interfaces, but for those that are there already, say nothing of themselves. */
export function quietNetns(): Netns {
  const netns = makeNetns();
  const off = "for i in all default; do echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6; done";
  const { exitCode, stderr } = Bun.spawnSync([...inNetns(netns.name), "sh", "-c", off]);
  if (exitCode !== 0) throw new Error(stderr.toString());
  return netns;
}

/**
 * Runs a program to its end, in a namespace if one is named, and returns what it wrote; throws what it complains of.
 * `unanswered`: ping and hping3 end with 1 where nobody answers.
 */
export async function run(argv: readonly string[], netns?: Netns, unanswered = false): Promise<string> {
  const child = Bun.spawn([...inNetns(netns?.name), ...argv], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...ENV, PATH: `${ENV.PATH}:/usr/sbin:/sbin` },
    timeout: 20_000,
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0 && !(code === 1 && unanswered)) throw new Error(`${argv.join(" ")}: ${code}: ${err}${out}`);
  return out;
}

function end(child: Bun.Subprocess): Promise<number> {
  child.kill("SIGKILL");
  return child.exited;
}

/** A program of the tests in a namespace, which answers lines with lines. */
export interface Helper {
  ask(line: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a script of this folder; resolves once it said `ready`. */
export async function startHelper(netns: Netns, script: string, args: readonly string[]): Promise<Helper> {
  const argv = [join(import.meta.dir, "../bin/bun"), join(import.meta.dir, script), ...args];
  const child = Bun.spawn([...inNetns(netns.name), ...argv], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  running.push(() => end(child));
  let said = "";
  const reading = (async () => {
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) said += piece;
  })();
  const next = async (): Promise<string> => {
    const line = await until(() => /^(.*)\n/.exec(said)?.[1], `an answer of ${script}`);
    said = said.slice(line.length + 1);
    return line;
  };
  if ((await next()) !== "ready") throw new Error(script);
  return {
    ask(line) {
      child.stdin.write(`${line}\n`);
      child.stdin.flush();
      return next();
    },
    async stop() {
      child.stdin.end();
      await Promise.all([reading, child.exited]);
    },
  };
}

/** A capture of an interface by tcpdump, from when this resolves until the result is called: that writes `pcap`. */
export async function startTcpdump(netns: Netns, pcap: string, name = "eth0"): Promise<() => Promise<void>> {
  const argv = [
    "tcpdump",
    "-i",
    name,
    "-w",
    pcap,
    "-U",
    "--immediate-mode",
    "-B",
    "32768",
    "-s",
    "2048",
    "-Z",
    "root",
  ];
  const child = Bun.spawn([...inNetns(netns.name), ...argv], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  running.push(() => end(child));
  let said = "";
  const reading = (async () => {
    for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) said += piece;
  })();
  await until(() => said.includes("listening on"), "tcpdump");
  return async () => {
    child.kill("SIGINT");
    await Promise.all([reading, child.exited]);
    if (!/\b0 packets dropped by kernel/.test(said)) throw new Error(said);
  };
}

/** Sends the packets of a capture file out of an interface, as fast as it goes. */
export async function replay(netns: Netns, pcap: string, name = "eth0"): Promise<void> {
  const said = await run(["tcpreplay", "--topspeed", "-i", name, pcap], netns);
  if (!/Failed packets:\s+0\s/.test(said)) throw new Error(said);
}

/** Sends `count` packets that trafgen makes of `config`. By a ring, so that they lie in pages. */
export async function flood(
  netns: Netns,
  config: string,
  count: number,
  flags: string[] = [],
): Promise<void> {
  const said = await run(["trafgen", ...flags, "-o", "eth0", "-n", String(count), "-c", config], netns);
  const sent = Number(/(\d+) packets outgoing/.exec(said)?.[1]);
  if (sent !== count) throw new Error(`trafgen sent ${sent} of ${count}: ${said}`);
}

/** What an interface counts itself (/proc/net/dev). */
export async function counters(netns: Netns, name = "eth0") {
  const text = await run(["cat", "/proc/net/dev"], netns);
  const line = text.split("\n").find((line) => line.trim().startsWith(`${name}:`));
  const numbers = (line?.split(":")[1] ?? "").trim().split(/\s+/).map(Number);
  const [inBytes = -1, inPackets = -1] = numbers;
  const [outBytes = -1, outPackets = -1] = numbers.slice(8);
  return { inBytes, inPackets, outBytes, outPackets };
}

/** `ifguard-iptop`, counting. */
export interface Iptop extends Program {
  /** The newest line of an interface that `holds`, once there is one. */
  line(what: string, holds: (line: Line) => boolean, name?: string): Promise<Line>;
  /** Its last line, after the end. */
  end(signal?: NodeJS.Signals): Promise<Line>;
}

/** Starts `ifguard-iptop ARGS` in a namespace; it counts when this resolves. Of `eth0` where no interface is named. */
export async function startIptop(
  netns: Netns,
  args: readonly string[],
  by: readonly string[] = [],
): Promise<Iptop> {
  const named = args.includes("-i") ? args : ["-i", "eth0", ...args];
  const program = start(named, netns.name, by, IPTOP);
  const lines = program.lines as unknown as readonly Line[];
  const iptop: Iptop = {
    pid: program.pid,
    lines: program.lines,
    get stderr() {
      return program.stderr;
    },
    signal: program.signal,
    stop: program.stop,
    line: (what: string, holds: (line: Line) => boolean, name?: string) =>
      until(() => {
        if (program.stderr !== "") throw new Error(program.stderr);
        const line = lines.findLast(({ iface }) => name === undefined || iface === name);
        return line !== undefined && holds(line) ? line : undefined;
      }, what),
    async end(signal: NodeJS.Signals = "SIGINT") {
      const { code, stderr } = await program.stop(signal);
      if (code !== 0 || stderr !== "") throw new Error(`ifguard-iptop: ${code}: ${stderr}`);
      return lines.at(-1) as Line;
    },
  };
  await iptop.line("a first line", () => true);
  return iptop;
}

/** All packets of a line, IP or not. */
export function packetsOf({ totals }: Line): number {
  return totals.in_pkts + totals.out_pkts + totals.non_ip;
}

/** Counts of a capture's packets by peer, and of all. */
export interface Truth {
  readonly rows: ReadonlyMap<string, Row>;
  readonly totals: Totals;
}

/** What tshark reads of each packet, with fragments left as they are. */
const FIELDS = [
  "frame.len",
  "frame.protocols",
  "ip.src",
  "ip.dst",
  "ip.proto",
  "ip.len",
  "ipv6.src",
  "ipv6.dst",
  "ipv6.nxt",
  "ipv6.hopopts.nxt",
  "ipv6.fraghdr.nxt",
  "tcp.flags",
] as const;

/** One packet of a capture. */
interface Told {
  readonly fields: Readonly<Record<(typeof FIELDS)[number], string>>;
  readonly outgoing: boolean;
}

/** The packets of a capture file in tshark's words. */
export async function tshark(pcap: string, outgoing: boolean): Promise<Told[]> {
  const prefs = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE"];
  const out = await run([
    "tshark",
    ...["-r", pcap, "-T", "fields", "-E", "occurrence=f"],
    ...prefs.flatMap((pref) => ["-o", pref]),
    ...FIELDS.flatMap((field) => ["-e", field]),
  ]);
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const values = line.split("\t");
      const fields = Object.fromEntries(FIELDS.map((field, i) => [field, values[i] ?? ""]));
      return { fields: fields as Told["fields"], outgoing };
    });
}

/** Sums up what tshark said as `ifguard-iptop` does, given the addresses that are this host's. */
export function truthOf(packets: readonly Told[], local: readonly string[] = []): Truth {
  const rows = new Map<string, Mutable<Row>>();
  const totals = { in_bytes: 0, out_bytes: 0, in_pkts: 0, out_pkts: 0, syn_in: 0, synack_out: 0, non_ip: 0 };
  for (const { fields, outgoing } of packets) {
    const protocols = fields["frame.protocols"].split(":");
    const family = protocols.find((name) => name === "ip" || name === "ipv6");
    const source = family === undefined ? "" : fields[`${family === "ip" ? "ip" : "ipv6"}.src`];
    const destination = family === undefined ? "" : fields[`${family === "ip" ? "ip" : "ipv6"}.dst`];
    const tags = protocols.filter((name) => name === "vlan" || name === "ieee8021ad").length;
    // The kernel takes one tag out of what comes in, and behind two we look ourselves.
    if (source === "" || tags > (outgoing ? 2 : 3)) {
      totals.non_ip++;
      continue;
    }
    const out = local.includes(source) || (!local.includes(destination) && outgoing);
    const peer = out ? destination : source;
    const row = rows.get(peer) ?? emptyRow(peer);
    rows.set(peer, row);
    const bytes = Number(fields["frame.len"]);
    const way = out ? "out" : "in";
    row[`${way}_bytes`] += bytes;
    row[`${way}_pkts`]++;
    row.total_bytes += bytes;
    row.total_pkts++;
    totals[`${way}_bytes`] += bytes;
    totals[`${way}_pkts`]++;
    const carried =
      family === "ip"
        ? fields["ip.proto"]
        : fields["ipv6.fraghdr.nxt"] || fields["ipv6.hopopts.nxt"] || fields["ipv6.nxt"];
    const [tcp, udp] = [carried === "6", carried === "17"];
    const icmp = carried === "1" || carried === "58";
    row.tcp_pkts += Number(tcp);
    row.udp_pkts += Number(udp);
    row.icmp_pkts += Number(icmp);
    row.other_pkts += Number(!tcp && !udp && !icmp);
    const flags = tcp ? Number(fields["tcp.flags"]) : 0;
    const [syn, rst, ack] = [(flags & 2) > 0, (flags & 4) > 0, (flags & 16) > 0];
    const opens = Number(!out && syn && !ack && !rst);
    const answers = Number(out && syn && ack);
    row.syn_in += opens;
    row.synack_out += answers;
    row.ack_in += Number(!out && ack && !syn && !rst);
    row.rst_in += Number(!out && rst);
    totals.syn_in += opens;
    totals.synack_out += answers;
  }
  return { rows, totals };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function emptyRow(ip: string): Mutable<Row> {
  const none = { in_bytes: 0, out_bytes: 0, in_pkts: 0, out_pkts: 0, total_bytes: 0, total_pkts: 0 };
  const flags = { syn_in: 0, synack_out: 0, ack_in: 0, rst_in: 0 };
  return { ip, ...none, ...flags, tcp_pkts: 0, udp_pkts: 0, icmp_pkts: 0, other_pkts: 0 };
}

/** Rows by their addresses: equal ones compare as equal, whatever their order. */
export function byIp(rows: Iterable<Row>): Row[] {
  return [...rows].sort((a, b) => (a.ip < b.ip ? -1 : 1));
}
