import { describe, expect, test } from "bun:test";
import type { KernelCounter, KernelEvent } from "../model/event.ts";
import type { Alert } from "../model/snapshot.ts";
import { DEFAULT_THRESHOLDS } from "../model/thresholds.ts";
import { HostWatch } from "./host.ts";

const NOW = 1_762_549_449_000;

function kernel(at: number, counters: Partial<Record<KernelCounter, number>>): KernelEvent {
  return { kind: "kernel", at, host: "web-1", uptime: 1, counters, interfaces: [] };
}

/** Seconds of a host, each adding so much to the counters. */
function watched(
  seconds: number,
  each: Partial<Record<KernelCounter, number>>,
  halfOpen = 0,
  ofPrefix = 0,
): { watch: HostWatch; alerts: Alert[] } {
  const watch = new HostWatch(DEFAULT_THRESHOLDS);
  const alerts: Alert[] = [];
  for (let i = 0; i < seconds; i++) {
    const at = NOW + 1000 * i;
    const counters = Object.fromEntries(Object.entries(each).map(([name, n]) => [name, 7 + n * i]));
    watch.kernel(kernel(at, counters));
    const prefix = ofPrefix > 0 ? "61.177.172.0/24" : undefined;
    watch.pressed({ at, count: halfOpen, prefix, ofPrefix });
    watch.tick(at, (alert) => alerts.push(alert));
  }
  return { watch, alerts };
}

describe("the class", () => {
  test.each([
    ["spoofed-flood", { SyncookiesSent: 9_000, SyncookiesRecv: 1 }, 129, 4],
    ["direct-flood", { SyncookiesSent: 9_000, SyncookiesRecv: 1 }, 129, 120],
    ["burst", { SyncookiesSent: 400, SyncookiesRecv: 380 }, 90, 80],
    ["spoofed-flood", { SyncookiesSent: 0, TCPReqQFullDrop: 9_000, ListenDrops: 9_000 }, 129, 4],
    ["spoofed-flood", {}, 500, 20],
    ["direct-flood", {}, 500, 400],
    ["stuck-app", { ListenOverflows: 30, ListenDrops: 30 }, 3, 0],
  ] as const)("%s", (expected, each, halfOpen, ofPrefix) => {
    const { watch } = watched(6, each, halfOpen, ofPrefix);
    expect(watch.verdict()?.class).toBe(expected);
  });

  test.each([
    ["on a quiet host", {}, 0],
    ["of a handful of half-open connections", {}, 40],
    ["of a few cookies", { SyncookiesSent: 3, SyncookiesRecv: 0 }, 20],
    // No queue was full: somebody closed a listener, or a packet was no good.
    ["of drops alone", { ListenDrops: 50 }, 0],
  ] as const)("nothing is said %s", (_, each, halfOpen) => {
    expect(watched(6, each, halfOpen).watch.verdict()).toBeUndefined();
  });
});

test("it names the prefix and the numbers, and says what helps", () => {
  const { watch } = watched(6, { SyncookiesSent: 9_000, SyncookiesRecv: 0 }, 129, 120);
  expect(watch.verdict()).toMatchObject({
    severity: "critical",
    prefix: "61.177.172.0/24",
    findings: [
      { evidence: "9000 SYN cookies/s sent, 0 % answered, 129 half-open, 120 of them from 61.177.172.0/24" },
    ],
  });
});

test("where packets are counted it says how many SYNs came, and how many were answered", () => {
  const evidence = (age: number) => {
    const { watch } = watched(6, { SyncookiesSent: 9_000, SyncookiesRecv: 0 }, 129);
    const none = { inBytesPerSecond: 0, outBytesPerSecond: 0, inPacketsPerSecond: 0, outPacketsPerSecond: 0 };
    const syns = { synPerSecond: 9_812.4, synAckPerSecond: 12.25, loudSynPerSecond: 0 };
    watch.wire({ ...none, ...syns }, NOW + 6000 - age);
    watch.kernel(kernel(NOW + 6000, { SyncookiesSent: 54_007 }));
    return watch.verdict()?.findings[0]?.evidence;
  };
  const cookies = "9000 SYN cookies/s sent, 0 % answered, 129 half-open";
  expect(evidence(100)).toBe(`${cookies}, 9812 SYN/s in, 12 SYN-ACK/s out`);
  expect(evidence(6000)).toBe(cookies);
});

test.each([
  // What is half open came first, and is of one prefix; who comes now sends one SYN each.
  [1e5, 100, "spoofed-flood", undefined],
  [1e5, 9e4, "direct-flood", "61.177.172.0/24"],
  // A few strangers beside it are no flood of their own.
  [900, 0, "direct-flood", "61.177.172.0/24"],
])("of %p SYN/s those of loud addresses, %p, tell whether it is %s", (syn, loud, kind, prefix) => {
  const { watch } = watched(6, { SyncookiesSent: 9_000, SyncookiesRecv: 0 }, 129, 120);
  const none = { inBytesPerSecond: 0, outBytesPerSecond: 0, inPacketsPerSecond: 0, outPacketsPerSecond: 0 };
  watch.wire({ ...none, synPerSecond: syn, synAckPerSecond: 0, loudSynPerSecond: loud }, NOW + 6000);
  watch.kernel(kernel(NOW + 6000, { SyncookiesSent: 54_007 }));
  expect(watch.verdict()?.class).toBe(kind as never);
  expect(watch.verdict()?.prefix).toBe(prefix as never);
});

test("one address that sends most SYNs is named, though nothing of it stays half open", () => {
  const { watch } = watched(6, { SyncookiesSent: 400, SyncookiesRecv: 0 });
  const none = { inBytesPerSecond: 0, outBytesPerSecond: 0, inPacketsPerSecond: 0, outPacketsPerSecond: 0 };
  const rates = { ...none, synPerSecond: 470, synAckPerSecond: 400, loudSynPerSecond: 460 };
  watch.wire(rates, NOW + 6000, { prefix: "45.77.12.0/24", synPerSecond: 455 });
  watch.kernel(kernel(NOW + 6000, { SyncookiesSent: 2_407 }));
  expect(watch.verdict()).toMatchObject({
    class: "direct-flood",
    prefix: "45.77.12.0/24",
    findings: [{ evidence: expect.stringContaining(", 455 SYN/s from 45.77.12.0/24") }],
  });
  watch.wire(rates, NOW + 6000, { prefix: "45.77.12.0/24", synPerSecond: 200 });
  watch.kernel(kernel(NOW + 7000, { SyncookiesSent: 2_807 }));
  expect(watch.verdict()).toMatchObject({ class: "spoofed-flood" });
});

test("packets alone say nothing of the host", () => {
  const { watch } = watched(6, {});
  const rates = {
    inBytesPerSecond: 6e6,
    outBytesPerSecond: 0,
    inPacketsPerSecond: 1e5,
    outPacketsPerSecond: 0,
  };
  watch.wire({ ...rates, synPerSecond: 1e5, synAckPerSecond: 0, loudSynPerSecond: 0 }, NOW + 5000);
  watch.kernel(kernel(NOW + 6000, {}));
  expect(watch.verdict()).toBeUndefined();
});

test("it is told once, and taken back when it has been over for a while", () => {
  const { watch, alerts } = watched(20, { ListenOverflows: 30 });
  expect(alerts).toMatchObject([{ state: "raised", host: "web-1", class: "stuck-app", severity: "warning" }]);
  const tell = (alert: Alert) => alerts.push(alert);
  const end = NOW + 19_000;
  watch.tick(end + 14_000, tell);
  expect(watch.verdict()).toBeDefined();
  watch.tick(end + 15_000, tell);
  expect(watch.verdict()).toBeUndefined();
  expect(alerts.at(-1)).toMatchObject({ state: "cleared", class: "stuck-app", findings: [] });
  expect(alerts.length).toBe(2);
});

test("counters that went back, and samples that come too often, are no rate and no growth", () => {
  const watch = new HostWatch(DEFAULT_THRESHOLDS);
  watch.kernel(kernel(NOW, { SyncookiesSent: 1_000_000 }));
  watch.kernel(kernel(NOW + 1000, { SyncookiesSent: 0 }));
  expect(watch.verdict()).toBeUndefined();
  for (let i = 0; i < 1000; i++) watch.kernel(kernel(NOW + 2000 + i, { SyncookiesSent: i }));
  expect(watch.verdict()?.class).toBe("spoofed-flood");
});

test("what one source told is over when it tells no more, also while the other goes on", () => {
  const { watch, alerts } = watched(6, { SyncookiesSent: 9_000, SyncookiesRecv: 0 });
  const tell = (alert: Alert): void => void alerts.push(alert);
  for (let i = 6; i < 100; i++) {
    const at = NOW + 1000 * i;
    watch.pressed({ at, count: 0, prefix: undefined, ofPrefix: 0 });
    watch.tick(at, tell);
  }
  expect(watch.verdict()).toBeUndefined();
  watch.pressed({ at: NOW + 100_000, count: 500, prefix: undefined, ofPrefix: 0 });
  expect(watch.verdict()?.class).toBe("spoofed-flood");
  for (let i = 101; i < 200; i++) {
    const at = NOW + 1000 * i;
    watch.kernel(kernel(at, { SyncookiesSent: 0 }));
    watch.tick(at, tell);
  }
  expect(watch.verdict()).toBeUndefined();
});

test("which of two as bad it is changes each second: it is told once in the hold-down", () => {
  const watch = new HostWatch(DEFAULT_THRESHOLDS);
  const alerts: Alert[] = [];
  for (let i = 0; i < 90; i++) {
    const at = NOW + 1000 * i;
    watch.pressed({ at, count: 500, prefix: "61.177.172.0/24", ofPrefix: i % 2 === 0 ? 240 : 260 });
    watch.tick(at, (alert) => alerts.push(alert));
  }
  expect(alerts.map(({ state, at }) => [state, at - NOW])).toEqual([
    ["raised", 0],
    ["raised", 61_000],
  ]);
});
