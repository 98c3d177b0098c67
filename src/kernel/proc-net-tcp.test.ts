import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { makeNetns } from "../../test/netns.ts";
import { describeWith } from "../../test/requires.ts";
import { formatIp, parseIpWords } from "../model/ip.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";
import { readProcNetTcp, readRow } from "./proc-net-tcp.ts";

const HEADER =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n";
const HEADER6 =
  "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const TAIL = "00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 20 4 30 10 -1";

const root = mkdtempSync(join(tmpdir(), "proc-net-tcp-"));
mkdirSync(join(root, "net"));
afterAll(() => rmSync(root, { recursive: true }));

/** What the two files say of the sockets in them. */
function read(tcp: string, tcp6?: string) {
  writeFileSync(join(root, "net/tcp"), tcp);
  rmSync(join(root, "net/tcp6"), { force: true });
  if (tcp6 !== undefined) writeFileSync(join(root, "net/tcp6"), tcp6);
  const table = new PeerTable(new Listeners());
  const malformed = readProcNetTcp(root, table);
  const rows = Array.from({ length: table.length }, (_, i) => {
    const local = `${formatIp(table.local, 4 * i)}:${table.localPort[i]}`;
    const remote = `${formatIp(table.remote, 4 * i)}:${table.remotePort[i]}`;
    return `${local} ${remote} ${table.state[i]} ${table.inode[i]}`;
  });
  return { table, malformed, rows };
}

describe("readProcNetTcp", () => {
  test("IPv4, IPv6 and IPv4-mapped rows", () => {
    const { rows, malformed } = read(
      `${HEADER}   0: 010200C0:1F90 076433C6:C350 01 ${TAIL}\n`,
      `${HEADER6}   0: B80D0120000000000000000001000000:01BB B80D01200000000000000000EFCDAB00:C351 08 ${TAIL}\n` +
        `   1: 0000000000000000FFFF0000010200C0:1F90 0000000000000000FFFF0000076433C6:C352 06 ${TAIL}\n`,
    );
    expect(malformed).toBe(0);
    expect(rows).toEqual([
      "192.0.2.1:8080 198.51.100.7:50000 1 12345",
      "[2001:db8::1]:443 [2001:db8::ab:cdef]:50001 8 12345".replaceAll(/[[\]]/g, ""),
      "192.0.2.1:8080 198.51.100.7:50002 6 12345",
    ]);
  });

  test("a listener goes aside, 0C is SYN_RECV, loopback and unconnected sockets are dropped", () => {
    const { table, rows, malformed } = read(
      [
        HEADER.trimEnd(),
        `   0: 010200C0:1F90 00000000:0000 0A ${TAIL}`,
        `   1: 010200C0:1F90 076433C6:C350 0C ${TAIL}`,
        `   2: 0100007F:1F90 0200007F:C350 01 ${TAIL}`,
        `   3: 010200C0:1F91 00000000:0000 07 ${TAIL}`,
        "",
      ].join("\n"),
    );
    expect(rows).toEqual(["192.0.2.1:8080 198.51.100.7:50000 3 12345"]);
    const words = new Uint32Array(4);
    parseIpWords("192.0.2.1", words);
    expect([8080, 8081].map((port) => table.listeners.accepts(words, 0, port))).toEqual([true, false]);
    expect(malformed).toBe(0);
  });

  const good = `   0: 010200C0:1F90 076433C6:C350 01 ${TAIL}`;
  test.each([
    ["cut short", good.slice(0, 60)],
    ["an empty line", ""],
    ["a letter that is no digit", good.replace("076433C6", "07643XC6")],
    ["an address of seven digits", good.replace("076433C6", "76433C6")],
    ["an address of sixteen digits", good.replace("076433C6", "076433C6076433C6")],
    ["a port of three digits", good.replace("C350", "C35")],
    ["no colon", good.replace(":C350", "-C350")],
    ["a state of three digits", good.replace(" 01 ", " 001 ")],
    ["an inode that is no number", good.replace("12345", "12e45")],
    ["an inode without end", good.replace("12345", "1".repeat(400))],
    ["a minus", good.replace("12345", "-2345")],
    ["bytes of no alphabet", "\u0000\u001b[2J\ufffd".repeat(40)],
  ])("a malformed row is left out and counted: %s", (_, row) => {
    const { rows, malformed } = read(`${HEADER}${row}\n${good}\n`);
    expect(malformed).toBe(1);
    expect(rows).toHaveLength(1);
  });

  test("a row without a newline at the end of the file counts", () => {
    expect(read(`${HEADER}${good}`).rows).toHaveLength(1);
    expect(read(HEADER.trimEnd()).rows).toHaveLength(0);
    expect(read("").rows).toHaveLength(0);
  });

  test("rows across the edges of the buffer, and one longer than it", () => {
    const many = `${good}\n`.repeat(2000);
    const { rows, malformed } = read(`${HEADER}${many}${"x".repeat(200_000)}\n${many}`);
    expect(rows).toHaveLength(4000);
    expect(new Set(rows).size).toBe(1);
    expect(malformed).toBe(1);
  });

  test("without /proc/net/tcp it throws, without tcp6 it does not", () => {
    expect(() => readProcNetTcp("/nonexistent", new PeerTable(new Listeners()))).toThrow("ENOENT");
  });

  test("no bytes throw or hang", () => {
    const likely = fc
      .array(fc.constantFrom(..." 0:0123456789ABCDEFxyz\n".split("")), { maxLength: 400 })
      .map((c) => c.join(""));
    const mutated = fc
      .tuple(fc.nat(good.length - 1), fc.string({ maxLength: 3 }))
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at + text.length));
    fc.assert(
      fc.property(fc.oneof(likely, mutated, fc.string()), (text) => {
        const bytes = Buffer.from(text);
        const table = new PeerTable(new Listeners());
        readRow(bytes, 0, bytes.length, table);
        expect(table.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describeWith(["root", { program: "ip" }], "the kernel's own table", () => {
  test("has every row, however many fill its pages", async () => {
    const netns = makeNetns();
    try {
      const actor = netns.actor();
      for (let rows = 1; rows <= 60; rows++) {
        await actor.ask({ do: "listen", host: "127.0.0.1", port: 1000 + rows });
        await actor.ask({ do: "listen", host: "::1", port: 1000 + rows });
        const listeners = new Listeners();
        expect(readProcNetTcp(`/proc/${actor.pid}`, new PeerTable(listeners))).toBe(0);
        expect(listeners.length).toBe(2 * rows);
      }
    } finally {
      await netns.remove();
    }
  });
});
