import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import fc from "fast-check";
import { TCP_STATES } from "../model/event.ts";
import { formatIp, parseIpWords } from "../model/ip.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";
import {
  countPayload,
  dumpRequest,
  LIVE_STATES,
  QUIET_STATES,
  readSocket,
  SockDiag,
  socketRequest,
} from "./sock-diag.ts";

const V4 = ["c0000201", "00000000", "00000000", "00000000"].join("");
const PEER_V4 = ["c6336407", "00000000", "00000000", "00000000"].join("");
const V6 = "20010db8000000000000000000000001";
const PEER_V6 = "20010db8000000000000000000abcdef";
const MAPPED = "00000000000000000000ffffc0000201";
const PEER_MAPPED = "00000000000000000000ffffc6336407";

/** struct inet_diag_msg as the kernel lays it out, in hex: ports 8080 and 50000, interface 3, inode 0x01020304. */
function diagMessage(
  family: number,
  state: number,
  local: string,
  remote: string,
  attributes = "",
): Uint32Array {
  const hex = [
    [family, state, 0, 0].map(byte).join(""),
    "1f90c350",
    local,
    remote,
    "03000000",
    "1122334455667788",
    "00000000".repeat(4),
    "04030201",
    attributes,
  ].join("");
  return wordsOf(hex);
}

const byte = (n: number): string => n.toString(16).padStart(2, "0");

function wordsOf(hex: string): Uint32Array {
  return new Uint32Array(Uint8Array.fromHex(hex).buffer);
}

function read(words: Uint32Array, end = 4 * words.length): PeerTable {
  const table = new PeerTable(new Listeners());
  readSocket(table, words, 0, end);
  return table;
}

/** TCP_INFO with the fields we read, in `length` bytes. */
function info(length: number): string {
  const bytes = new DataView(new ArrayBuffer(Math.max(length, 136)));
  bytes.setUint32(68, 1234, true);
  bytes.setUint32(100, 5, true);
  bytes.setBigUint64(120, 100_001n, true);
  bytes.setBigUint64(128, 5_000_000_000n, true);
  const payload = new Uint8Array(bytes.buffer, 0, length).toHex();
  return `${byte((length + 4) & 255)}${byte((length + 4) >> 8)}0200${payload}`;
}

describe("requests, byte for byte", () => {
  test("a dump of live states, with TCP_INFO", () => {
    expect(dumpRequest(LIVE_STATES, true).toHex()).toBe(
      [
        "00000000",
        "12000000",
        "00000000",
        "00000000",
        "00000002",
        "00".repeat(48),
        "3e0f0000",
        "00000000",
      ].join(""),
    );
  });

  test("a dump of quiet states, without", () => {
    expect(dumpRequest(QUIET_STATES, false).toHex()).toBe(
      [
        "00000000",
        "12000000",
        "00000000",
        "00000000",
        "00000000",
        "00".repeat(48),
        "c0000000",
        "00000000",
      ].join(""),
    );
  });

  test.each([
    ["IPv4", 2, V4, PEER_V4, "02", V4, PEER_V4],
    ["IPv6", 10, V6, PEER_V6, "0a", V6, PEER_V6],
    ["an IPv4-mapped one, which the kernel finds as IPv4", 10, MAPPED, PEER_MAPPED, "02", V4, PEER_V4],
  ])("one socket: %s", (_, family, local, remote, asked, askedLocal, askedRemote) => {
    const table = read(diagMessage(family, 1, local, remote));
    expect(socketRequest(table, 0).toHex()).toBe(
      [
        ["00000000", "14000000", "00000000", "00000000"],
        [asked, "060200", "fe0f0000"],
        ["1f90c350", askedLocal, askedRemote, "03000000", "1122334455667788"],
      ]
        .flat()
        .join(""),
    );
  });
});

describe("messages", () => {
  test.each([
    ["IPv4", 2, V4, PEER_V4, "192.0.2.1", "198.51.100.7"],
    ["IPv6", 10, V6, PEER_V6, "2001:db8::1", "2001:db8::ab:cdef"],
    ["IPv4-mapped", 10, MAPPED, PEER_MAPPED, "192.0.2.1", "198.51.100.7"],
  ])("%s", (_, family, local, remote, localText, remoteText) => {
    const table = read(diagMessage(family, 1, local, remote));
    expect(table.length).toBe(1);
    expect(formatIp(table.local)).toBe(localText as never);
    expect(formatIp(table.remote)).toBe(remoteText as never);
    expect([table.localPort[0], table.remotePort[0]]).toEqual([8080, 50000]);
    expect([table.inode[0], table.device[0], table.hasInfo[0]]).toEqual([0x01020304, 3, 0]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 11])("state %i is kept", (state) => {
    expect(read(diagMessage(2, state, V4, PEER_V4)).state[0]).toBe(state);
  });

  test("a request socket (12) is SYN_RECV; a listener goes aside; unknown states are dropped", () => {
    expect(read(diagMessage(2, 12, V4, PEER_V4)).state[0]).toBe(TCP_STATES.indexOf("SYN_RECV"));
    const listening = read(diagMessage(2, 10, V4, "0".repeat(32)));
    expect([listening.length, listening.listeners.length, listening.listeners.ports[0]]).toEqual([
      0, 1, 8080,
    ]);
    for (const state of [0, 13, 255]) expect(read(diagMessage(2, state, V4, PEER_V4)).length).toBe(0);
  });

  test("TCP_INFO is found among other attributes, and read if it is long enough", () => {
    const shutdown = "0500080000000000";
    const table = read(diagMessage(2, 1, V4, PEER_V4, shutdown + info(280)));
    expect([table.hasInfo[0], table.rtt[0], table.retransmits[0]]).toEqual([1, 1234, 5]);
    expect([table.outBytes[0], table.inBytes[0]]).toEqual([100_001, 5_000_000_000]);
    expect(read(diagMessage(2, 1, V4, PEER_V4, info(136))).hasInfo[0]).toBe(1);
    // Linux before 4.1 knows no byte counts.
    expect(read(diagMessage(2, 1, V4, PEER_V4, info(104))).hasInfo[0]).toBe(0);
  });

  test.each([
    ["an attribute of length 0", "00000200"],
    ["one that claims more than there is", "ffff0200"],
    ["TCP_INFO that claims more than there is", `${info(136).slice(0, 8)}00000000`],
  ])("the socket is kept with %s", (_, attributes) => {
    const table = read(diagMessage(2, 1, V4, PEER_V4, attributes));
    expect([table.length, table.hasInfo[0]]).toEqual([1, 0]);
  });

  test("short messages and other families are passed over", () => {
    const words = diagMessage(2, 1, V4, PEER_V4);
    for (let end = 0; end < 72; end++) expect(read(words, end).length).toBe(0);
    expect(read(diagMessage(1, 1, V4, PEER_V4)).length).toBe(0);
  });

  test("no bytes throw or hang", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 400 }),
        fc.constantFrom(2, 10, 77),
        (bytes, family) => {
          const words = new Uint32Array(Math.ceil(bytes.length / 4) + 1);
          new Uint8Array(words.buffer).set(bytes);
          words[0] = ((words[0] as number) & ~0xff) | family;
          expect(read(words, bytes.length).length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe("payload", () => {
  test.each([
    ["ESTABLISHED", "in", 1000, 500],
    ["ESTABLISHED", "out", 999, 500],
    ["FIN_WAIT1", "out", 999, 500],
    ["FIN_WAIT2", "in", 999, 500],
    ["FIN_WAIT2", "out", 998, 500],
    ["CLOSE_WAIT", "in", 1000, 499],
    ["LAST_ACK", "in", 1000, 499],
    ["CLOSING", "out", 999, 499],
  ] as const)("%s %s: SYN and FIN are no bytes", (state, direction, outBytes, inBytes) => {
    const table = read(diagMessage(2, TCP_STATES.indexOf(state), V4, PEER_V4, info(280)));
    table.inbound[0] = direction === "in" ? 1 : 0;
    table.outBytes[0] = 1000;
    table.inBytes[0] = 500;
    countPayload(table, 0);
    expect([table.outBytes[0], table.inBytes[0]]).toEqual([outBytes, inBytes]);
  });

  test("never goes below nothing", () => {
    const table = read(diagMessage(2, TCP_STATES.indexOf("FIN_WAIT2"), V4, PEER_V4, info(280)));
    table.outBytes[0] = 0;
    countPayload(table, 0);
    expect(table.outBytes[0]).toBe(0);
  });
});

describe("the kernel", () => {
  test("lists a listener of ours among the live states only, however often it is asked", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const words = new Uint32Array(4);
    parseIpWords("127.0.0.1", words);
    const table = new PeerTable(new Listeners());
    const diag = new SockDiag();
    for (const [states, listed] of [
      [LIVE_STATES, true],
      [QUIET_STATES, false],
      [LIVE_STATES, true],
    ] as const) {
      table.listeners.clear();
      table.truncate(0);
      diag.dump(table, states, false);
      expect(table.listeners.accepts(words, 0, port)).toBe(listed);
    }
    diag.close();
    server.close();
  });

  test("knows no socket that is none: the row stays without information", () => {
    const table = read(diagMessage(2, 1, V4, PEER_V4));
    const diag = new SockDiag();
    diag.query(table, 0);
    expect(table.hasInfo[0]).toBe(0);
    diag.close();
  });
});
