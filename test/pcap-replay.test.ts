import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { TrafficEvent } from "../src/model/event.ts";
import { FLAG } from "../src/model/traffic.ts";
import {
  BEGIN,
  fragments,
  LINK,
  LOCAL_V4,
  LOCAL_V6,
  malformed,
  mixed,
  runts,
  synFlood,
  type TestPacket,
  vlans,
  writePcap,
  writePcapng,
} from "./pcaps.ts";
import { ENV, NETHERGAZE, runProgram } from "./program.ts";
import { describeWith } from "./requires.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-pcap-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what tshark takes for the largest capture on a busy machine. */
const TIMEOUT = 60_000;

let files = 0;
function named(end: string): string {
  return join(folder, `${files++}.${end}`);
}

function file(content: Uint8Array, end = "pcap"): string {
  const path = named(end);
  writeFileSync(path, content);
  return path;
}

/** Frames and bytes by peer as `peer: in packets/bytes, out packets/bytes`, and the same of all; of TCP, which opened. */
interface Counted {
  readonly peers: Record<string, string>;
  readonly total: string;
  readonly syns: string;
  readonly nonIp: number;
}

class Counter {
  readonly #peers = new Map<string, number[]>();
  readonly #total = [0, 0, 0, 0];
  synIn = 0;
  synAckOut = 0;
  nonIp = 0;

  add(peer: string, counts: readonly (number | undefined)[]): void {
    const before = this.#peers.get(peer) ?? [0, 0, 0, 0];
    this.#peers.set(
      peer,
      before.map((n, i) => n + (counts[i] ?? 0)),
    );
  }

  addAll(counts: readonly (number | undefined)[]): void {
    counts.forEach((count = 0, i) => {
      this.#total[i] = (this.#total[i] ?? 0) + count;
    });
  }

  counted(): Counted {
    const told = ([inPackets, inBytes, outPackets, outBytes]: readonly number[]) =>
      `in ${inPackets}/${inBytes}, out ${outPackets}/${outBytes}`;
    const peers = [...this.#peers].sort().map(([peer, counts]) => [peer, told(counts)]);
    return {
      peers: Object.fromEntries(peers),
      total: told(this.#total),
      syns: `${this.synIn} in, ${this.synAckOut} out`,
      nonIp: this.nonIp,
    };
  }
}

/** What the program says of a capture. */
async function replayed(path: string, args: readonly string[] = []) {
  const { code, stdout, stderr } = await runProgram(["replay", path, "--as", "events", ...args]);
  const counter = new Counter();
  for (const line of stdout.split("\n")) {
    if (line === "") continue;
    const event: TrafficEvent = JSON.parse(line);
    expect(event.kind).toBe("traffic");
    const { totals } = event;
    counter.addAll([totals?.inPackets, totals?.inBytes, totals?.outPackets, totals?.outBytes]);
    counter.synIn += totals?.synIn ?? 0;
    counter.synAckOut += totals?.synAckOut ?? 0;
    counter.nonIp += totals?.nonIp ?? 0;
    for (const { ip, inPackets, inBytes, outPackets, outBytes } of event.peers) {
      counter.add(ip, [inPackets, inBytes, outPackets, outBytes]);
    }
  }
  return { ...counter.counted(), code, stderr };
}

/** What tshark calls VLAN tags. */
const TAGS = ["vlan", "ieee8021ad"];

/** The same of tshark. */
async function dissected(path: string, local = [LOCAL_V4, LOCAL_V6]): Promise<Counted & { frames: number }> {
  const fields = ["frame.len", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.flags"];
  const output = await ran([
    "tshark",
    "-n",
    ...["ip", "ipv6"].flatMap((name) => ["-o", `${name}.defragment:FALSE`]),
    ...["-o", "tcp.desegment_tcp_streams:FALSE"],
    ...["-r", path, "-T", "fields", "-E", "occurrence=f"],
    ...fields.flatMap((field) => ["-e", field]),
  ]);
  const counter = new Counter();
  let frames = 0;
  for (const line of output.split("\n")) {
    if (line === "") continue;
    frames++;
    const [length = "", protocols = "", src4 = "", dst4 = "", src6 = "", dst6 = "", flags = ""] =
      line.split("\t");
    const names = protocols.split(":");
    const outer = names.find((name) => name === "ip" || name === "ipv6");
    const [source, destination] = outer === "ip" ? [src4, dst4] : outer === "ipv6" ? [src6, dst6] : ["", ""];
    // Only behind two tags is looked.
    if (source === "" || names.filter((name) => TAGS.includes(name)).length > 2) {
      counter.nonIp++;
      continue;
    }
    const out = local.includes(source);
    const bits = Number(flags || 0) & (FLAG.syn | FLAG.ack | FLAG.rst);
    if (!out && bits === FLAG.syn) counter.synIn++;
    if (out && (bits & FLAG.ack) !== 0 && (bits & FLAG.syn) !== 0) counter.synAckOut++;
    const counts = out ? [0, 0, 1, Number(length)] : [1, Number(length), 0, 0];
    counter.addAll(counts);
    counter.add(out ? destination : source, counts);
  }
  return { ...counter.counted(), frames };
}

/** What a program writes on stdout. */
async function ran(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe", env: ENV });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout;
}

/** The program and tshark count the same, to the packet and the byte. */
async function expectSame(path: string, args: readonly string[] = []) {
  const [{ frames, ...theirs }, { code, stderr, ...ours }] = await Promise.all([
    dissected(path),
    replayed(path, args),
  ]);
  expect(ours).toEqual(theirs);
  expect(stderr.trimEnd().split("\n").at(-1)).toBe(`lines=${frames} parsed=${frames} unparsed=0`);
  expect(code).toBe(0);
  expect(frames).toBeGreaterThan(0);
}

const NAMED = ["--local-ip", LOCAL_V4, "--local-ip", LOCAL_V6];

describeWith([{ program: "tshark" }], "a capture is counted as tshark counts it", () => {
  const mix = mixed(11, 2500);
  const captures: [what: string, bytes: () => Uint8Array, end: string][] = [
    ["all that an interface sees", () => writePcap(mix), "pcap"],
    [
      "with times in nanoseconds, of a host of the other order",
      () => writePcap(mix, { nanoseconds: true, bigEndian: true }),
      "pcap",
    ],
    ["gzip", () => gzipSync(writePcap(mix)), "pcap.gz"],
    ["cut to 96 bytes each", () => writePcap(mix, { snapLength: 96 }), "pcap"],
    ["VLANs", () => writePcap(vlans()), "pcap"],
    ["fragments", () => writePcap(fragments()), "pcap"],
    ["a flood", () => writePcap(synFlood(1, 5000)), "pcap"],
    ["frames shorter than a header", () => writePcap([...runts(), ...mix.slice(0, 9)]), "pcap"],
    ...Object.entries(LINK).flatMap(([name, linkType]): [string, () => Uint8Array, string][] => [
      [`${name} in pcap`, () => writePcap(mix, { linkType, bigEndian: linkType % 2 === 0 }), "pcap"],
      [
        `${name} in pcapng`,
        () =>
          writePcapng(mix, { interfaces: [{ linkType, resolution: 0x94 }], bigEndian: linkType % 2 === 1 }),
        "pcapng",
      ],
    ]),
    [
      "two sections of several interfaces",
      () =>
        Buffer.concat([
          writePcapng(mix, {
            interfaces: [{ name: "eth0" }, { name: "any", linkType: LINK.sll }],
            directions: true,
          }),
          writePcapng(mix, {
            bigEndian: true,
            interfaces: [{ name: "tun0", linkType: LINK.raw, resolution: 9 }],
          }),
        ]),
      "pcapng",
    ],
    ["simple packets", () => writePcapng(mix, { block: "simple", snapLength: 128 }), "pcapng"],
    [
      "obsolete packets",
      () => writePcapng(mix, { block: "obsolete", bigEndian: true, directions: true }),
      "pcapng",
    ],
  ];
  test.each(captures)("%s", (_, bytes, end) => expectSame(file(bytes(), end), NAMED), TIMEOUT);

  test.each([[[]], [NAMED.slice(0, 2)], [NAMED.slice(2)]])(
    "and without a word about whose it is, or of one family: %j",
    (args) => expectSame(file(writePcap(mix)), args),
    TIMEOUT,
  );

  // Two headers that were cut behind the source's address, of which tshark still tells it; and one that is longer than its
  // packet, and one whose packet is shorter than it, of which it does not, while every counter here does.
  const doubtful = [3, 10, 18, 27];
  test(
    "malformed packets too",
    async () => {
      const clear = malformed().filter((_, i) => !doubtful.includes(i));
      const path = file(writePcap(clear));
      const [theirs, ours] = await Promise.all([dissected(path), replayed(path, NAMED)]);
      expect([ours.peers, ours.total, ours.nonIp]).toEqual([theirs.peers, theirs.total, theirs.nonIp]);
      const each = await replayed(file(writePcap(malformed().filter((_, i) => doubtful.includes(i)))), NAMED);
      expect([each.total, each.nonIp]).toEqual(["in 2/108, out 0/0", 2]);
    },
    TIMEOUT,
  );
});

describeWith(
  [{ program: "editcap" }, { program: "mergecap" }, { program: "tshark" }],
  "captures of other programs",
  () => {
    const path = file(writePcap(mixed(12, 2000)));
    const other = file(writePcap(mixed(13, 2000), { linkType: LINK.sll2 }));
    test.each(["pcap", "pcapng", "nsecpcap"])(
      "%s of editcap",
      async (format) => {
        const made = named(format);
        await ran(["editcap", "-F", format, path, made]);
        await expectSame(made, NAMED);
      },
      TIMEOUT,
    );

    test(
      "what mergecap put together of two link types, with comments and chopped packets",
      async () => {
        const chopped = named("pcapng");
        await ran(["editcap", "-s", "64", "-a", "3:a comment", "-F", "pcapng", path, chopped]);
        const made = named("pcapng");
        await ran(["mergecap", "-w", made, chopped, other]);
        await expectSame(made, NAMED);
      },
      TIMEOUT,
    );
  },
);

describeWith([{ program: "tcpdump" }, { program: "tshark" }], "captures of tcpdump", () => {
  test.each([[[]], [["--nano"]]])(
    "written with %p",
    async (args) => {
      const made = named("pcap");
      const precision = args.length > 0 ? ["--time-stamp-precision=nano"] : [];
      await ran([
        "tcpdump",
        "-n",
        ...precision,
        "-r",
        file(writePcap(mixed(14, 2000))),
        "-w",
        made,
        "-Z",
        "root",
      ]);
      await expectSame(made, NAMED);
    },
    TIMEOUT,
  );
});

describe("a capture that is damaged", () => {
  const mix = mixed(15, 1000);

  test(
    "is read up to there, and that is said",
    async () => {
      const whole = writePcap(mix);
      const path = file(whole.subarray(0, whole.length - 10));
      const { code, stderr, total } = await replayed(path);
      expect(stderr).toContain(`${path}: read up to its damage: it ends within a packet`);
      expect(stderr).toEndWith("lines=999 parsed=999 unparsed=0\n");
      expect(total).not.toBe("in 0/0, out 0/0");
      expect(code).toBe(1);
    },
    TIMEOUT,
  );

  test.each([
    ["pcap", writePcap([])],
    ["pcapng", writePcapng([])],
  ])(
    "garbage behind the header of %s",
    async (end, header) => {
      const garbage = Buffer.concat(mix.map(({ bytes }) => bytes)).fill(0x5a, 0, 64);
      const { code, stderr } = await replayed(file(Buffer.concat([header, garbage]), end));
      expect(code).toBe(1);
      expect(stderr).toMatch(/: (a packet of \d+ bytes, more than any has|a block whose frame is broken)\n/);
      expect(stderr).toEndWith("lines=0 parsed=0 unparsed=0\n");
    },
    TIMEOUT,
  );

  test(
    "link types that are not known are told",
    async () => {
      const wifi = writePcap(mix);
      wifi.writeUInt32LE(127, 20);
      const { code, stderr } = await replayed(file(wifi));
      expect(stderr).toContain("1000 of 1000 packets not understood: of link type 127");
      expect(stderr).toEndWith("lines=1000 parsed=0 unparsed=1000\n");
      expect(code).toBe(0);
    },
    TIMEOUT,
  );
});

test.each<[args: readonly string[], guessed: string | undefined]>([
  [[], `${LOCAL_V4}, ${LOCAL_V6}`],
  [["--local-ip", LOCAL_V4], LOCAL_V6],
  [NAMED, undefined],
])(
  "whose an intact capture is taken for is told on stderr: %j",
  async (args, guessed) => {
    const path = file(writePcap(mixed(18, 1000)));
    const { code, stderr } = await replayed(path, args);
    const note = `nethergaze: ${path}: read to its end; taken for this host's: ${guessed}\n`;
    expect(stderr).toBe(`${guessed === undefined ? "" : note}lines=1000 parsed=1000 unparsed=0\n`);
    expect(code).toBe(0);
  },
  TIMEOUT,
);

test(
  "a capture can be recorded as events, which replay to the same",
  async () => {
    const path = file(writePcap(mixed(16, 3000)));
    const { code, stdout } = await runProgram(["replay", path, "--as", "events"]);
    expect(code).toBe(0);
    const again = await runProgram(["replay", file(Buffer.from(stdout), "jsonl"), "--as", "events"]);
    expect(again.stdout).toBe(stdout);
  },
  TIMEOUT,
);

test(
  "a capture of 200 MB is read within memory",
  async () => {
    const path = named("pcap");
    const packets = writeLong(path, 200e6);
    const child = Bun.spawn([NETHERGAZE, "replay", path, "--as", "alerts"], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      env: ENV,
    });
    // What the kernel tells at its end has what this process held when it was started in it.
    let peak = 0;
    const timer = setInterval(() => {
      const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(statusOf(child.pid)) ?? [];
      peak = Math.max(peak, 1024 * Number(kilobytes ?? 0));
    }, 10);
    const stderr = await new Response(child.stderr).text();
    expect(await child.exited).toBe(0);
    clearInterval(timer);
    expect(stderr).toEndWith(`lines=${packets} parsed=${packets} unparsed=0\n`);
    // Bytes: less than the file alone; of a small capture it is as much.
    expect(peak).toBeWithin(20e6, 200e6);
    rmSync(path);
  },
  TIMEOUT,
);

/** proc_pid_status(5), "" of a process that is gone. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

/** Writes a flood of so many bytes, of 20,000 sources each second; returns how many packets it has. */
function writeLong(path: string, size: number): number {
  const flood: TestPacket[] = synFlood(17, 20_000);
  const records = Buffer.from(writePcap(flood).subarray(24));
  const fd = openSync(path, "w");
  writeSync(fd, writePcap([]));
  let packets = 0;
  for (let second = BEGIN / 1000; packets / flood.length < size / records.length; second++) {
    for (let at = 0; at < records.length; at += 16 + records.readUInt32LE(at + 8)) {
      records.writeUInt32LE(second, at);
      packets++;
    }
    writeSync(fd, records);
  }
  closeSync(fd);
  return packets;
}
