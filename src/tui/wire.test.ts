import { expect, test } from "bun:test";
import { wire } from "../../test/console/snapshots.ts";
import { isUnanswered, wireLines, wireWords } from "./wire.ts";

test.each([
  [{ synIn: 1, inPackets: 1, tcp: 1 }, 0, "1 SYN, no ACK", false],
  [{ synIn: 812, inPackets: 812, tcp: 812 }, 3, "812 SYN, no ACK", true],
  [{ synIn: 1_234_567, inPackets: 1_234_567 }, 0, "1.2M SYN, no ACK", true],
  [{ synIn: 3, ackIn: 1, inPackets: 4, tcp: 4 }, 0, "no socket, 4 packets", false],
  [{ synIn: 3, ackIn: 1, inPackets: 4, tcp: 4 }, 1, undefined, false],
  [{ udp: 40, inPackets: 30, outPackets: 10 }, 0, "40 UDP packets", false],
  [{ udp: 1, inPackets: 1 }, 0, "1 UDP packet", false],
  [{ icmp: 2, inPackets: 2 }, 0, "2 ICMP packets", false],
  [{ udp: 1, icmp: 1, inPackets: 2 }, 0, "no socket, 2 packets", false],
  [{ outPackets: 1, tcp: 1 }, 0, "no socket, 1 packet", false],
] as const)("%j with %d sockets: %s", (known, connections, words, unanswered) => {
  const row = { wire: wire(known), connections, ...(connections === 0 && { noSocket: true as const }) };
  expect(wireWords(row)).toBe(words);
  expect(isUnanswered(row)).toBe(unanswered);
});

test("where sockets are not known, as in a capture, nothing is said of them", () => {
  expect(wireWords({ wire: wire({ inPackets: 4, ackIn: 1, tcp: 4 }), connections: 0 })).toBe("4 packets");
});

test("nothing is said of what was not counted", () => {
  expect(wireWords({ connections: 0 })).toBeUndefined();
  expect(isUnanswered({})).toBe(false);
  expect(wireLines({})).toEqual([]);
});

test("of packets all is told that is not nothing, of sockets what it is", () => {
  const known = wire({
    inPackets: 1_902,
    outPackets: 2_310,
    synIn: 31,
    synAckOut: 31,
    ackIn: 1_871,
    tcp: 4_200,
    udp: 12,
    inBytesPerSecond: 1_200,
    outBytesPerSecond: 40_100,
    packetsPerSecond: 31.25,
    synPerSecond: 0.25,
  });
  expect(wireLines({ inBytes: 410_000, outBytes: 2_100_000, wire: known })).toEqual([
    "in 410k (1,902 pkts, 31 SYN, 1,871 ACK) · out 2.1M (2,310 pkts, 31 SYN-ACK)",
    "now 1.2k/s in, 40.1k/s out · 31 pkts/s · <1 SYN/s · 4,200 TCP, 12 UDP",
  ]);
  const quiet = wire({ inPackets: 3, outPackets: 2, rstIn: 2, rstOut: 1, tcp: 2, icmp: 2, other: 1 });
  expect(wireLines({ inBytes: 180, outBytes: 108, wire: quiet })).toEqual([
    "in 180B (3 pkts, 2 RST) · out 108B (2 pkts, 1 RST)",
    "now nothing · 2 TCP, 2 ICMP, 1 other",
  ]);
  expect(wireLines({ inBytes: 410_000, outBytes: 2_100_000 })).toEqual([
    "in 410k · out 2.1M   payload of sockets",
  ]);
});
