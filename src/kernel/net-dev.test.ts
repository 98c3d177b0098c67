import { expect, test } from "bun:test";
import { parseNetDev, readNetDev } from "./net-dev.ts";

const HEADER = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;

test.each([
  [
    "an interface",
    "  eth0: 188013995    4387    0    1    0     0          0         9   252205    2827    0    0    0     0       0          0",
    [{ name: "eth0", inBytes: 188_013_995, inPackets: 4387, outBytes: 252_205, outPackets: 2827 }],
  ],
  [
    "no blank behind the colon",
    "eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    [{ name: "eth0", inBytes: 1, inPackets: 2, outBytes: 9, outPackets: 10 }],
  ],
  [
    "an alias",
    "eth0:1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    [{ name: "eth0:1", inBytes: 1, inPackets: 2, outBytes: 9, outPackets: 10 }],
  ],
  ["too few columns", "eth0: 1 2 3 4 5 6 7 8 9", []],
  ["no numbers", "eth0: a b c d e f g h i j", []],
  ["negative", "eth0: -1 2 3 4 5 6 7 8 9 10", []],
  ["no name", ": 1 2 3 4 5 6 7 8 9 10", []],
  ["nothing", "", []],
])("parseNetDev: %s", (_, line, expected) => {
  expect(parseNetDev(`${HEADER}${line}\n`)).toEqual(expected);
});

test("this host has a loopback interface", () => {
  expect(readNetDev("/proc").map(({ name }) => name)).toContain("lo");
});
