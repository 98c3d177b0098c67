import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinNetns, makeNetns, type Netns } from "./netns.ts";
import {
  BEGIN,
  ethernet,
  fragments,
  ip,
  LINK,
  LOCAL_V4,
  LOCAL_V6,
  malformed,
  mixed,
  synFlood,
  type TestPacket,
  UDP,
  udp,
  vlans,
  writePcap,
} from "./pcaps.ts";
import { describeWith } from "./requires.ts";
import {
  address,
  byIp,
  counters,
  endAll,
  flood,
  HERE,
  type Iptop,
  type Line,
  makeWire,
  packetsOf,
  quietNetns,
  RUNGS,
  replay,
  run,
  startHelper,
  startIptop,
  startTcpdump,
  THERE,
  type Truth,
  truthOf,
  tshark,
  type Wire,
} from "./wire.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-packets-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(endAll);

/** Above what a busy machine needs. */
const TIMEOUT = 60_000;

const LOCAL = ["-n", "0", "--local-ip", LOCAL_V4, "--local-ip", LOCAL_V6];

function capture(name: string, packets: readonly TestPacket[]): string {
  const path = join(folder, `${name}.pcap`);
  writeFileSync(path, writePcap(packets));
  return path;
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A wire of a test's own, removed behind it. */
async function onWire(body: (wire: Wire) => Promise<void>): Promise<void> {
  const wire = makeWire();
  try {
    await body(wire);
  } finally {
    await wire.remove();
  }
}

/** Counts everything from now on, by both rungs at once. */
async function countBoth({ here }: Wire, args: readonly string[] = ["-n", "0"]): Promise<Iptop[]> {
  return Promise.all(
    RUNGS.map((rung) => startIptop(here, ["-t", "0.25", "--cumulative", "--capture", rung, ...args])),
  );
}

/** The last lines of some counters, once they have seen so many packets. */
async function lastLines(iptops: readonly Iptop[], packets: number): Promise<Line[]> {
  await Promise.all(
    iptops.map((iptop) =>
      iptop.line(`${packets} packets`, (line) => packetsOf(line) + line.dropped >= packets),
    ),
  );
  return Promise.all(iptops.map((iptop) => iptop.end()));
}

function expectTruth(line: Line, { rows, totals }: Truth): void {
  expect(line.totals).toEqual(totals);
  expect(byIp(line.top)).toEqual(byIp(rows.values()));
  expect([line.dropped, line.sampled]).toEqual([0, false]);
}

describeWith(
  ["root", { program: "tcpreplay" }, { program: "tshark" }],
  "captures replayed over a wire are counted as tshark counts them",
  () => {
    const all = [...mixed(1, 6000), ...vlans(), ...fragments(), ...synFlood(1, 4000)];
    const pcaps = {
      in: capture(
        "in",
        all.filter(({ outgoing }) => !outgoing),
      ),
      out: capture(
        "out",
        all.filter(({ outgoing }) => outgoing),
      ),
    };

    test(
      "in and out, by both rungs, by addresses and without",
      () =>
        onWire(async (wire) => {
          const told = [...(await tshark(pcaps.in, false)), ...(await tshark(pcaps.out, true))];
          const iptops = [...(await countBoth(wire)), ...(await countBoth(wire, LOCAL))];
          await replay(wire.there, pcaps.in);
          await replay(wire.here, pcaps.out);
          const lines = await lastLines(iptops, told.length);
          expect(lines.map(({ source }) => source)).toEqual(["ebpf", "ring", "ebpf", "ring"]);
          for (const line of lines) expectTruth(line, truthOf(told));
          expect(lines.map(({ local_ips }) => local_ips.length)).toEqual([0, 0, 2, 2]);
        }),
      TIMEOUT,
    );

    test(
      "addresses tell the direction, also of what comes from the other side",
      () =>
        onWire(async (wire) => {
          const told = [...(await tshark(pcaps.out, false)), ...(await tshark(pcaps.in, true))];
          const iptops = await countBoth(wire, LOCAL);
          await replay(wire.there, pcaps.out);
          await replay(wire.here, pcaps.in);
          const truth = truthOf(told, [LOCAL_V4, LOCAL_V6]);
          expect(truth.totals.syn_in).toBeGreaterThan(4000);
          for (const line of await lastLines(iptops, told.length)) expectTruth(line, truth);
        }),
      TIMEOUT,
    );

    test(
      "--ipv4-tcp-only counts that of this host's alone, behind at most one tag",
      () =>
        onWire(async (wire) => {
          const all = [...(await tshark(pcaps.in, false)), ...(await tshark(pcaps.out, true))];
          const wanted = all.filter(({ fields }) => {
            const outer = /^eth(:ethertype:(vlan|ieee8021ad))*:ethertype:ip:/.test(fields["frame.protocols"]);
            // tshark names two tags of one kind once.
            const tags = (Number(fields["frame.len"]) - 14 - Number(fields["ip.len"])) / 4;
            const own = [fields["ip.src"], fields["ip.dst"]].includes(LOCAL_V4);
            return outer && tags <= 1 && own && fields["ip.proto"] === "6";
          });
          expect(wanted.length).toBeLessThan(all.length / 2);
          const { totals } = truthOf(all);
          const truth = truthOf(wanted);
          const iptops = await countBoth(wire, [...LOCAL, "--ipv4-tcp-only"]);
          await replay(wire.there, pcaps.in);
          await replay(wire.here, pcaps.out);
          for (const line of await lastLines(iptops, wanted.length + totals.non_ip))
            expectTruth(line, { rows: truth.rows, totals: { ...truth.totals, non_ip: totals.non_ip } });
        }),
      TIMEOUT,
    );

    test(
      "hostile packets: each is counted or is no IP, the same by both rungs",
      () =>
        onWire(async (wire) => {
          // Half a tag is thrown away before anybody sees it.
          const packets = malformed().filter(({ bytes }) => bytes.length >= 18 || bytes[12] !== 0x81);
          const iptops = await countBoth(wire, LOCAL);
          await replay(wire.there, capture("malformed", packets));
          const [ebpf, ring] = await lastLines(iptops, packets.length);
          // IP is what has a whole header of its version: what that says of the rest is another matter.
          const isIp = ({ bytes }: TestPacket): boolean => {
            const [type, first = 0] = [(bytes[12] ?? 0) * 256 + (bytes[13] ?? 0), bytes[14]];
            if (type === 0x0800) return bytes.length >= 34 && first >= 0x45 && first <= 0x4f;
            return type === 0x86dd && bytes.length >= 54 && first >> 4 === 6;
          };
          const counted = packets.filter(isIp);
          expect(counted.length).toBeGreaterThan(25);
          expect(ebpf?.totals).toMatchObject({
            in_pkts: counted.length,
            in_bytes: counted.reduce((sum, { bytes }) => sum + bytes.length, 0),
            non_ip: packets.length - counted.length,
          });
          expect(ring?.totals).toEqual(ebpf?.totals);
          expect(byIp(ring?.top ?? [])).toEqual(byIp(ebpf?.top ?? []));
        }),
      TIMEOUT,
    );
  },
);

const IN = "eth(da=02:00:00:00:00:01, sa=02:00:00:00:00:02)";

describeWith(["root", { program: "trafgen" }], "floods from a ring, whose packets lie in pages", () => {
  const one = `{ ${IN}, ipv4(sa=198.51.100.9, da=192.0.2.1), udp(sp=7, dp=9), fill(0, 18) }`;
  const others = `{ ${IN}, ipv4(sa=drnd(), da=192.0.2.1), tcp(sp=1024, dp=443, syn) }`;

  test(
    "are counted in full in and out",
    () =>
      onWire(async (wire) => {
        const iptops = await countBoth(wire);
        const config = file("one.cfg", one);
        await flood(wire.there, config, 200_000);
        // By the queue: else it passes all taps.
        await flood(wire.here, config, 200_000, ["-q"]);
        for (const { totals, top } of await lastLines(iptops, 400_000)) {
          const bytes = { in_bytes: 12_000_000, out_bytes: 12_000_000 };
          const packets = { in_pkts: 200_000, out_pkts: 200_000 };
          expect(totals).toEqual({ ...bytes, ...packets, syn_in: 0, synack_out: 0, non_ip: 0 });
          expect(top.map(({ ip, in_pkts, out_pkts, udp_pkts }) => [ip, in_pkts, out_pkts, udp_pkts])).toEqual(
            [
              ["198.51.100.9", 200_000, 0, 200_000],
              ["192.0.2.1", 0, 200_000, 200_000],
            ],
          );
        }
      }),
    TIMEOUT,
  );

  test(
    "of forged sources: totals are exact, and who is heavy is still told within a hundredth",
    () =>
      onWire(async (wire) => {
        const iptops = await countBoth(wire, ["-n", "3"]);
        const heavy = `{ ${IN}, ipv4(sa=198.51.100.9, da=192.0.2.1), tcp(sp=1024, dp=443, syn) }`;
        const config = file("forged.cfg", [heavy, ...Array<string>(7).fill(others)].join("\n"));
        // By one process: each eighth packet is of the heavy one.
        await flood(wire.there, config, 400_000, ["-P", "1"]);
        for (const { totals, top, sampled, dropped } of await lastLines(iptops, 400_000)) {
          expect(dropped).toBe(0);
          expect(totals).toMatchObject({ in_pkts: 400_000, in_bytes: 400_000 * 54, syn_in: 400_000 });
          expect(sampled).toBe(true);
          expect(top[0]?.ip).toBe("198.51.100.9");
          expect(top[0]?.in_pkts).toBeGreaterThan(49_500);
          expect(top[0]?.in_pkts).toBeLessThanOrEqual(50_000);
        }
      }),
    TIMEOUT,
  );
});

describeWith(["root", { program: "hping3" }], "floods of hping3", () => {
  test(
    "have the interface's own totals, packet by packet and byte by byte",
    () =>
      onWire(async (wire) => {
        address(wire);
        const iptops = await countBoth(wire);
        const before = await counters(wire.here);
        const send = (...flags: string[]) =>
          run(["hping3", "-q", "--faster", "-p", "443", ...flags, HERE], wire.there, true);
        await send("-S", "--rand-source", "-c", "8000");
        await send("-A", "-a", "198.51.100.9", "-c", "500");
        await send("-R", "-a", "198.51.100.9", "-c", "300");
        await send("-2", "-a", "198.51.100.9", "-d", "700", "-c", "200");
        await send("-1", "-a", "198.51.100.9", "-c", "100");
        const after = await counters(wire.here);
        expect(after.inPackets - before.inPackets).toBe(9100);
        for (const { totals, top } of await lastLines(iptops, 9100)) {
          expect(totals).toEqual({
            in_bytes: after.inBytes - before.inBytes,
            out_bytes: 0,
            in_pkts: 9100,
            out_pkts: 0,
            syn_in: 8000,
            synack_out: 0,
            non_ip: 0,
          });
          expect(top.reduce((sum, { in_pkts }) => sum + in_pkts, 0)).toBe(9100);
          expect(top[0]).toEqual({
            ip: "198.51.100.9",
            in_bytes: 800 * 54 + 200 * 742 + 100 * 42,
            out_bytes: 0,
            in_pkts: 1100,
            out_pkts: 0,
            total_bytes: 800 * 54 + 200 * 742 + 100 * 42,
            total_pkts: 1100,
            syn_in: 0,
            synack_out: 0,
            ack_in: 500,
            rst_in: 300,
            tcp_pkts: 800,
            udp_pkts: 200,
            icmp_pkts: 100,
            other_pkts: 0,
          });
        }
      }),
    TIMEOUT,
  );
});

describeWith(["root", { program: "ss" }], "segments that the kernel carries put together", () => {
  test(
    "are packets each, as TCP itself counts them",
    () =>
      onWire(async (wire) => {
        address(wire);
        const [server, client] = [wire.here.actor(), wire.there.actor()];
        const iptops = await countBoth(wire);
        const before = await counters(wire.here);
        await server.ask({ do: "listen", host: HERE, port: 443 });
        await client.ask({ do: "connect", id: "c", host: HERE, port: 443 });
        await client.ask({ do: "send", id: "c", bytes: 30_000_000 });
        await server.ask({ do: "send", id: `${HERE}<${THERE}`, bytes: 10_000_000 });
        await server.ask({ do: "receive", id: `${HERE}<${THERE}`, bytes: 30_000_000 });
        await client.ask({ do: "receive", id: "c", bytes: 10_000_000 });
        const said = await run(["ss", "-tinH", "state", "established"], wire.there);
        const segments = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(said)?.[1]);
        const after = await counters(wire.here);
        const [sent, got] = [segments("segs_out"), segments("segs_in")];
        for (const { totals, top } of await lastLines(iptops, sent + got)) {
          expect([totals.in_pkts, totals.out_pkts]).toEqual([sent, got]);
          expect(totals).toEqual({
            in_bytes: after.inBytes - before.inBytes,
            out_bytes: after.outBytes - before.outBytes,
            in_pkts: sent,
            out_pkts: got,
            syn_in: 1,
            synack_out: 1,
            non_ip: 0,
          });
          // 40 MB are 27,600 segments of 1,448 bytes, in far fewer frames.
          expect(totals.in_pkts + totals.out_pkts).toBeGreaterThan(27_600);
          expect(after.inPackets - before.inPackets).toBeLessThan(totals.in_pkts / 4);
          expect(top.map(({ ip, tcp_pkts }) => [ip, tcp_pkts])).toEqual([[THERE, sent + got]]);
        }
      }),
    TIMEOUT,
  );
});

describeWith(
  ["root", { program: "ping" }, { program: "tcpdump" }, { program: "tshark" }],
  "links that are not plain Ethernet are counted as tcpdump sees them",
  () => {
    /** Counts by both rungs what `act` does on an interface, and compares it with what tcpdump saw; answers a last line. */
    async function compare(
      netns: Netns,
      name: string,
      local: string[],
      act: () => Promise<void>,
    ): Promise<Line> {
      const args = ["-i", name, "-t", "0.25", "-n", "0", "--cumulative"];
      const iptops = await Promise.all(RUNGS.map((rung) => startIptop(netns, [...args, "--capture", rung])));
      const pcap = join(folder, `${name}.pcap`);
      const stop = await startTcpdump(netns, pcap, name);
      await act();
      await stop();
      const told = await tshark(pcap, false);
      const truth = truthOf(told, local);
      const lines = await lastLines(iptops, told.length);
      for (const line of lines) expectTruth(line, truth);
      expect(lines.map(({ source }) => source)).toEqual([...RUNGS]);
      return lines[0] as Line;
    }

    test(
      "loopback: each packet once, by either family",
      async () => {
        const netns = makeNetns();
        try {
          const { totals } = await compare(netns, "lo", ["127.0.0.1", "::1"], async () => {
            await run(["ping", "-c", "20", "-i", "0.01", "127.0.0.1"], netns);
            await run(["ping", "-c", "20", "-i", "0.01", "::1"], netns);
          });
          expect(totals).toMatchObject({ in_pkts: 0, out_pkts: 80, out_bytes: 40 * 98 + 40 * 118 });
        } finally {
          await netns.remove();
        }
      },
      TIMEOUT,
    );

    test(
      "tun: no link header",
      async () => {
        const netns = quietNetns();
        try {
          netns.ip("tuntap add mode tun name tun0");
          const tun = await startHelper(netns, "tun.ts", ["tun0"]);
          netns.ip("addr add 10.8.0.1/24 dev tun0");
          netns.ip("link set tun0 up");
          const packets = [...mixed(2, 2000), ...fragments(), ...vlans()].filter(({ outgoing }) => !outgoing);
          const pcap = join(folder, "raw.pcap");
          writeFileSync(pcap, writePcap(packets, { linkType: LINK.raw }));
          const { totals, local_ip } = await compare(netns, "tun0", ["10.8.0.1"], async () => {
            const came = Number(await tun.ask(pcap));
            expect(came).toBeGreaterThan(900);
            await run(["ping", "-c", "20", "-i", "0.01", "-W", "0.1", "10.8.0.2"], netns, true);
          });
          await tun.stop();
          expect(local_ip).toBe("10.8.0.1");
          expect(totals).toMatchObject({ out_pkts: 20, out_bytes: 20 * 84, non_ip: 0 });
        } finally {
          await netns.remove();
        }
      },
      TIMEOUT,
    );

    test(
      "a VLAN whose tags the kernel keeps beside the packets",
      () =>
        onWire(async (wire) => {
          address(wire);
          const members = [
            await startHelper(wire.here, "vlan-tags.ts", ["eth0", "10"]),
            await startHelper(wire.there, "vlan-tags.ts", ["eth0", "10"]),
          ];
          const { totals } = await compare(wire.here, "eth0", [HERE], async () => {
            await run(["ping", "-c", "20", "-i", "0.01", THERE], wire.here);
          });
          for (const member of members) await member.stop();
          const bytes = 20 * (98 + 4);
          expect(totals).toMatchObject({ in_pkts: 20, in_bytes: bytes, out_pkts: 20, out_bytes: bytes });
        }),
      TIMEOUT,
    );
  },
);

describeWith(["root", { program: "tcpreplay" }], "interfaces", () => {
  /** So many packets from a peer of its own. */
  const burst = (count: number, peer: string): string => {
    const way = { source: peer, destination: LOCAL_V4 };
    const frame = ethernet(0x0800, ip(way, UDP, udp(way, 5, 9, new Uint8Array(100))));
    const packet = { time: BEGIN, bytes: frame };
    return capture(`${count} of ${peer}`, Array<TestPacket>(count).fill(packet));
  };
  const rows = (line: Line) => line.top.map(({ ip, in_pkts, out_pkts }) => [ip, in_pkts, out_pkts]);

  for (const rung of RUNGS) {
    const args = ["-t", "0.25", "-n", "0", "--cumulative", "--capture", rung];

    test(
      `several at once, each in lines of its own (${rung})`,
      () =>
        onWire(async ({ here, there }) => {
          const pair = ["link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", there.name];
          here.ip(pair.join(" "));
          for (const netns of [here, there]) netns.ip("link set eth1 up");
          const iptop = await startIptop(here, ["-i", "eth0", "-i", "eth1", ...args]);
          await replay(there, burst(100, "198.51.100.1"), "eth0");
          await replay(there, burst(70, "198.51.100.2"), "eth1");
          await replay(here, burst(30, "198.51.100.2"), "eth1");
          await iptop.line("eth0", (line) => packetsOf(line) === 100, "eth0");
          await iptop.line("eth1", (line) => packetsOf(line) === 100, "eth1");
          await iptop.end();
          const lines = iptop.lines as unknown as Line[];
          expect(lines.slice(-2).map((line) => [line.iface, rows(line)])).toEqual([
            ["eth0", [["198.51.100.1", 100, 0]]],
            [
              "eth1",
              [
                ["198.51.100.2", 70, 0],
                [LOCAL_V4, 0, 30],
              ],
            ],
          ]);
          for (const name of ["eth0", "eth1"]) {
            const own = lines.filter(({ iface }) => iface === name);
            expect(own.map(({ seq }) => seq)).toEqual(own.map((_, i) => i + 1));
          }
        }),
      TIMEOUT,
    );

    test(
      `down and up, gone and here again, with another address (${rung})`,
      () =>
        onWire(async ({ here, there }) => {
          const iptop = await startIptop(here, args);
          const more = async (packets: number, source = rung as string): Promise<Line> =>
            iptop.line(
              `${packets} of ${source}`,
              (line) => packetsOf(line) === packets && line.source === source,
            );
          await replay(there, burst(10, "198.51.100.1"));
          await more(10);
          here.ip("link set eth0 down");
          const { seq } = await more(10);
          await iptop.line("lines go on", (line) => line.seq > seq + 2);
          here.ip("link set eth0 up");
          await replay(there, burst(20, "198.51.100.1"));
          await more(30);
          here.ip("link del eth0");
          await more(30, "none");
          joinNetns(here, there);
          await more(30);
          await replay(there, burst(40, "198.51.100.1"));
          expect(rows(await more(70))).toEqual([["198.51.100.1", 70, 0]]);
          // Before the program looks again: another of the same name.
          here.ip("link del eth0");
          joinNetns(here, there);
          const gone = await more(70);
          await iptop.line("another look", (line) => line.seq > gone.seq + 1);
          await replay(there, burst(5, "198.51.100.1"));
          await more(75);
          // An address makes the other side's packets this host's own.
          here.ip("addr add 198.51.100.1/24 dev eth0");
          const line = await iptop.line("its address", ({ local_ips }) => local_ips.length === 1);
          expect([line.local_ip, line.local_ips]).toEqual(["198.51.100.1", ["198.51.100.1"]]);
          await replay(there, burst(7, "198.51.100.1"));
          expect(rows(await more(82))).toEqual([
            ["198.51.100.1", 75, 0],
            [LOCAL_V4, 0, 7],
          ]);
          await iptop.end();
          const lines = iptop.lines as unknown as Line[];
          expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
        }),
      TIMEOUT,
    );
  }
});
