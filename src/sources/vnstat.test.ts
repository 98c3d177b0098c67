import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith } from "../../test/requires.ts";
import { until } from "../../test/until.ts";
import { testVnstat } from "../../test/vnstat.ts";
import { createVnstat } from "./vnstat.ts";

const folder = mkdtempSync(join(tmpdir(), "vnstat-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A directory like /proc whose default route is that of these interfaces, the first preferred. */
function proc(...interfaces: string[]): string {
  const procRoot = mkdtempSync(join(folder, "proc-"));
  mkdirSync(join(procRoot, "net"));
  const routes = interfaces.map((name) => `${name}\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n`);
  writeFileSync(join(procRoot, "net/route"), `Iface\n${routes.join("")}`);
  return procRoot;
}

/** A program that stands in for vnstat: the lines of a shell, with the interface in `$4`. */
function program(name: string, script: string): [string] {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return [path];
}

const answer = (rx: number): string =>
  `{"jsonversion":"2","interfaces":[{"traffic":{"month":[{"date":{"year":2026,"month":11},"rx":${rx},"tx":7}]}}]}`;
const health = (state: string, detail: unknown) => ({
  kind: "health",
  at: 5,
  part: "bandwidth",
  source: "vnstat",
  state,
  detail,
});

describe("which interface", () => {
  const command = program("names", `[ "$*" = "--json m -i $4" ] && echo '${answer(5)}'`);
  const asked = async (options: Parameters<typeof createVnstat>[0]) => {
    const [event] = await createVnstat({ command, ...options }).poll(5);
    return event?.kind === "bandwidth" ? event.interface : undefined;
  };

  test("that of the default route, as it is then", async () => {
    const procRoot = proc("ens3", "wlan0");
    const vnstat = createVnstat({ command, procRoot });
    expect(await vnstat.poll(5)).toEqual([
      {
        kind: "bandwidth",
        at: 5,
        interface: "ens3",
        month: "2026-11",
        inBytes: 5,
        outBytes: 7,
        source: "vnstat",
      },
      health("up", "month totals of ens3"),
    ] as never);
    writeFileSync(join(procRoot, "net/route"), "Iface\nwg0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n");
    expect(await vnstat.poll(5)).toMatchObject([{ interface: "wg0" }, {}]);
  });

  test("the one that was named, whatever the routes", async () => {
    expect(await asked({ interface: "eth7", procRoot: proc("ens3") })).toBe("eth7");
    expect(await asked({ interface: "-x y", procRoot: "/nonexistent" })).toBe("-x y");
  });

  test("none where there is no default route: nothing is asked", async () => {
    const ran = join(folder, "ran");
    const never = program("never", `touch ${ran}`);
    const broken = mkdtempSync(join(folder, "proc-"));
    writeFileSync(join(broken, "net"), "");
    for (const procRoot of [proc(), "/nonexistent", broken]) {
      expect(await createVnstat({ command: never, procRoot }).poll(5)).toEqual([]);
    }
    expect(existsSync(ran)).toBe(false);
  });
});

describe("what goes wrong", () => {
  const poll = (script: string) =>
    createVnstat({ command: program("odd", script), interface: "eth0" }).poll(5);

  test.each([
    [
      "an unknown interface",
      `echo 'Error: No interface matching "eth0" found in database.'; exit 1`,
      "up",
      'vnstat tells nothing of eth0: No interface matching "eth0" found in database.',
    ],
    ["a failure without words", "exit 3", "up", "vnstat tells nothing of eth0: it ended with 3"],
    [
      "no month yet",
      `echo '{"jsonversion":"2","interfaces":[{"traffic":{"month":[]}}]}'`,
      "up",
      "vnstat has counted no month of eth0 yet",
    ],
    ["a crash", "kill -SEGV $$", "degraded", "vnstat tells nothing of eth0: it ended with SIGSEGV"],
    [
      "another layout",
      `echo '{"jsonversion":"3"}'`,
      "degraded",
      "vnstat's answer is not the JSON of version 1 or 2",
    ],
    [
      "garbage",
      "head -c 100000 /dev/urandom",
      "degraded",
      "vnstat's answer is not the JSON of version 1 or 2",
    ],
    ["no end of it", "yes", "degraded", "vnstat wrote more than months can be"],
  ])("%s", async (_, script, state, detail) => {
    expect(await poll(script)).toEqual([health(state, detail)] as never);
  });

  test("no answer in time", async () => {
    const command = program("slow", "sleep 600");
    const vnstat = createVnstat({ command, interface: "eth0", timeLimit: 300 });
    const first = vnstat.poll(5);
    // Meanwhile it is not started again.
    expect(await vnstat.poll(6)).toEqual([]);
    expect(await first).toEqual([health("degraded", "vnstat did not answer in time")] as never);
  });

  test("a program that is not installed is no event, and looked for again after ten minutes", async () => {
    const path = join(folder, "later");
    const vnstat = createVnstat({ command: [path], interface: "eth0" });
    expect(await vnstat.poll(5)).toEqual([]);
    program("later", `echo '${answer(1)}'`);
    expect(await vnstat.poll(599_000)).toEqual([]);
    expect(await vnstat.poll(600_005)).toMatchObject([{ kind: "bandwidth" }, { state: "up" }]);
  });

  test("what is closed meanwhile says nothing and leaves nothing running", async () => {
    const ready = join(folder, "ready");
    const vnstat = createVnstat({ command: program("long", `touch ${ready}; sleep 600`), interface: "eth0" });
    const answer = vnstat.poll(5);
    await until(() => existsSync(ready), "its start");
    vnstat.close();
    expect(await answer).toEqual([]);
  });
});

describeWith([{ program: "vnstat" }, { program: "vnstatd" }], "the real vnstat", () => {
  test("without a database, with one, and with months", async () => {
    const real = testVnstat(folder, "lo");
    const poll = (name: string) =>
      createVnstat({ command: ["vnstat", "--config", real.config], interface: name }).poll(5);
    const [none] = await poll("lo");
    expect(none).toMatchObject(health("up", expect.stringContaining("Failed to open database")));
    real.create();
    expect(await poll("lo")).toEqual([health("up", "vnstat has counted no month of lo yet")] as never);
    real.count("2026-10", 5, 7);
    real.count("2026-11", 1_234_567_890_123, 340_123_456_789);
    expect(await poll("lo")).toEqual([
      {
        kind: "bandwidth",
        at: 5,
        interface: "lo",
        month: "2026-11",
        inBytes: 1_234_567_890_123,
        outBytes: 340_123_456_789,
        source: "vnstat",
      },
      health("up", "month totals of lo"),
    ] as never);
    expect(await poll("eth1")).toEqual([
      health("up", 'vnstat tells nothing of eth1: No interface matching "eth1" found in database.'),
    ] as never);
  });
});
