import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { Reader, type Response } from "mmdb-lib";
import { type Writable, writeMmdb } from "../../test/mmdb-writer.ts";
import { formatIp, parseIpWords } from "../model/ip.ts";
import { packagedCountries } from "./geo-packaged.ts";
import { type Mmdb, openMmdb } from "./mmdb.ts";
import type { MmdbValue } from "./mmdb-values.ts";

function wordsOf(ip: string): Uint32Array {
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) throw new Error(`no address: ${ip}`);
  return words;
}

function get(mmdb: Mmdb, ip: string): unknown {
  const at = mmdb.find(wordsOf(ip));
  return at === undefined ? null : plain(mmdb.read(at));
}

/** As objects, to compare. */
function plain(value: MmdbValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

const address = fc.oneof(
  fc.uint32Array({ minLength: 4, maxLength: 4 }),
  fc.nat(0xffffffff).map((number) => Uint32Array.of(0, 0, 0xffff, number)),
);
const record = fc.letrec<{ value: Writable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "grapheme", maxLength: 400 }),
    fc.nat(0xffffffff),
    fc.maxSafeNat(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,40}$/), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe("reads what another reader reads", () => {
  test("of databases of all kinds of values, in all sizes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(address, fc.integer({ min: 1, max: 128 }), record), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.constantFrom(24, 28, 32),
        fc.array(address, { maxLength: 10 }),
        (entries, recordSize, strangers) => {
          const prefixes = entries
            .map(([words, bits, value]) => {
              const ip = formatIp(words);
              const length = ip.includes(":") ? bits : ((bits - 1) % 32) + 1;
              return { ip, length, order: ip.includes(":") ? length : length + 96, value };
            })
            .sort((a, b) => a.order - b.order);
          const bytes = writeMmdb(
            prefixes.map(({ ip, length, value }) => [`${ip}/${length}`, value] as const),
            { recordSize },
          );
          const ours = openMmdb(bytes);
          const theirs = new Reader<Response>(bytes);
          for (const ip of [...prefixes.map(({ ip }) => ip), ...strangers.map((words) => formatIp(words))]) {
            const expected = JSON.stringify(theirs.get(ip), (_, item) =>
              typeof item === "bigint" ? Number(item) : item,
            );
            expect(JSON.stringify(get(ours, ip))).toBe(expected);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("of addresses of IPv4 alone", () => {
    const mmdb = openMmdb(writeMmdb([["45.77.0.0/16", { a: 1 }]], { ipVersion: 4, recordSize: 24 }));
    expect(get(mmdb, "45.77.12.9")).toEqual({ a: 1 });
    expect(get(mmdb, "45.78.12.9")).toBe(null);
    expect(get(mmdb, "2d4d:c09::")).toBe(null);
  });

  test("of the countries that come with the program", async () => {
    const bytes = readFileSync((await packagedCountries()) ?? "");
    const ours = openMmdb(bytes);
    const theirs = new Reader<Response>(bytes);
    let found = 0;
    for (let i = 0; i < 20_000; i++) {
      const [a, b] = [Math.imul(i, 2654435761) >>> 0, Math.imul(i, 40503) >>> 0];
      const ip = formatIp(
        i % 2 === 0 ? Uint32Array.of(0, 0, 0xffff, a) : Uint32Array.of(0x20000000 | (a >>> 3), b, 0, 1),
      );
      const expected = theirs.get(ip);
      if (expected !== null) found++;
      if (!Bun.deepEquals(get(ours, ip), expected))
        expect({ ip, is: get(ours, ip) }).toEqual({ ip, is: expected });
    }
    expect(found).toBeGreaterThan(10_000);
  });
});

describe("a sample", () => {
  test("has records of all parts of a large file", async () => {
    const mmdb = openMmdb(readFileSync((await packagedCountries()) ?? ""));
    const countries = new Set(mmdb.sample(256).map((at) => JSON.stringify(plain(mmdb.read(at)))));
    expect(countries.size).toBeGreaterThan(30);
  });

  test("has all of a small one", () => {
    const prefixes = ["45.77.0.0/16", "1.2.3.4/32", "2a00:1450::/32", "2c00::/16"];
    const mmdb = openMmdb(writeMmdb(prefixes.map((prefix, i) => [prefix, { i }] as const)));
    const found = mmdb.sample(256).map((at) => plain(mmdb.read(at)));
    expect(found).toHaveLength(4);
    expect(found).toEqual(expect.arrayContaining([{ i: 0 }, { i: 1 }, { i: 2 }, { i: 3 }]));
  });

  test("of none is empty", () => {
    expect(openMmdb(writeMmdb([])).sample(256)).toEqual([]);
  });
});

describe("a file that is none", () => {
  const good = writeMmdb([["45.77.0.0/16", { country: { iso_code: "NL" } }]]);
  const described = (metadata: Writable): Buffer => writeMmdb([["45.77.0.0/16", "x"]], { metadata });
  const whole = {
    binary_format_major_version: 2,
    build_epoch: 1,
    database_type: "Test",
    ip_version: 6,
    node_count: 10,
    record_size: 28,
  };
  const cases: [what: string, bytes: Buffer, reason: string][] = [
    ["nothing", Buffer.alloc(0), "no MMDB file"],
    ["a page", Buffer.from("<!DOCTYPE html><html>"), "no MMDB file"],
    ["zeros", Buffer.alloc(2 ** 20), "no MMDB file"],
    ["cut short", good.subarray(0, good.length - 200), "no MMDB file"],
    ["cut short within its description", good.subarray(0, good.length - 20), "damaged: a value lies outside"],
    ["cut short in front", good.subarray(good.length - 250), "damaged: its tree is larger"],
    ["described by a text", described("x"), "damaged: its description is no map"],
    ["of another version", described({ ...whole, binary_format_major_version: 3 }), "of version 3"],
    ["of odd records", described({ ...whole, record_size: 16 }), "damaged: records of 16 bits"],
    ["of IPv5", described({ ...whole, ip_version: 5 }), "damaged: addresses of IP version 5"],
    ["with half a node", described({ ...whole, node_count: 1.5 }), "no node_count"],
    ["with less than none", described({ ...whole, node_count: -1 }), "no node_count"],
    ["with too many nodes", described({ ...whole, node_count: 2 ** 40 }), "damaged: its tree is larger"],
    ["without a type", described({ ...whole, database_type: 1 }), "no database_type"],
  ];
  test.each(cases)("%s", (_, bytes, reason) => {
    expect(() => openMmdb(bytes)).toThrow(reason);
  });
});

describe("a damaged file", () => {
  const PLACE = Buffer.from("HERE");

  /** A database whose one record is these bytes. */
  function withRecord(bytes: Buffer): Mmdb {
    const file = writeMmdb([["45.77.0.0/16", "HERE"]]);
    const at = file.indexOf(PLACE) - 1;
    return openMmdb(Buffer.concat([file.subarray(0, at), bytes, file.subarray(at + 1 + PLACE.length)]));
  }

  const pairs = (depth: number): Buffer =>
    // Each an array of 28 pointers to the next one.
    Buffer.concat(
      Array.from({ length: depth }, (_, i) => {
        const next = 58 * (i + 1);
        return Buffer.from([
          28,
          4,
          ...Array.from({ length: 28 }, () => [0x20 | (next >> 8), next & 255]).flat(),
        ]);
      }),
    );
  const cases: [what: string, bytes: number[] | Buffer, reason: string][] = [
    ["a pointer to itself", [0x20, 0], "within each other"],
    ["a pointer out of the file", [0x38, 0x7f, 0xff, 0xff, 0xff], "outside of its part"],
    ["a pointer into the description", [0x20, 0x20], "damaged"],
    ["a map with itself as a key", [0xe1, 0x20, 0], "within each other"],
    ["28 to the power of 12 values", Buffer.concat([pairs(12), Buffer.of(0xa0)]), "more than 2048 values"],
    [
      "an array of millions",
      [31, 4, 0xff, 0xff, 0xff, ...Array.from({ length: 5000 }, () => 0xa0)],
      "more than 2048",
    ],
    ["a map whose key is a number", [0xe1, 0xa1, 1, 0xa1, 1], "a key is no text"],
    ["a text longer than the file", [0x5f, 0xff, 0xff, 0xff], "outside of its part"],
    ["a double of a byte", [0x61, 1], "a double of 1 bytes"],
    ["a float of a byte", [1, 8, 1], "a float of 1 bytes"],
    ["an int32 of five bytes", [5, 1, 1, 1, 1, 1, 1], "an int32 of 5 bytes"],
    ["an uint16 of three bytes", [0xa3, 1, 1, 1], "an unsigned number of 3 bytes"],
    ["a type nobody knows", [0, 200], "a value of type 207"],
    ["an end marker", [0, 6], "a value of type 13"],
  ];
  test.each(cases)("%s", (_, bytes, reason) => {
    const mmdb = withRecord(Buffer.from(bytes));
    expect(() => get(mmdb, "45.77.12.9")).toThrow(reason);
  });

  test("a text is kept up to its limit", () => {
    const mmdb = openMmdb(writeMmdb([["45.77.0.0/16", "x".repeat(100_000)]]));
    expect(get(mmdb, "45.77.12.9")).toBe("x".repeat(1024));
  });

  test("a key named __proto__ is a key", () => {
    const mmdb = withRecord(
      Buffer.concat([Buffer.from([0xe1, 0x49]), Buffer.from("__proto__"), Buffer.from([0xa1, 7])]),
    );
    expect(mmdb.read(mmdb.find(wordsOf("45.77.12.9")) ?? 0)).toEqual(new Map([["__proto__", 7]]));
  });

  test("whatever bytes changed, it answers or says that it is damaged", () => {
    const good = writeMmdb(
      Array.from({ length: 200 }, (_, i) => [
        i % 2 === 0 ? `${i + 1}.${i}.0.0/16` : `2a00:${i}::/32`,
        { country: { iso_code: "NL", names: { en: `place ${i}` } }, location: { latitude: i / 7 } },
      ]),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        fc.array(address, { minLength: 5, maxLength: 5 }),
        (changes, addresses) => {
          const bytes = Buffer.from(good);
          for (const [at, byte] of changes) bytes[at] = byte;
          try {
            const mmdb = openMmdb(bytes);
            mmdb.sample(64).map(mmdb.read);
            for (const words of addresses) {
              const at = mmdb.find(words);
              if (at !== undefined) mmdb.read(at);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            expect(String(error)).toMatch(/damaged|no MMDB|of version/);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
