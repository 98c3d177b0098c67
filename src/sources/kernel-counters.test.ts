import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createKernelCounters } from "./kernel-counters.ts";

const root = mkdtempSync(join(tmpdir(), "kernel-counters-"));
afterAll(() => rmSync(root, { recursive: true }));

const ROUTE =
  "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth1\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n";

/** A directory like /proc with these files in its `net`. */
function proc(files: Readonly<Record<string, string>>): string {
  const procRoot = mkdtempSync(join(root, "proc-"));
  mkdirSync(join(procRoot, "net"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(procRoot, "net", name), text);
  return procRoot;
}

const FILES = {
  netstat: "TcpExt: SyncookiesSent ListenDrops\nTcpExt: 3 4\n",
  snmp: "Tcp: ActiveOpens PassiveOpens\nTcp: 1 2\n",
  dev: ["lo", "eth0", "eth1"]
    .map((name, i) => `${name}: ${i} 1 0 0 0 0 0 0 ${10 * i} 2 0 0 0 0 0 0\n`)
    .join(""),
  route: ROUTE,
};

const device = (name: string, i: number) => ({
  name,
  inBytes: i,
  inPackets: 1,
  outBytes: 10 * i,
  outPackets: 2,
});

describe("createKernelCounters", () => {
  test("counters and interfaces, the one with the default route first", () => {
    const procRoot = proc(FILES);
    expect(createKernelCounters({ procRoot }).poll(5000)).toEqual([
      {
        kind: "kernel",
        at: 5000,
        host: hostname(),
        uptime: expect.any(Number),
        counters: { SyncookiesSent: 3, ListenDrops: 4, ActiveOpens: 1, PassiveOpens: 2 },
        interfaces: [{ ...device("eth1", 2), default: true }, device("lo", 0), device("eth0", 1)],
      },
      {
        kind: "health",
        at: 5000,
        part: "kernel",
        source: `${procRoot}/net`,
        state: "up",
        detail: "TCP counters and interfaces",
      },
    ]);
  });

  test("the interface that was asked for is the default one", () => {
    const [{ interfaces }, { state }] = createKernelCounters({
      procRoot: proc(FILES),
      interface: "eth0",
    }).poll(1);
    expect(interfaces[0]).toEqual({ ...device("eth0", 1), default: true });
    expect([interfaces.filter((one) => one.default).length, state]).toEqual([1, "up"]);
  });

  test.each([
    ["an interface that is not there", FILES, "wlan7", "degraded", "no interface wlan7"],
    ["no counters", { dev: FILES.dev, route: ROUTE }, undefined, "degraded", "net/netstat"],
    ["no interfaces", { netstat: FILES.netstat, snmp: FILES.snmp }, undefined, "degraded", "net/dev"],
    ["nothing", {}, undefined, "down", "ENOENT"],
  ])("%s", (_, files, name, state, detail) => {
    const [, health] = createKernelCounters({ procRoot: proc(files), interface: name }).poll(1);
    expect(health.state).toBe(state as never);
    expect(health.detail).toContain(detail);
  });

  test("a host of many interfaces: the default one is never cut off", () => {
    const many = Array.from({ length: 400 }, (_, i) => `veth${i}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n`).join(
      "",
    );
    const [{ interfaces }] = createKernelCounters({
      procRoot: proc({ ...FILES, dev: many + FILES.dev }),
    }).poll(1);
    expect(interfaces).toHaveLength(256);
    expect(interfaces[0]?.name).toBe("eth1");
  });

  test("this host", () => {
    const [kernel, health] = createKernelCounters().poll(1);
    expect(health.state).toBe("up");
    expect(kernel.uptime).toBeGreaterThan(0);
    expect(kernel.counters.PassiveOpens).toBeGreaterThanOrEqual(0);
  });
});
