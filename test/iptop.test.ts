import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BEGIN, ethernet, ip, LOCAL_V4, UDP, udp, writePcap } from "./pcaps.ts";
import { ENV, IPTOP, type Program, runProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { inNetns } from "./servers.ts";
import { until } from "./until.ts";
import {
  address,
  endAll,
  flood,
  HERE,
  type Line,
  makeWire,
  packetsOf,
  RUNGS,
  replay,
  run,
  start,
  startIptop,
  THERE,
  type Wire,
} from "./wire.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-iptop-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what a busy machine needs. */
const TIMEOUT = 60_000;

let wire: Wire;
beforeEach(() => {
  wire = makeWire();
});
afterEach(async () => {
  await endAll();
  await wire.remove();
});

/** Frames of 60 bytes and more, one after the other, from the last byte of each peer's address and of some payload. */
function frames(peers: readonly (readonly [peer: number, payload?: number])[]): string {
  const packets = peers.map(([peer, payload = 18], i) => {
    const way = { source: `198.51.100.${peer}`, destination: LOCAL_V4 };
    return {
      time: BEGIN + i,
      bytes: ethernet(0x0800, ip(way, UDP, udp(way, 5, 9, new Uint8Array(payload)))),
    };
  });
  const path = join(folder, `${Bun.hash(JSON.stringify(peers))}.pcap`);
  writeFileSync(path, writePcap(packets));
  return path;
}

const ends = ({ top }: Line): number[] => top.map(({ ip }) => Number(ip.split(".")[3]));

/** Runs the command to its end on the wire. */
function refused(args: readonly string[], by: readonly string[] = []) {
  return runProgram(args, [...inNetns(wire.here.name), ...by], IPTOP);
}

/** With these capabilities only, of the kernel's words for them. */
function withCapabilities(...names: string[]): string[] {
  return ["setpriv", "--bounding-set", ["-all", ...names.map((name) => `+${name}`)].join()];
}

const TCPREPLAY = { program: "tcpreplay" } as const;

describeWith(["root", TCPREPLAY], "the lines of ifguard-iptop", () => {
  test(
    "have the keys and types that its consumers know, and those beside them",
    async () => {
      const iptop = await startIptop(wire.here, ["-t", "0.5", "--cumulative", "--local-ip", LOCAL_V4]);
      const before = Math.floor(Date.now() / 1000);
      await replay(wire.there, frames([[7], [7], [7]]));
      await iptop.line("3 packets", (line) => packetsOf(line) === 3);
      const line = await iptop.end();
      expect(line.ts).toBeInteger();
      expect([line.ts >= before, line.ts <= Date.now() / 1000]).toEqual([true, true]);
      expect(line.seq).toBe(iptop.lines.length);
      // Also the order of the keys.
      expect(line.elapsed_sec).toBeNumber();
      expect(JSON.stringify({ ...line, ts: 1, seq: 1, elapsed_sec: 1 })).toBe(
        JSON.stringify({
          ts: 1,
          iface: "eth0",
          local_ip: LOCAL_V4,
          interval_sec: 0.5,
          mode: "cumulative",
          schema_version: 1,
          seq: 1,
          elapsed_sec: 1,
          source: "ebpf",
          dropped: 0,
          sampled: false,
          local_ips: [LOCAL_V4],
          totals: {
            in_bytes: 180,
            out_bytes: 0,
            in_pkts: 3,
            out_pkts: 0,
            syn_in: 0,
            synack_out: 0,
            non_ip: 0,
          },
          top: [
            {
              ip: "198.51.100.7",
              in_bytes: 180,
              out_bytes: 0,
              in_pkts: 3,
              out_pkts: 0,
              total_bytes: 180,
              total_pkts: 3,
              syn_in: 0,
              synack_out: 0,
              ack_in: 0,
              rst_in: 0,
              tcp_pkts: 0,
              udp_pkts: 3,
              icmp_pkts: 0,
              other_pkts: 0,
            },
          ],
        }),
      );
    },
    TIMEOUT,
  );

  test(
    "are compact, one each interval, also of nothing, and are written at once",
    async () => {
      const child = Bun.spawn([...inNetns(wire.here.name), IPTOP, "-i", "eth0", "-t", "0.2"], {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
        env: ENV,
      });
      let out = "";
      let pieces = 0;
      for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
        out += piece;
        if (++pieces === 3) child.kill("SIGINT");
      }
      expect(await child.exited).toBe(0);
      const lines = out.trimEnd().split("\n");
      expect(out.endsWith("\n")).toBe(true);
      for (const line of lines) {
        expect(line).toBe(JSON.stringify(JSON.parse(line)));
        expect(JSON.parse(line)).toMatchObject({ local_ip: "", local_ips: [], mode: "window", top: [] });
      }
      // One by one, and not all when the program ended.
      expect(pieces).toBeGreaterThanOrEqual(3);
      expect(lines.length).toBe(pieces);
    },
    TIMEOUT,
  );

  test(
    "are sorted by bytes, ties in the order they were first seen",
    async () => {
      const iptops = await Promise.all(
        RUNGS.map((rung) => startIptop(wire.here, ["-t", "0.2", "--cumulative", "--capture", rung])),
      );
      const peers = [9, 3, 200, 77, 1, 30, 8, 100, 61];
      // Within one reading, and from one to the next.
      for (const part of [peers.slice(0, 5), peers.slice(5)]) {
        await replay(wire.there, frames(part.map((peer) => [peer] as const)));
        const upTo = peers.indexOf(part.at(-1) ?? 0) + 1;
        await Promise.all(iptops.map((iptop) => iptop.line("a part", (line) => packetsOf(line) === upTo)));
      }
      await replay(
        wire.there,
        frames([
          [50, 100],
          [51, 500],
        ]),
      );
      for (const iptop of iptops) {
        const line = await iptop.line("all", (line) => packetsOf(line) === peers.length + 2);
        expect(ends(line)).toEqual([51, 50, ...peers]);
        await iptop.end();
      }
    },
    TIMEOUT,
  );

  test(
    "have twenty addresses unless -n says otherwise, and all for 0 and less",
    async () => {
      const many = Array.from({ length: 30 }, (_, i) => [i + 1, 18 + i] as const);
      const asked = [[], ["-n", "3"], ["-n", "0"], ["-n", "-1"], ["-n5"], ["--topn=-7"], ["-n", "1000"]];
      const iptops = await Promise.all(
        asked.map((args) => startIptop(wire.here, ["-t", "0.25", "--cumulative", ...args])),
      );
      await replay(wire.there, frames(many));
      const lengths: number[] = [];
      for (const iptop of iptops) {
        const line = await iptop.line("30 packets", (line) => packetsOf(line) === 30);
        expect(ends(line)).toEqual(
          many
            .map(([peer]) => peer)
            .reverse()
            .slice(0, line.top.length),
        );
        lengths.push((await iptop.end()).top.length);
      }
      expect(lengths).toEqual([20, 3, 30, 30, 5, 30, 30]);
    },
    TIMEOUT,
  );

  test(
    "tell of their own window, or with --cumulative of all time",
    async () => {
      const [window, sum] = [
        await startIptop(wire.here, ["-t", "0.2"]),
        await startIptop(wire.here, ["-t0.2", "--cumulative"]),
      ];
      for (const count of [1, 2]) {
        await replay(wire.there, frames(Array<[number]>(10).fill([7])));
        await sum.line("10 more", (line) => packetsOf(line) === 10 * count);
        const { seq } = await window.line("its window", () => true);
        await window.line("the next ones", (line) => line.seq > seq + 1);
      }
      await window.end();
      await sum.end();
      const told = (window.lines as unknown as Line[]).filter((line) => packetsOf(line) > 0);
      expect(told.reduce((packets, line) => packets + packetsOf(line), 0)).toBe(20);
      // What one window told the next ones do not repeat.
      for (const line of told)
        expect(line.top.map(({ total_pkts }) => total_pkts)).toEqual([packetsOf(line)]);
      const grown = (sum.lines as unknown as Line[]).map(packetsOf);
      expect(grown.at(-1)).toBe(20);
      expect(grown).toEqual(grown.toSorted((a, b) => a - b));
    },
    TIMEOUT,
  );

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    for (const rung of RUNGS) {
      test(
        `tell at ${signal} of all that came until then (${rung})`,
        async () => {
          const program = start(["-i", "eth0", "-t", "3600", "--capture", rung], wire.here.name, [], IPTOP);
          // A packet socket that is bound to the interface: the fifth word.
          await until(
            async () =>
              /^[0-9a-f]+ +\d+ +3 +0003 +[1-9]/m.test(await run(["cat", "/proc/net/packet"], wire.here)),
            "a socket",
          );
          // With nothing between the last packet and the signal.
          const send = `tcpreplay --topspeed -i eth0 "$0" && kill -s ${signal.slice(3)} ${program.pid}`;
          await run(["bash", "-c", send, frames(Array<[number]>(500).fill([7]))], wire.there);
          // It has its signal: this one only waits.
          expect(await program.stop("SIGCONT")).toEqual({ code: 0, stderr: "" });
          const lines = program.lines as unknown as Line[];
          expect(lines.map((line) => [line.seq, packetsOf(line), ends(line)])).toEqual([[1, 500, [7]]]);
        },
        TIMEOUT,
      );
    }
  }

  test(
    "end quietly when nobody reads them any more",
    async () => {
      const said = await run(
        ["bash", "-c", `"$0" -i eth0 -t 0.1 2>&1 | head -n 1; echo "\${PIPESTATUS[0]}"`, IPTOP],
        wire.here,
      );
      const [line = "", code, ...rest] = said.split("\n");
      expect(JSON.parse(line)).toMatchObject({ iface: "eth0", seq: 1 });
      expect([code, ...rest]).toEqual(["0", ""]);
    },
    TIMEOUT,
  );

  test(
    "are those of nethergaze iptop, however the flags are written",
    async () => {
      const lines: unknown[] = [];
      for (const [program, args] of [
        [undefined, ["iptop", "--iface", "eth0", "--interval", "0.2", "--topn", "3"]],
        [IPTOP, ["-ieth0", "-t0.2", "-n3"]],
        [IPTOP, ["--iface=eth0", "--interval=0.2", "-n=3"]],
      ] as const) {
        const started = start(args, wire.here.name, [], program);
        const line = await until(() => started.lines[0], "a line");
        expect(await started.stop()).toEqual({ code: 0, stderr: "" });
        lines.push({ ...line, ts: 1, elapsed_sec: 1 });
      }
      expect(lines[1]).toEqual(lines[0]);
      expect(lines[2]).toEqual(lines[0]);
    },
    TIMEOUT,
  );
});

describeWith(["root"], "ifguard-iptop refuses in one line", () => {
  const USAGE: readonly (readonly [args: readonly string[], words: string])[] = [
    [["-i", "nope"], "--iface: there is no interface nope; there are: lo, eth0"],
    [["-i", "eth0", "-i", "nope"], "--iface: there is no interface nope; there are: lo, eth0"],
    [[], "no interface has a default route; name one: -i IFACE"],
    [["-i", "eth0", "-t", "0"], "-t: '0' is not allowed; allowed: a number from 0.1 to 86400"],
    [["-i", "eth0", "-t", "x"], "-t: 'x' is not allowed; allowed: a number from 0.1 to 86400"],
    [["-i", "eth0", "-t", "-1"], "-t: '-1' is not allowed; allowed: a number from 0.1 to 86400"],
    [["-i", "eth0", "-t", "NaN"], "-t: 'NaN' is not allowed; allowed: a number from 0.1 to 86400"],
    [["-i", "eth0", "-n", "x"], "-n: 'x' is not allowed; allowed: a whole number from -1000000 to 1000000"],
    [
      ["-i", "eth0", "-n", "1.5"],
      "-n: '1.5' is not allowed; allowed: a whole number from -1000000 to 1000000",
    ],
    [["-i", "eth0", "--capture", "off"], "--capture: off counts no packets; allowed: auto, ebpf, ring"],
    [["-i", "eth0", "more"], "iptop: 'more' is one argument too many"],
  ];
  for (const [args, words] of USAGE) {
    test(
      `ifguard-iptop ${args.join(" ")}`,
      async () => {
        const { code, stdout, stderr } = await refused(args);
        expect([code, stdout, stderr]).toEqual([2, "", `nethergaze: ${words}\n`]);
      },
      TIMEOUT,
    );
  }

  test(
    "an address that is none, and a name that no interface can have",
    async () => {
      for (const args of [
        ["--local-ip", "300.1.1.1"],
        ["-i", "sixteen-letters!"],
        ["-i", "a\nb"],
      ]) {
        const { code, stdout, stderr } = await refused(["-i", "eth0", ...args]);
        expect([code, stdout]).toEqual([2, ""]);
        expect(stderr).toMatch(/^nethergaze: [^\n]+\n$/);
      }
    },
    TIMEOUT,
  );

  test(
    "what it is not allowed to do, with the command that would be",
    async () => {
      const denied = (call: string, args: string): string =>
        `nethergaze: no permission to count packets of eth0 (eBPF: ${call}: operation not permitted (EPERM); ` +
        `ring: socket: operation not permitted (EPERM)). Run: sudo ${IPTOP} ${args}\n`;
      const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
      const args = ["-i", "eth0", "-t1", "--local-ip", "2001:db8::1"];
      const told = `-i eth0 -t1 --local-ip 2001:db8::1`;
      for (const by of [withCapabilities(), nobody]) {
        const { code, stdout, stderr } = await refused(args, by);
        expect([code, stdout, stderr]).toEqual([77, "", denied("bpf", told)]);
      }
      const { code, stdout, stderr } = await refused(args, withCapabilities("bpf"));
      expect([code, stdout, stderr]).toEqual([77, "", denied("socket", told)]);
    },
    TIMEOUT,
  );

  test(
    "--version and --help are no refusals",
    async () => {
      const version = await refused(["--version"]);
      expect(version).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^\S+ \d+\.\d+\.\d+\n$/),
        stderr: "",
      });
      const { code, stdout, stderr } = await refused(["--help"]);
      expect([code, stderr]).toEqual([0, ""]);
      for (const flag of [
        "-i, --iface",
        "-t, --interval",
        "-n, --topn",
        "--cumulative",
        "--local-ip",
        "--ipv4-tcp-only",
      ])
        expect(stdout).toContain(flag);
    },
    TIMEOUT,
  );
});

const QUIET = ["--no-auth-log", "--access-log", ""];

/** The health of the packets, of an interface or of all, as it was told last. */
function lampOf(program: Program, source = "eth0"): Record<string, unknown> | undefined {
  return program.lines.findLast((line) => line.part === "packets" && line.source === source);
}

function trafficOf({ lines }: Program): readonly Record<string, unknown>[] {
  return lines.filter(({ kind }) => kind === "traffic");
}

describeWith(["root", TCPREPLAY, { program: "setpriv" }], "the ladder, with fewer rights each time", () => {
  const EPERM = "eBPF: bpf: operation not permitted (EPERM)";
  const RUNG = [
    [["net_raw", "bpf", "net_admin"], "ebpf", "eBPF+tcx", "packets counted in the kernel"],
    [
      ["net_raw", "bpf"],
      "ebpf",
      "eBPF",
      "packets counted in the kernel, those that go out by a copy each (tcx: EPERM)",
    ],
    [["net_raw"], "ring", "ring", `the headers of each packet are read from a ring; ${EPERM}`],
  ] as const;
  for (const [capabilities, source, via, detail] of RUNG) {
    test(
      `${capabilities.join()}: ${via}`,
      async () => {
        const by = withCapabilities(...capabilities);
        const stream = start(["stream", "events", "--interface", "eth0", ...QUIET], wire.here.name, by);
        const iptop = await startIptop(wire.here, ["-t", "0.2", "--cumulative"], by);
        await until(() => lampOf(stream), "its health");
        await replay(wire.there, frames([[7], [8]]));
        await replay(wire.here, frames([[9]]));
        const line = await iptop.line("3 packets", (line) => packetsOf(line) === 3);
        expect([line.source, line.totals.in_pkts, line.totals.out_pkts]).toEqual([source, 2, 1]);
        await iptop.end();
        const peers = () => trafficOf(stream).flatMap((event) => event.peers as Record<string, unknown>[]);
        await until(() => peers().length === 3, "three peers");
        expect(lampOf(stream)).toMatchObject({ kind: "health", state: "up", via, detail });
        expect((await stream.stop()).code).toBe(0);
        expect(
          trafficOf(stream).every((event) => event.source === source && event.interface === "eth0"),
        ).toBe(true);
        expect(
          peers()
            .map(({ ip, inBytes = 0, inPackets = 0, outBytes = 0, outPackets = 0, udp }) =>
              [ip, inBytes, inPackets, outBytes, outPackets, udp].join(" "),
            )
            .sort(),
        ).toEqual([`${LOCAL_V4} 0 0 60 1 1`, "198.51.100.7 60 1 0 0 1", "198.51.100.8 60 1 0 0 1"]);
      },
      TIMEOUT,
    );
  }

  test(
    "none: the bytes that sockets know of (TCP_INFO)",
    async () => {
      address(wire);
      const [server, client] = [wire.here.actor(), wire.there.actor()];
      const stream = start(
        ["stream", "events", "--interface", "eth0", ...QUIET],
        wire.here.name,
        withCapabilities(),
      );
      const health = await until(() => lampOf(stream, "packets"), "the health of all packets");
      expect(health).toMatchObject({
        state: "degraded",
        via: "TCP_INFO",
        detail:
          "packets are not counted: eBPF: bpf: operation not permitted (EPERM); " +
          "ring: socket: operation not permitted (EPERM). Run with sudo",
      });
      await server.ask({ do: "listen", host: HERE, port: 443 });
      await client.ask({ do: "connect", id: "c", host: HERE, port: 443 });
      await client.ask({ do: "send", id: "c", bytes: 3_000_000 });
      await server.ask({ do: "send", id: `${HERE}<${THERE}`, bytes: 70_000 });
      const sum = (name: string): number =>
        trafficOf(stream)
          .flatMap((event) => event.peers as Record<string, unknown>[])
          .reduce((bytes, peer) => bytes + Number(peer[name] ?? 0), 0);
      await until(() => sum("inBytes") >= 3_000_000 && sum("outBytes") >= 70_000, "all bytes");
      expect((await stream.stop()).code).toBe(0);
      expect([sum("inBytes"), sum("outBytes"), sum("inPackets")]).toEqual([3_000_000, 70_000, 0]);
      for (const event of trafficOf(stream)) {
        expect(event).toMatchObject({ interface: "sockets", source: "tcp_info" });
        expect(event.peers).toMatchObject([{ ip: THERE }]);
        expect(event).not.toHaveProperty("totals");
      }
    },
    TIMEOUT,
  );
});

describeWith(
  ["root", { program: "trafgen" }],
  "counting is checked against the interface's own counters",
  () => {
    for (const rung of RUNGS) {
      test(
        `packets that pass the tap unseen turn the lamp red, until they are seen again (${rung})`,
        async () => {
          const config = join(folder, "out.cfg");
          const headers = "eth(da=02:00:00:00:00:02), ipv4(sa=192.0.2.1, da=198.51.100.9), udp(sp=7, dp=9)";
          writeFileSync(config, `{ ${headers}, fill(0, 18) }`);
          const stream = start(
            ["stream", "events", "--interface", "eth0", "--capture", rung, ...QUIET],
            wire.here.name,
          );
          await until(() => lampOf(stream)?.state === "up", "a green lamp");
          // By itself trafgen goes around the queue, and so around every tap.
          await flood(wire.here, config, 30_000);
          const red = await until(() => {
            const lamp = lampOf(stream);
            return lamp?.state === "down" ? lamp : undefined;
          }, "a red lamp");
          expect(red.detail).toMatch(
            /^it counts wrong: 0 packets out counted where the interface has 30000 \(does a program send past the queue\?\); /,
          );
          await flood(wire.here, config, 30_000, ["-q"]);
          await until(() => lampOf(stream)?.state === "up", "a green lamp again");
          const seen = trafficOf(stream).reduce(
            (packets, { totals }) => packets + Number((totals as Record<string, unknown>)?.outPackets ?? 0),
            0,
          );
          expect(seen).toBe(30_000);
          expect((await stream.stop()).code).toBe(0);
        },
        TIMEOUT,
      );

      test(
        `on loopback only what comes in is compared, as it is what went out (${rung})`,
        async () => {
          const stream = start(
            ["stream", "events", "--interface", "lo", "--capture", rung, ...QUIET],
            wire.here.name,
          );
          await until(() => lampOf(stream, "lo")?.state === "up", "a green lamp");
          await run(["ping", "-f", "-q", "-c", "12000", "127.0.0.1"], wire.here);
          const seen = () =>
            trafficOf(stream).reduce(
              (packets, { totals }) => packets + Number((totals as Record<string, unknown>)?.outPackets ?? 0),
              0,
            );
          await until(() => seen() === 24_000, "all packets");
          // Readings enough for a difference to be told.
          const readings = trafficOf(stream).length;
          await until(() => trafficOf(stream).length >= readings + 3, "more readings");
          expect(lampOf(stream, "lo")?.state).toBe("up");
          expect((await stream.stop()).code).toBe(0);
        },
        TIMEOUT,
      );
    }
  },
);
