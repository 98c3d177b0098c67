import { describe, expect, test } from "bun:test";
import { KERNEL_COUNTERS } from "../model/event.ts";
import { type Counters, parseNetstat, readNetstat } from "./netstat.ts";

function parsed(text: string): Counters {
  const counters: Counters = {};
  parseNetstat(text, counters);
  return counters;
}

describe("parseNetstat", () => {
  test.each([
    [
      "the counters we follow, and no others",
      "TcpExt: SyncookiesSent PruneCalled ListenDrops\nTcpExt: 7 8 9\nIpExt: InOctets\nIpExt: 5\n",
      { SyncookiesSent: 7, ListenDrops: 9 },
    ],
    [
      "the group Tcp",
      "Ip: Forwarding\nIp: 1\nTcp: ActiveOpens PassiveOpens\nTcp: 1 2\n",
      { ActiveOpens: 1, PassiveOpens: 2 },
    ],
    ["the same names elsewhere", "MPTcpExt: ListenDrops\nMPTcpExt: 3\n", {}],
    ["fewer values than names", "TcpExt: SyncookiesSent ListenDrops\nTcpExt: 7\n", { SyncookiesSent: 7 }],
    ["values of another group", "TcpExt: SyncookiesSent\nTcp: 7\n", {}],
    ["values that are none", "TcpExt: SyncookiesSent ListenDrops ListenOverflows\nTcpExt: -1 x 0x10\n", {}],
    ["names without values", "TcpExt: SyncookiesSent", {}],
    ["names of every object", "TcpExt: constructor __proto__ toString\nTcpExt: 1 2 3\n", {}],
    ["nothing", "", {}],
  ])("%s", (_, text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });
});

test("this kernel has every counter we follow", () => {
  expect(Object.keys(readNetstat("/proc")).sort()).toEqual([...KERNEL_COUNTERS].sort());
});
