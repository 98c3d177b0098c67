import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Addresses, addAddress, createAddresses, findAddress, removeAddress } from "./address-index.ts";
import { parseIpWords } from "./ip.ts";

const CAPACITY = 8;
const CELLS = 16;
const SEED = 42;

function wordsOf(text: string): Uint32Array {
  const words = new Uint32Array(4);
  if (!parseIpWords(text, words)) throw new Error(text);
  return words;
}

/** The cell an address goes to in an empty table. */
function homeOf(words: Uint32Array): number {
  const addresses = createAddresses(CAPACITY, SEED);
  return addresses.cellOf[addAddress(addresses, words, 0)] as number;
}

/** Addresses that all want one of four cells in a row, over the table's edge: long runs, and wrapped ones. */
const crowded = Array.from({ length: 400 }, (_, i) =>
  wordsOf(i % 2 === 0 ? `198.20.${i >> 8}.${i & 255}` : `2a00::${i.toString(16)}`),
).filter((words) => [CELLS - 2, CELLS - 1, 0, 1].includes(homeOf(words)));
const pool = crowded.slice(0, 24);

function expectConsistent(addresses: Addresses, held: Map<number, number>): void {
  expect(addresses.size).toBe(held.size);
  pool.forEach((words, i) => {
    expect(findAddress(addresses, words, 0)).toBe(held.get(i) ?? -1);
  });
  for (const [i, slot] of held) {
    expect([...addresses.words.subarray(4 * slot, 4 * slot + 4)]).toEqual([...(pool[i] ?? [])]);
    expect(addresses.cells[addresses.cellOf[slot] as number]).toBe(slot + 1);
  }
  expect(addresses.cells.filter((cell) => cell !== 0)).toHaveLength(held.size);
  expect(addresses.cellOf.filter((cell) => cell !== -1)).toHaveLength(held.size);
}

test("adding, finding and removing colliding addresses is a Map", () => {
  expect(pool).toHaveLength(24);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: pool.length - 1 }), { maxLength: 60, size: "max" }), (program) => {
      const addresses = createAddresses(CAPACITY, SEED);
      const held = new Map<number, number>();
      for (const i of program) {
        const slot = held.get(i);
        if (slot !== undefined) {
          removeAddress(addresses, slot);
          held.delete(i);
        } else if (held.size < CAPACITY) {
          const added = addAddress(addresses, pool[i] as Uint32Array, 0);
          expect(added).toBeLessThan(CAPACITY);
          expect([...held.values()]).not.toContain(added);
          held.set(i, added);
        }
        expectConsistent(addresses, held);
      }
    }),
    { numRuns: 60 },
  );
});

test("reads an address at its offset", () => {
  const addresses = createAddresses(4, SEED);
  const two = new Uint32Array([...wordsOf("8.8.8.8"), ...wordsOf("2a00::1")]);
  const slot = addAddress(addresses, two, 4);
  expect(findAddress(addresses, wordsOf("2a00::1"), 0)).toBe(slot);
  expect(findAddress(addresses, two, 0)).toBe(-1);
});

test("addresses that differ in one word only are different, though they want the same cell", () => {
  const base = wordsOf("1:2:3:4:5:6:7:8");
  const addresses = createAddresses(CAPACITY, SEED);
  addAddress(addresses, base, 0);
  for (let word = 0; word < 4; word++) {
    const twin = base.slice();
    do twin[word] = (twin[word] as number) + 1;
    while (homeOf(twin) !== homeOf(base));
    expect(findAddress(addresses, twin, 0)).toBe(-1);
  }
});

test("IPv6 addresses that differ in one group only are different", () => {
  const addresses = createAddresses(CAPACITY, SEED);
  const texts = [
    "1:2:3:4:5:6:7:8",
    "0:2:3:4:5:6:7:8",
    "1:2:0:4:5:6:7:8",
    "1:2:3:4:0:6:7:8",
    "1:2:3:4:5:6:7:0",
  ];
  const slots = texts.map((text) => addAddress(addresses, wordsOf(text), 0));
  expect(texts.map((text) => findAddress(addresses, wordsOf(text), 0))).toEqual(slots);
});

test("neighbouring addresses spread over the table, differently for each seed", () => {
  const cellsOf = (seed: number): number[] => {
    const addresses = createAddresses(256, seed);
    return Array.from({ length: 256 }, (_, i) => {
      const slot = addAddress(addresses, wordsOf(`198.20.0.${i}`), 0);
      return addresses.cellOf[slot] as number;
    });
  };
  expect(cellsOf(1)).not.toEqual(cellsOf(2));
  const halves = cellsOf(1).filter((cell) => cell < 256).length;
  expect(halves).toBeGreaterThan(64);
  expect(halves).toBeLessThan(192);
});
