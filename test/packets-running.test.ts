import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLinks } from "../src/kernel/links.ts";
import { openRing } from "../src/kernel/packet-socket.ts";
import { openRingCounter, openTapCounter } from "../src/sources/packet-counter.ts";
import { type Program, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";
import { address, endAll, flood, HERE, makeWire, startHelper, type Wire } from "./wire.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(endAll);

/** Above what a busy machine needs. */
const TIMEOUT = 60_000;
const QUIET = ["--no-auth-log", "--access-log", ""];

async function onWire(body: (wire: Wire) => Promise<void>): Promise<void> {
  const wire = makeWire();
  try {
    await body(wire);
  } finally {
    await endAll();
    await wire.remove();
  }
}

function stream(wire: Wire, ...args: string[]): Program {
  return startProgram(["stream", "events", ...QUIET, ...args], wire.here.name);
}

function lampOf({ lines }: Program, source = "eth0"): Record<string, unknown> | undefined {
  return lines.findLast((line) => line.part === "packets" && line.source === source);
}

function traffic({ lines }: Program): readonly Record<string, unknown>[] {
  return lines.filter(({ kind }) => kind === "traffic");
}

function sum(program: Program, total: string): number {
  return traffic(program).reduce(
    (all, { totals }) => all + Number((totals as Record<string, unknown> | undefined)?.[total] ?? 0),
    0,
  );
}

/** Until so many readings more have been told, of which each could tell a difference. */
async function readings(program: Program, more: number): Promise<void> {
  const before = traffic(program).length;
  await until(() => traffic(program).length >= before + more, "more readings");
}

function config(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Random sources of 1 in `of` addresses, to the address that is counted. */
function frames(source: string): string {
  return `{ eth(da=02:00:00:00:00:01, sa=02:00:00:00:00:02), ipv4(sa=${source}, da=${HERE}), udp(sp=7, dp=9), fill(0, 18) }`;
}

describeWith(["root"], "what counts packets", () => {
  const descriptors = () => readdirSync("/proc/self/fd").length;
  const setting = { scope: "all", local: [] } as const;

  test("leaves no descriptor behind, also where the interface is gone", () => {
    const links = openLinks();
    const lo = links.find("lo");
    if (lo === undefined) throw new Error("no loopback");
    const gone = { ...lo, index: 2 ** 30, type: 1 };
    for (const open of [openTapCounter, openRingCounter]) {
      open(lo, setting).close();
      const before = descriptors();
      for (let i = 0; i < 20; i++) {
        open(lo, setting).close();
        expect(() => open(gone, setting)).toThrow(/ENODEV|EINVAL/);
      }
      expect(descriptors()).toBe(before);
    }
    links.close();
  });

  test("may be closed twice, and nothing of another is touched", () => {
    const links = openLinks();
    const { index = 0 } = links.find("lo") ?? {};
    const first = openRing(index, true, 64);
    first.close();
    const second = openRing(index, true, 64);
    first.close();
    second.read(() => {});
    second.close();
    links.close();
  });
});

describeWith(["root", { program: "trafgen" }], "counting goes on", () => {
  test(
    "through a start amid a load, without a false alarm",
    () =>
      onWire(async (wire) => {
        const sent = flood(wire.there, config("few.cfg", frames("198.51.100.9")), 80_000, ["-b", "20000pps"]);
        const programs = ["ebpf", "ring"].map((rung) =>
          stream(wire, "--interface", "eth0", "--capture", rung),
        );
        await sent;
        for (const program of programs) {
          await readings(program, 3);
          const states = program.lines.filter(({ part }) => part === "packets").map(({ state }) => state);
          expect(states).toEqual(["up"]);
          expect((await program.stop()).code).toBe(0);
        }
      }),
    TIMEOUT,
  );

  test(
    "after a flood of forged sources all are told apart again",
    () =>
      onWire(async (wire) => {
        const program = stream(wire, "--interface", "eth0");
        await until(() => lampOf(program)?.state === "up", "a green lamp");
        await flood(wire.there, config("any.cfg", frames("drnd()")), 400_000);
        await until(() => sum(program, "inPackets") >= 400_000, "all of the flood");
        // A flood that was quick is over before anybody looks: that the lamp said so is in what was told.
        const isDegraded = ({ kind, source, state }: Readonly<Record<string, unknown>>) =>
          kind === "health" && source === "eth0" && state === "degraded";
        await until(() => program.lines.some(isDegraded), "a lamp that is not green");
        await until(() => lampOf(program)?.state === "up", "a green lamp again");
        // The mask comes down step by step.
        await readings(program, 5);
        // As many packets as would be newcomers each, were all of them new.
        const before = traffic(program).length;
        await flood(wire.there, config("some.cfg", frames("198.51.100.7")), 60_000);
        await until(() => sum(program, "inPackets") >= 460_000, "all of it");
        expect(
          traffic(program)
            .slice(before)
            .filter(({ sampled }) => sampled !== undefined),
        ).toEqual([]);
        expect((await program.stop()).code).toBe(0);
      }),
    TIMEOUT,
  );

  test(
    "where XDP drops some, which is said and no false alarm",
    () =>
      onWire(async (wire) => {
        const xdp = await startHelper(wire.here, "xdp-drop.ts", ["eth0"]);
        const program = stream(wire, "--interface", "eth0");
        await until(() => lampOf(program)?.state === "up", "a green lamp");
        await flood(wire.there, config("xdp.cfg", frames("198.51.100.9")), 40_000);
        await until(() => sum(program, "inPackets") > 15_000, "half of them");
        await readings(program, 4);
        expect(sum(program, "inPackets")).toBeLessThan(25_000);
        expect(lampOf(program)).toMatchObject({
          state: "up",
          detail: "packets counted in the kernel; what an XDP program drops is not seen",
        });
        expect((await program.stop()).code).toBe(0);
        await xdp.stop();
      }),
    TIMEOUT,
  );

  test(
    "through SIGHUP, unless something else is asked for then",
    () =>
      onWire(async (wire) => {
        const path = config("hup.toml", 'interface = "eth0"\n');
        const program = stream(wire, "--config", path);
        await until(() => lampOf(program)?.state === "up", "a green lamp");
        const few = config("hup.cfg", frames("198.51.100.9"));
        await flood(wire.there, few, 500);
        program.signal("SIGHUP");
        await flood(wire.there, few, 500);
        await until(() => sum(program, "inPackets") === 1_000, "all packets");
        writeFileSync(path, 'interface = "eth0"\npackets.capture = "off"\n');
        program.signal("SIGHUP");
        await until(
          () => String(lampOf(program)?.detail).startsWith("not counted any more"),
          "that it is off",
        );
        expect((await program.stop()).code).toBe(0);
      }),
    TIMEOUT,
  );
});

describeWith(["root"], "bytes that packets told of", () => {
  test(
    "are not told again by sockets when packets are no longer counted",
    () =>
      onWire(async (wire) => {
        address(wire);
        const [server, client] = [wire.here.actor(), wire.there.actor()];
        const program = stream(wire, "--interface", "eth0");
        await until(() => lampOf(program)?.state === "up", "a green lamp");
        await server.ask({ do: "listen", host: HERE, port: 443 });
        await client.ask({ do: "connect", id: "c", host: HERE, port: 443 });
        await client.ask({ do: "send", id: "c", bytes: 3_000_000 });
        await until(() => sum(program, "inBytes") >= 3_000_000, "all bytes");
        await readings(program, 2);
        for (const step of ["set eth0 down", "set eth0 name wan0", "set wan0 up"])
          wire.here.ip(`link ${step}`);
        await until(() => lampOf(program)?.state === "down", "that it is gone");
        await client.ask({ do: "send", id: "c", bytes: 7_000 });
        const told = () => traffic(program).filter(({ source }) => source === "tcp_info");
        await until(() => told().length > 0, "bytes of sockets");
        const bytes = told().flatMap(({ peers }) =>
          (peers as Record<string, unknown>[]).map(({ inBytes }) => Number(inBytes ?? 0)),
        );
        expect(bytes.reduce((all, n) => all + n, 0)).toBe(7_000);
        expect((await program.stop()).code).toBe(0);
      }),
    TIMEOUT,
  );
});
