import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeNetns, type Netns } from "./netns.ts";
import { startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";
import { type TestVnstat, testVnstat } from "./vnstat.ts";

const NEEDS = ["root", ...["ip", "mount", "vnstat", "vnstatd"].map((program) => ({ program }))] as const;

// A namespace whose default route is that of ens7, and in it a vnstat that watches ens7: some seconds.
describeWith(NEEDS, "the month that vnstat counts", () => {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-month-"));
  let here: Netns;
  let vnstat: TestVnstat;
  /** The program has a mount namespace of its own there, in which the system's vnstat is ours. */
  const start = (args: readonly string[]) =>
    startProgram([...args, "--access-log", "", "--no-auth-log"], here.name, [
      "sh",
      "-c",
      'mount --bind "$0" /etc/vnstat.conf && exec "$@"',
      vnstat.config,
    ]);

  beforeAll(() => {
    here = makeNetns();
    here.ip("link add eth0 type veth peer name ens7");
    here.ip("link set eth0 up");
    here.ip("link set ens7 up");
    here.ip("addr add 192.0.2.1/24 dev ens7");
    here.ip("route add default via 192.0.2.2 dev ens7");
    vnstat = testVnstat(folder, "ens7", here.name);
    vnstat.create();
    vnstat.count("2026-10", 1_234_567_890_123, 340_123_456_789);
  });

  afterAll(async () => {
    await here?.remove();
    rmSync(folder, { recursive: true });
  });

  test("is an event at the start and at each interval, of the interface found by itself", async () => {
    const program = start(["stream", "events", "--set", "refresh.bandwidth_interval=0.2"]);
    const months = () => program.lines.filter(({ kind }) => kind === "bandwidth");
    await until(() => months().length > 0, "the month");
    expect(months()[0]).toEqual({
      kind: "bandwidth",
      at: expect.any(Number),
      interface: "ens7",
      month: "2026-10",
      inBytes: 1_234_567_890_123,
      outBytes: 340_123_456_789,
      source: "vnstat",
    });
    vnstat.count("2026-11", 5, 7);
    await until(() => months().at(-1)?.month === "2026-11", "the next month");
    expect(program.lines.filter(({ part }) => part === "bandwidth")).toMatchObject([
      { source: "vnstat", state: "up", detail: "month totals of ens7" },
    ]);
    expect((await program.stop()).code).toBe(0);
  }, 30_000);

  test("is part of a snapshot, and an interface it does not watch is no fault", async () => {
    const program = start(["stream", "snapshots"]);
    await until(() => program.lines.some(({ bandwidth }) => bandwidth), "the month in a snapshot");
    expect(program.lines.at(-1)?.bandwidth).toEqual({
      interface: "ens7",
      month: "2026-11",
      inBytes: 5,
      outBytes: 7,
    });
    await program.stop();
    const other = start(["stream", "events", "--interface", "eth0"]);
    const health = () => other.lines.find(({ part }) => part === "bandwidth");
    await until(health, "what became of it");
    expect(health()).toMatchObject({
      state: "up",
      detail: expect.stringContaining('No interface matching "eth0"'),
    });
    expect(other.lines.some(({ kind }) => kind === "bandwidth")).toBe(false);
    await other.stop();
  }, 30_000);
});
