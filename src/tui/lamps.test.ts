import { expect, test } from "bun:test";
import { NOW } from "../../test/console/snapshots.ts";
import type { HealthEvent } from "../model/event.ts";
import { lamps } from "./lamps.ts";

function health(known: Partial<HealthEvent>): HealthEvent {
  return {
    kind: "health",
    at: NOW,
    part: "http",
    source: "/a.log",
    state: "up",
    detail: "following",
    ...known,
  };
}

function words(all: readonly HealthEvent[]): string[] {
  return lamps(all, NOW).map(({ spans, why }) =>
    [...spans, ...(why ? [why] : [])].map(([text]) => text).join(""),
  );
}

test("a lamp for each part, with how many logs are read, and what is missing", () => {
  expect(
    words([
      health({}),
      health({ source: "/b.log", unparsed: 12 }),
      health({ part: "auth", source: "auth logs", state: "down", detail: "none found" }),
      health({ part: "sockets", source: "sock_diag", state: "down", detail: "no permission" }),
      health({ part: "bandwidth", source: "vnstat" }),
    ]),
  ).toEqual(["✗ socketsno permission", "● logs 212 not understood", "○ authnone found"]);
});

test("lateness is news while lines come, not of a log that is quiet since", () => {
  expect(words([health({ lag: 438_000 })])).toEqual(["● logs 1438s late"]);
  expect(words([health({ lag: 438_000, at: NOW - 60_000 })])).toEqual(["● logs 1"]);
});

test("what is down weighs more than what is late, and that more than what nobody asked for", () => {
  const weights = lamps(
    [
      health({ part: "sockets", state: "down" }),
      health({ state: "degraded" }),
      health({ part: "kernel" }),
      health({ part: "auth", source: "auth logs", state: "down" }),
    ],
    NOW,
  ).map(({ weight }) => weight);
  expect(weights).toEqual([3, 2, 0, 1]);
});

const packets = (known: Partial<HealthEvent>) =>
  health({ part: "packets", source: "eth0", via: "eBPF", detail: "counted in the kernel", ...known });

test.each([
  ["one interface", [packets({})], "● capture eBPF"],
  ["what was lost", [packets({ lost: 1_234 })], "● capture eBPF1.2k lost"],
  [
    "the worst of several, and how that one is read",
    [packets({}), packets({ source: "wg0", state: "degraded", via: "ring", detail: "peers are sampled" })],
    "◐ capture ringpeers are sampled",
  ],
  [
    "one of several that is gone",
    [packets({}), packets({ source: "wg0", state: "down", detail: "no such interface" })],
    "◐ capture eBPFno such interface",
  ],
  [
    "none at all for lack of rights",
    [health({ part: "packets", source: "packets", state: "down", detail: "needs root: sudo nethergaze" })],
    "○ captureneeds root: sudo nethergaze",
  ],
  [
    "an interface that was asked for",
    [health({ part: "packets", source: "eth9", state: "down", detail: "no such interface" })],
    "✗ captureno such interface",
  ],
] as const)("packets have a lamp: %s", (_, all, expected) => {
  expect(words(all)).toEqual([expected]);
});
