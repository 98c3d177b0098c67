import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import {
  ACK,
  arp,
  BEGIN,
  ethernet,
  ip,
  LINK,
  LOCAL_V4,
  LOCAL_V6,
  malformed,
  mixed,
  runts,
  SYN,
  synFlood,
  TCP,
  type TestPacket,
  tcp,
  writePcap,
  writePcapng,
} from "../../test/pcaps.ts";
import type { TrafficEvent } from "../model/event.ts";
import { parseIpWords } from "../model/ip.ts";
import { toTrafficEvent } from "../model/traffic-table.ts";
import { type FileSource, type ReadOptions, readFiles } from "./read-files.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-packets-"));
afterAll(() => rmSync(folder, { recursive: true }));

const READ_AT = BEGIN + 86_400_000;

let files = 0;
function file(content: string | Uint8Array): FileSource {
  const path = join(folder, `${files++}.pcap`);
  writeFileSync(path, content);
  return { path, reads: "any" };
}

/** The traffic that was told, and in short what else: ticks as `+N`, milliseconds after the first packet. */
async function read(sources: FileSource | readonly FileSource[], options: Partial<ReadOptions> = {}) {
  const told: TrafficEvent[] = [];
  const seen: string[] = [];
  const results = await readFiles({
    files: [sources].flat(),
    format: "auto",
    strict: false,
    proxies: undefined,
    readAt: READ_AT,
    emit(input) {
      if (input.kind === "tick") seen.push(`+${input.at - BEGIN}`);
      else if (input.kind === "request") seen.push(input.path ?? "");
      else if (input.kind === "traffic" && "columns" in input) {
        const event = toTrafficEvent(input);
        seen.push(`${event.interface}@${event.at - BEGIN}`);
        told.push(event);
      }
    },
    room: () => undefined,
    stopped: () => false,
    ...options,
  });
  return { told, seen, results, health: results[0]?.health };
}

/** A SYN to this host, `time` in milliseconds after the first packet. */
function syn(time: number, peer = "198.51.100.1", local = LOCAL_V4): TestPacket {
  const way = { source: peer, destination: local };
  return { time: BEGIN + time, bytes: ethernet(type(peer), ip(way, TCP, tcp(way, 1, 443, SYN))) };
}

/** What this host answers. */
function answer(time: number, peer = "198.51.100.1", local = LOCAL_V4): TestPacket {
  const way = { source: local, destination: peer };
  const bytes = ethernet(type(peer), ip(way, TCP, tcp(way, 443, 1, SYN | ACK)), true);
  return { time: BEGIN + time, bytes, outgoing: true };
}

function type(address: string): number {
  return address.includes(":") ? 0x86dd : 0x0800;
}

function words(address: string): Uint32Array {
  const parsed = new Uint32Array(4);
  expect(parseIpWords(address, parsed)).toBe(true);
  return parsed;
}

/** Frames in and out of each event. */
function frames(told: readonly TrafficEvent[]): [number | undefined, number | undefined][] {
  return told.map(({ totals }) => [totals?.inPackets, totals?.outPackets]);
}

describe("seconds of a capture", () => {
  test("are told at their end, the last at its last packet, with their interface's name", async () => {
    const { told, seen } = await read(
      file(writePcap([syn(100), answer(200.4), syn(900), syn(1000), answer(1250.5)])),
    );
    const name = `${files - 1}.pcap`;
    expect(seen).toEqual(["+1000", `${name}@1000`, `${name}@1251`]);
    expect(told[0]).toEqual({
      kind: "traffic",
      at: BEGIN + 1000,
      interface: name,
      source: "pcap",
      milliseconds: 1000,
      totals: { inBytes: 108, outBytes: 54, inPackets: 2, outPackets: 1, synIn: 2, synAckOut: 1, nonIp: 0 },
      peers: [
        {
          ip: "198.51.100.1",
          inBytes: 108,
          outBytes: 54,
          inPackets: 2,
          outPackets: 1,
          synIn: 2,
          synAckOut: 1,
          tcp: 3,
          lastSeen: BEGIN + 900,
        },
      ],
    } as unknown as TrafficEvent);
  });

  test("are merged with the lines of logs", async () => {
    const line = (time: number, path: string) =>
      `8.8.8.8 - - [${new Date(BEGIN + time).toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (.*) GMT$/, "$1/$2/$3:$4 +0000")}] "GET ${path} HTTP/1.1" 200 5\n`;
    const log = file(line(0, "/0") + line(1000, "/1") + line(2000, "/2") + line(3000, "/3"));
    const { seen } = await read([log, file(writePcap([syn(500), syn(1700), syn(2600)]))]);
    const name = `${files - 1}.pcap`;
    expect(seen).toEqual([
      "+0",
      "/0",
      "+1000",
      "/1",
      `${name}@1000`,
      "+2000",
      "/2",
      `${name}@2000`,
      `${name}@2600`,
      "+3000",
      "/3",
    ]);
  });

  test("silence passes, however long it is", async () => {
    const year = 365 * 86_400_000;
    const { told, seen } = await read(file(writePcap([syn(0), syn(year)])), { readAt: BEGIN + year });
    expect(told.map(({ at }) => at)).toEqual([BEGIN + 1000, BEGIN + year]);
    expect(seen.length).toBeLessThan(200);
  });

  test("time never goes back, and is not that of a broken clock", async () => {
    const packets = [syn(5000), syn(1000), syn(-1e9), syn(1e12), syn(5999), syn(6000)];
    const { told, health } = await read(file(writePcap(packets)));
    expect(told.map(({ at }) => at - BEGIN)).toEqual([6000, 6000]);
    expect(frames(told)).toEqual([
      [5, 0],
      [1, 0],
    ]);
    expect(health).toMatchObject({
      state: "degraded",
      detail: expect.stringContaining("1 packets without a time, counted with the one before"),
    });
  });

  test("packets without a time belong to the one before, and where none has one to the reading", async () => {
    const simple = writePcapng([syn(0), syn(0)], { block: "simple" });
    const timed = writePcapng([syn(7000)]);
    expect((await read(file(simple))).told.map(({ at }) => at)).toEqual([READ_AT]);
    for (const order of [
      [simple, timed],
      [timed, simple],
    ]) {
      const { told } = await read(file(Buffer.concat(order)));
      expect(told.map(({ at, totals }) => [at - BEGIN, totals?.inPackets])).toEqual([[7000, 3]]);
      expect(told[0]?.peers[0]?.lastSeen).toBeUndefined();
    }
  });

  test("frames that are no IP make a second too", async () => {
    const { told } = await read(
      file(writePcap([{ time: BEGIN, bytes: ethernet(0x0806, arp()) }, ...runts()])),
    );
    expect(told.map(({ totals, peers }) => [totals?.nonIp, peers])).toEqual([[15, []]]);
  });

  test("peers come in parts, and the totals with the first", async () => {
    const { told } = await read(file(writePcap(synFlood(1, 5000))));
    expect(told.map(({ peers }) => peers.length)).toEqual([2048, 2048, 904]);
    expect(frames(told)).toEqual([
      [5000, 0],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(new Set(told.flatMap(({ peers }) => peers.map(({ ip }) => ip))).size).toBe(5000);
  });

  test("peers for which there is no room are in the totals", async () => {
    const { told } = await read(file(writePcap([...synFlood(1, 65_636), syn(1500)])));
    expect(told.length).toBe(33);
    expect(told[0]).toMatchObject({ sampled: 100, totals: { inPackets: 65_636 } });
    expect(told.at(-1)).toMatchObject({
      totals: { inPackets: 1 },
      peers: [{ ip: "198.51.100.1", inPackets: 1 }],
    });
    expect(told.at(-1)?.sampled).toBeUndefined();
  });

  test("each interface is told of, beyond eight the others together", async () => {
    const interfaces = Array.from({ length: 12 }, (_, i) => ({ name: `eth${i}` }));
    const { told } = await read(
      file(
        writePcapng(
          Array.from({ length: 24 }, () => syn(0)),
          { interfaces },
        ),
      ),
    );
    const rest = { name: `${files - 1}.pcap` };
    expect(told.map((event) => [event.interface, event.totals?.inPackets])).toEqual([
      ...interfaces.slice(0, 8).map(({ name }) => [name, 2]),
      [rest.name, 8],
    ]);
  });

  test("waits for room, and stops", async () => {
    let views = 0;
    const { health } = await read(file(writePcap(mixed(1, 5000))), {
      emit: (input) => input.kind === "traffic" && views++,
      stopped: () => views >= 2,
    });
    expect(views).toBe(2);
    expect(health?.state).toBe("up");
    expect(health?.lines).toBeLessThan(2000);
  });
});

describe("which way a packet went", () => {
  test("is guessed by who takes part in most, and said", async () => {
    const peers = ["198.51.100.1", "198.51.100.2", "2001:db8:9::1", "2001:db8:9::2"];
    const packets = peers.flatMap((peer) => {
      const local = peer.includes(":") ? LOCAL_V6 : LOCAL_V4;
      return [syn(0, peer, local), answer(1, peer, local)];
    });
    const { told, health } = await read(file(writePcap(packets)));
    expect(frames(told)).toEqual([[4, 4]]);
    expect(health).toMatchObject({
      state: "up",
      detail: "read to its end; taken for this host's: 192.0.2.1, 2001:db8::1",
    });
  });

  test("of two that are alone the host is who others opened connections to", async () => {
    for (const packets of [
      [syn(0), answer(1)],
      [answer(0), syn(1)],
    ]) {
      const { told, health } = await read(file(writePcap(packets)));
      expect(health?.detail).toContain(": 192.0.2.1");
      expect(frames(told)).toEqual([[1, 1]]);
    }
  });

  test("is in from its source where nothing tells; that is said", async () => {
    const others = ["198.51.100.1", "198.51.100.2"].flatMap((peer, i) => [
      syn(0, peer, `203.0.113.${i}`),
      answer(1, peer, `203.0.113.${i}`),
    ]);
    const multicast = [1, 2, 3, 4, 5].map((i) => syn(2, `198.51.100.1${i}`, "224.0.0.251"));
    const { told, health } = await read(file(writePcap([...others, ...multicast])));
    expect(frames(told)).toEqual([[9, 0]]);
    expect(told[0]?.peers.length).toBe(9);
    expect(health).toMatchObject({
      state: "degraded",
      detail: "nothing tells which host's packets these are: name it with --local-ip",
    });
  });

  const told = mixed(5, 300);
  const ways = [
    told.filter(({ outgoing }) => !outgoing).length,
    told.filter(({ outgoing }) => outgoing).length,
  ];
  test.each([
    ["SLL", () => writePcap(told, { linkType: LINK.sll })],
    ["SLL2", () => writePcap(told, { linkType: LINK.sll2, bigEndian: true })],
    ["pcapng", () => writePcapng(told, { directions: true })],
    ["pcapng's obsolete packets", () => writePcapng(told, { directions: true, block: "obsolete" })],
  ])("is what %s says", async (_, written) => {
    // Somebody is in most packets of the first seconds, and yet not this host.
    const { told: events, health } = await read(file(written()));
    const nonIp = events.reduce((sum, { totals }) => sum + (totals?.nonIp ?? 0), 0);
    expect(
      frames(events)
        .map(([into = 0]) => into)
        .reduce((a, b) => a + b),
    ).toBe((ways[0] ?? 0) - nonIp);
    expect(
      frames(events)
        .map(([, out = 0]) => out)
        .reduce((a, b) => a + b),
    ).toBe(ways[1] ?? 0);
    expect(health?.detail).toBe("read to its end");
  });

  test("is told by addresses that were named, before all else", async () => {
    const packets = [syn(0, "198.51.100.1"), answer(1, "198.51.100.1"), syn(2, "2001:db8:9::1", LOCAL_V6)];
    const local = [words("198.51.100.1"), words("198.51.100.1"), words("2001:db8:9::1")];
    for (const bytes of [writePcap(packets), writePcapng(packets, { directions: true })]) {
      const { told, health } = await read(file(bytes), { local });
      expect(frames(told)).toEqual([[1, 2]]);
      expect(told[0]?.peers.map((peer) => String(peer.ip))).toEqual([LOCAL_V4, LOCAL_V6]);
      expect(health?.detail).toBe("read to its end");
    }
  });

  test("is guessed of the family of which no address was named", async () => {
    const packets = ["198.51.100.1", "2001:db8:9::1", "2001:db8:9::2"].flatMap((peer) => {
      const local = peer.includes(":") ? LOCAL_V6 : LOCAL_V4;
      return [syn(0, peer, local), answer(1, peer, local), answer(2, peer, local)];
    });
    // Named is who would not be guessed.
    const v4 = await read(file(writePcap(packets)), { local: [words("198.51.100.1")] });
    expect(frames(v4.told)).toEqual([[4, 5]]);
    expect(v4.told[0]?.peers.map(({ ip }) => String(ip))).toEqual([
      LOCAL_V4,
      "2001:db8:9::1",
      "2001:db8:9::2",
    ]);
    expect(v4.health?.detail).toBe("read to its end; taken for this host's: 2001:db8::1");
    const v6 = await read(file(writePcap(packets)), { local: [words(LOCAL_V6)] });
    expect(frames(v6.told)).toEqual([[3, 6]]);
    expect(v6.health?.detail).toBe("read to its end; taken for this host's: 192.0.2.1");
    // Where the file tells the way, a guess is not asked.
    const told = await read(file(writePcapng(packets, { directions: true })), { local: [words(LOCAL_V4)] });
    expect(frames(told.told)).toEqual([[3, 6]]);
    expect(told.health?.detail).toBe("read to its end");
    // Of the other family there is nothing, and so nothing to be said.
    const alone = await read(file(writePcap(packets.slice(0, 3))), { local: [words(LOCAL_V4)] });
    expect(alone.health).toMatchObject({ state: "up", detail: "read to its end" });
  });
});

describe("how a capture fared", () => {
  test("gzip or not, it is the same", async () => {
    const bytes = writePcap(mixed(1, 3000));
    const plain = await read(file(bytes));
    const zipped = await read(file(gzipSync(bytes)));
    const named = (events: readonly TrafficEvent[]) => events.map((event) => ({ ...event, interface: "" }));
    expect(named(zipped.told)).toEqual(named(plain.told));
    expect(zipped.health?.lines).toBe(3000);
  });

  test("link types that are not known are named, their packets are not understood", async () => {
    const packets = writePcap([syn(0), syn(1)]);
    packets.writeUInt32LE(127, 20);
    const { told, health } = await read(file(packets));
    expect(told).toEqual([]);
    expect(health).toMatchObject({
      part: "replay",
      state: "degraded",
      detail: "2 of 2 packets not understood: of link type 127",
      lines: 2,
      unparsed: 2,
    });
    const interfaces = [147, 148, 149, 150, LINK.ethernet].map((linkType) => ({ linkType }));
    const many = writePcapng(mixed(1, 50), { interfaces: interfaces.map(() => ({})) });
    let at = 28;
    for (const { linkType } of interfaces) {
      many.writeUInt16LE(linkType, at + 8);
      at += many.readUInt32LE(at + 4);
    }
    const some = await read(file(many));
    expect(some.health).toMatchObject({ lines: 50, unparsed: 40 });
    expect(some.health?.detail).toStartWith(
      "40 of 50 packets not understood: of link type 147, 148, 149 and more",
    );
  });

  test("what is damaged is read up to there", async () => {
    const bytes = writePcap([syn(0), syn(1), syn(1500)]);
    const short = await read(file(bytes.subarray(0, bytes.length - 1)));
    expect(frames(short.told)).toEqual([[2, 0]]);
    expect(short.health).toMatchObject({ state: "down", lines: 2, unparsed: 0 });
    expect(short.health?.detail).toStartWith("read up to its damage: it ends within a packet");
    const garbage = await read(file(Buffer.concat([writePcap([]), Buffer.alloc(50_000, 0xa5)])));
    expect(garbage.health).toMatchObject({
      state: "down",
      lines: 0,
      detail: expect.stringContaining("more than any has"),
    });
    const zipped = gzipSync(writePcap(mixed(1, 3000)));
    const cut = await read(file(zipped.subarray(0, zipped.length / 2)));
    expect(cut.health).toMatchObject({
      state: "down",
      detail: expect.stringContaining("read up to its damage"),
    });
    expect(cut.health?.lines).toBeGreaterThan(500);
    expect(cut.told.length).toBeGreaterThan(0);
  });

  test("a header alone is a capture of nothing", async () => {
    for (const bytes of [writePcap([]), writePcapng([])]) {
      expect(await read(file(bytes))).toMatchObject({
        told: [],
        seen: [],
        health: { state: "up", detail: "read to its end", lines: 0 },
      });
    }
  });

  test("only what is to be replayed is looked at for captures", async () => {
    const { path } = file(writePcap([syn(0)]));
    const { told, health } = await read({ path, reads: "requests" });
    expect(told).toEqual([]);
    expect(health?.part).toBe("http");
  });

  test("whatever it holds, it is read to an end, and packets are counted once", async () => {
    const bytes = [
      writePcap([...malformed(), ...mixed(2, 60)]),
      writePcapng(mixed(2, 60), {
        interfaces: [{ linkType: LINK.sll2, name: "a" }, { linkType: LINK.null }],
      }),
      writePcapng(mixed(2, 60), { bigEndian: true, block: "obsolete", directions: true }),
    ];
    const changes = fc.array(fc.record({ at: fc.nat(8000), byte: fc.nat(255) }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bytes), changes, async (original, made) => {
        const copy = Buffer.from(original);
        for (const { at, byte } of made) copy[at % copy.length] = byte;
        const { told, results } = await read(file(copy));
        let counted = 0;
        let latest = Number.NEGATIVE_INFINITY;
        for (const { at, totals, peers } of told) {
          expect(at).toBeGreaterThanOrEqual(latest);
          expect(at).toBeLessThanOrEqual(READ_AT + 120_000);
          latest = at;
          counted += totals ? totals.inPackets + totals.outPackets + totals.nonIp : 0;
          for (const { lastSeen = at } of peers) expect(lastSeen).toBeLessThanOrEqual(at);
        }
        const { lines = 0, unparsed = 0 } = results[0]?.health ?? {};
        // A file whose first bytes were changed is a log.
        if (told.length > 0) expect(counted).toBe(lines - unparsed);
      }),
      { numRuns: 300 },
    );
  });
});
