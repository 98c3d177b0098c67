import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  BEGIN,
  LINK,
  mixed,
  relinked,
  runts,
  synFlood,
  type TestPacket,
  writePcap,
  writePcapng,
} from "../../test/pcaps.ts";
import { createPcapReader, isPcap } from "./pcap.ts";
import { LARGEST_PACKET, LARGEST_RECORD, type PacketReader, type PacketRecord } from "./pcap-record.ts";
import { createPcapngReader, isPcapng } from "./pcapng.ts";

type Found = Omit<PacketRecord, "start" | "end"> & { readonly bytes: string };

/** All packets of a file whose bytes come in pieces of such lengths, the last of them again and again; and what ended it. */
function read(file: Uint8Array, pieces: readonly number[] = [1 << 30]) {
  const reader: PacketReader = isPcapng(file) ? createPcapngReader() : createPcapReader();
  const bytes = Buffer.from(file);
  const found: Found[] = [];
  let from = 0;
  let to = 0;
  for (let piece = 0; ; ) {
    const result = reader.next(bytes, from, to);
    expect(reader.used).toBeGreaterThanOrEqual(from);
    expect(reader.used).toBeLessThanOrEqual(to);
    from = reader.used;
    if (result === "packet") {
      const { start, end, ...record } = reader.record;
      expect(start).toBeLessThanOrEqual(end);
      expect(end).toBeLessThanOrEqual(to);
      found.push({ ...record, bytes: bytes.toString("hex", start, end) });
      continue;
    }
    if (result === "damaged" || to === bytes.length) return { found, damage: reader.damage(to - from) };
    expect(to - from).toBeLessThan(reader.wanted);
    expect(reader.wanted).toBeLessThanOrEqual(LARGEST_RECORD);
    to = Math.min(bytes.length, to + (pieces[Math.min(piece++, pieces.length - 1)] ?? 1));
  }
}

/** What is to be found of packets that were written so. */
function expected(packets: readonly TestPacket[], link: number = LINK.ethernet, bigEndian = false): Found[] {
  return packets.flatMap((packet) => {
    const bytes = relinked(packet, link, bigEndian);
    if (bytes === undefined) return [];
    const hex = Buffer.from(bytes).toString("hex");
    return {
      bytes: hex,
      length: bytes.length,
      link,
      time: packet.time,
      way: undefined,
      interface: undefined,
    };
  });
}

/** With times in whole microseconds, as those of the packets are. */
function rounded(found: readonly Found[]): Found[] {
  return found.map((record) => ({ ...record, time: Math.round(1000 * record.time) }));
}

const some = [...mixed(1, 60), ...runts()];

describe("pcap", () => {
  const orders = [true, false].flatMap((bigEndian) =>
    [true, false].map((nanoseconds) => ({ bigEndian, nanoseconds })),
  );
  test.each(Object.entries(LINK))("%s, in both byte orders, of both resolutions", (_, linkType) => {
    for (const order of orders) {
      const { found, damage } = read(writePcap(some, { linkType, ...order }));
      expect(damage).toBeUndefined();
      expect(rounded(found)).toEqual(rounded(expected(some, linkType, order.bigEndian)));
    }
  });

  test("what was cut off by the snapshot length is still told of", () => {
    const { found } = read(writePcap(some, { snapLength: 40 }));
    expect(found.map(({ length }) => length)).toEqual(some.map(({ bytes }) => bytes.length));
    expect(Math.max(...found.map(({ bytes }) => bytes.length))).toBe(80);
  });

  test("the upper half of the link type is of something else", () => {
    const file = writePcap(some);
    file.writeUInt32LE(0x5400_0071, 20);
    expect(read(file).found[0]?.link).toBe(LINK.sll);
  });

  test("the end of a file within a packet is told, that behind one is none", () => {
    const file = writePcap(some);
    const whole = read(file).found;
    const ends = new Set([24]);
    for (const { bytes } of whole) ends.add(Math.max(...ends) + 16 + bytes.length / 2);
    for (let length = 0; length <= 400; length++) {
      const { found, damage } = read(file.subarray(0, length));
      expect(found).toEqual(whole.slice(0, found.length));
      expect(damage).toBe(ends.has(length) ? undefined : "it ends within a packet");
    }
  });

  test("a length that no packet has ends it", () => {
    const file = writePcap(some);
    file.writeUInt32LE(LARGEST_PACKET + 1, 24 + 8);
    expect(read(file)).toEqual({ found: [], damage: "a packet of 262145 bytes, more than any has" });
    file.writeUInt16LE(543, 4);
    expect(read(file).damage).toBe("version 543 of pcap is not known");
  });

  test("no log begins as a capture does", () => {
    for (const head of [
      "",
      "\xa1\xb2\xc3",
      '8.8.8.8 - - [07/Nov/2025"',
      '{"kind":"tick"',
      "\n\r\r\n\n\n\n\n\n\n\n\n",
    ]) {
      expect(isPcap(Buffer.from(head, "latin1"))).toBe(false);
      expect(isPcapng(Buffer.from(head, "latin1"))).toBe(false);
    }
  });
});

describe("pcapng", () => {
  test.each([true, false])(
    "enhanced packets with names, directions and resolutions; big endian: %p",
    (bigEndian) => {
      const interfaces = [
        { name: "eth0", linkType: LINK.ethernet },
        { name: "any", linkType: LINK.sll2, resolution: 9, offset: -3600 },
        { linkType: LINK.raw, resolution: 0x80 | 30, offset: 1_700_000_000 },
        { name: " ", linkType: LINK.ethernet, resolution: 3 },
      ];
      const file = writePcapng(some, { bigEndian, interfaces, directions: true });
      const { found, damage } = read(file);
      const names = ["eth0", "any", undefined, undefined];
      const links = [LINK.ethernet, LINK.sll2, LINK.raw, LINK.ethernet];
      const wanted = some.flatMap((packet, i) =>
        expected([packet], links[i % 4]).map((record) => ({
          ...record,
          way: packet.outgoing ? "out" : "in",
          interface: names[i % 4],
          time: i % 4 === 3 ? Math.round(packet.time) : packet.time,
        })),
      );
      expect(damage).toBeUndefined();
      expect(rounded(found)).toEqual(rounded(wanted as Found[]));
    },
  );

  test.each([true, false])("obsolete and simple packets; big endian: %p", (bigEndian) => {
    const obsolete = writePcapng(some, { bigEndian, block: "obsolete", directions: true });
    expect(rounded(read(obsolete).found)).toEqual(
      rounded(expected(some).map((record, i) => ({ ...record, way: some[i]?.outgoing ? "out" : "in" }))),
    );
    const simple = writePcapng(some, { bigEndian, block: "simple", snapLength: 50 });
    expect(read(simple).found).toEqual(
      expected(some).map((record) => ({ ...record, time: Number.NaN, bytes: record.bytes.slice(0, 100) })),
    );
  });

  test("a section has its own byte order and its own interfaces", () => {
    const sections = [
      writePcapng(some, { bigEndian: true, interfaces: [{ name: "a" }] }),
      writePcapng([], {}),
      writePcapng(some, { interfaces: [{ name: "b", linkType: LINK.raw }] }),
    ];
    const { found, damage } = read(Buffer.concat(sections));
    expect(damage).toBeUndefined();
    expect(found.map((record) => record.interface)).toEqual([
      ...some.map(() => "a"),
      ...expected(some, LINK.raw).map(() => "b"),
    ]);
  });

  test("what is no packet is passed over, however long it is", () => {
    const [section, rest] = halves(writePcapng(some));
    const blocks = [block(4, 0), block(0x0bad, 3 << 20), block(10, 4096)];
    const file = Buffer.concat([section, ...blocks, rest, block(5, LARGEST_RECORD)]);
    expect(read(file, [1000]).found).toEqual(read(writePcapng(some)).found);
    expect(read(file.subarray(0, file.length - 1)).damage).toBe("it ends within a packet");
  });

  test("of options that are longer than any record the first are looked at", () => {
    const [section] = halves(writePcapng([]));
    const packet = Buffer.alloc(28 + 4 + LARGEST_RECORD);
    packet.writeUInt32LE(6, 0);
    packet.writeUInt32LE(packet.length, 4);
    packet.writeUInt16LE(2, 28);
    packet.writeUInt16LE(4, 30);
    packet[32] = 2;
    const file = Buffer.concat([section, packet, writePcapng(some).subarray(section.length)]);
    const { found, damage } = read(file, [5000]);
    expect(damage).toBeUndefined();
    expect(found.length).toBe(1 + some.length);
    expect(found[0]).toMatchObject({ way: "out", length: 0 });
  });

  const damages: [what: string, change: (file: Buffer) => void, damage: string][] = [
    [
      "an interface that is not there",
      (file) => file.writeUInt32LE(1, 48 + 8),
      "a packet of an interface that it does not describe",
    ],
    [
      "a packet longer than its block",
      (file) => file.writeUInt32LE(100_000, 48 + 20),
      "a packet of 100000 bytes, more than its block has",
    ],
    [
      "a packet longer than any",
      (file) => file.writeUInt32LE(2 ** 31, 48 + 20),
      "a packet of 2147483648 bytes, more than its block has",
    ],
    ["a block of no length", (file) => file.writeUInt32LE(0, 48 + 4), "a block whose frame is broken"],
    ["a block of an odd length", (file) => file.writeUInt32LE(101, 48 + 4), "a block whose frame is broken"],
    ["two lengths", (file) => file.writeUInt32LE(8, 48 - 4), "a block whose frame is broken"],
    ["a version to come", (file) => file.writeUInt16LE(2, 12), "version 2 of pcapng is not known"],
    ["a section in no order", (file) => file.writeUInt32LE(0x0a0d0d0a, 48), "a block whose frame is broken"],
  ];
  test.each(damages)("%s ends it", (_, change, damage) => {
    const file = writePcapng([...synFlood(1, 3)]);
    change(file);
    expect(read(file)).toEqual({ found: [], damage });
  });

  test("it may not describe interfaces without end", () => {
    const interfaces = Array.from({ length: 1025 }, () => ({}));
    expect(read(writePcapng(some, { interfaces })).damage).toBe("more than 1024 interfaces");
  });
});

describe("any capture", () => {
  const packets = [...mixed(3, 20), ...runts()];
  const files = [
    writePcap(packets),
    writePcap(packets, { nanoseconds: true, bigEndian: true, linkType: LINK.sll }),
    writePcapng(packets, { interfaces: [{ name: "x" }, { resolution: 0x94 }], directions: true }),
    Buffer.concat([
      writePcapng(packets, { bigEndian: true, block: "obsolete", directions: true }),
      block(99, 700),
      writePcapng(packets, { block: "simple" }),
    ]),
  ];
  const file = fc.constantFrom(...files);
  const pieces = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 });

  test("is the same however its bytes arrive", () => {
    fc.assert(
      fc.property(file, pieces, (bytes, lengths) => {
        expect(read(bytes, lengths)).toEqual(read(bytes));
      }),
    );
    for (const bytes of files) expect(read(bytes, [1])).toEqual(read(bytes));
  });

  test("may hold anything: what is found does not depend on the pieces, and it ends", () => {
    const changes = fc.array(
      fc.record({ at: fc.nat(4000), byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 4, 255)) }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(file, changes, pieces, fc.nat(6000), (bytes, made, lengths, end) => {
        const copy = Buffer.from(bytes.subarray(0, end));
        for (const { at, byte } of made) if (at < copy.length) copy[at] = byte;
        expect(read(copy, lengths)).toEqual(read(copy));
      }),
      { numRuns: 1000 },
    );
  });

  test("noise behind a header is the end of it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), (noise) => {
        for (const head of [writePcap([]), writePcapng([])]) {
          const { found, damage } = read(Buffer.concat([head, noise]), [700]);
          expect(found.length > 0 || damage !== undefined || noise.length >= 12).toBe(true);
        }
      }),
    );
  });
});

test("times are those that were written", () => {
  const at = (time: number): TestPacket => ({ time, bytes: new Uint8Array(60) });
  const times = [0, 0.001, 999.999, BEGIN, BEGIN + 0.125, 4_294_967_295_999];
  expect(read(writePcap(times.map(at))).found.map(({ time }) => time)).toEqual(times);
  // Of the year 586,912 there is no clock.
  const far = writePcapng([at(0)]);
  far.writeUInt32LE(0xffffffff, 48 + 12);
  expect(read(far).found[0]?.time).toBeGreaterThan(8.64e15);
});

/** The blocks that describe section and interface, and the rest. */
function halves(file: Buffer): [Buffer, Buffer] {
  return [file.subarray(0, 48), file.subarray(48)];
}

/** A block of zeros. */
function block(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(12 + length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.writeUInt32LE(bytes.length, bytes.length - 4);
  return bytes;
}
