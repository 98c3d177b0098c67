import { type IpWords, isV4 } from "./ip.ts";
import { mix } from "./mix.ts";

/**
 * The addresses held, each in a slot whose number indexes every other column. Open addressing with
 * linear probing over at most half-full cells: a lookup costs one or two cache lines and no string.
 */
export interface Addresses {
  readonly capacity: number;
  /** Four words per slot, at `stride * slot`. */
  readonly words: IpWords;
  readonly stride: number;
  /** Slot + 1, or 0, per cell. */
  readonly cells: Int32Array;
  /** Cell of each slot, -1 when the slot is free. */
  readonly cellOf: Int32Array;
  readonly freed: Int32Array;
  /** Unpredictable, so that nobody can choose addresses that collide. */
  readonly seed: number;
  freedCount: number;
  /** Slots handed out at least once: all used slots are below it. */
  top: number;
  size: number;
}

/** `words` may be a part of larger records: as long as `capacity` times their stride. */
export function createAddresses(
  capacity: number,
  seed: number,
  words: IpWords = new Uint32Array(4 * capacity),
): Addresses {
  let cells = 16;
  while (cells < 2 * capacity) cells *= 2;
  return {
    capacity,
    words,
    stride: words.length / capacity,
    cells: new Int32Array(cells),
    cellOf: new Int32Array(capacity).fill(-1),
    freed: new Int32Array(capacity),
    seed,
    freedCount: 0,
    top: 0,
    size: 0,
  };
}

/** The slot of the address at `offset` of `words`, or -1. */
export function findAddress(addresses: Addresses, words: IpWords, offset: number): number {
  const { cells } = addresses;
  const mask = cells.length - 1;
  for (let cell = hash(addresses.seed, words, offset) & mask; ; cell = (cell + 1) & mask) {
    const slot = (cells[cell] as number) - 1;
    if (slot < 0 || sameAddress(addresses.words, addresses.stride * slot, words, offset)) return slot;
  }
}

/** Gives an address that is not held yet a slot. The caller has made room: `size < capacity`. */
export function addAddress(addresses: Addresses, words: IpWords, offset: number): number {
  const { cells } = addresses;
  const mask = cells.length - 1;
  let cell = hash(addresses.seed, words, offset) & mask;
  while (cells[cell] !== 0) cell = (cell + 1) & mask;
  const slot =
    addresses.freedCount > 0 ? (addresses.freed[--addresses.freedCount] as number) : addresses.top++;
  cells[cell] = slot + 1;
  addresses.cellOf[slot] = cell;
  for (let i = 0; i < 4; i++) addresses.words[addresses.stride * slot + i] = words[offset + i] as number;
  addresses.size++;
  return slot;
}

/** Frees a slot. Later cells of its run move back, so that no tombstones slow the probing down. */
export function removeAddress(addresses: Addresses, slot: number): void {
  const { cells, cellOf } = addresses;
  const mask = cells.length - 1;
  let hole = cellOf[slot] as number;
  for (let cell = (hole + 1) & mask; cells[cell] !== 0; cell = (cell + 1) & mask) {
    const other = (cells[cell] as number) - 1;
    const home = hash(addresses.seed, addresses.words, addresses.stride * other) & mask;
    if (((cell - home) & mask) < ((cell - hole) & mask)) continue;
    cells[hole] = other + 1;
    cellOf[other] = hole;
    hole = cell;
  }
  cells[hole] = 0;
  cellOf[slot] = -1;
  addresses.freed[addresses.freedCount++] = slot;
  addresses.size--;
}

function sameAddress(a: IpWords, offsetA: number, b: IpWords, offsetB: number): boolean {
  return (
    a[offsetA + 3] === b[offsetB + 3] &&
    a[offsetA + 2] === b[offsetB + 2] &&
    a[offsetA + 1] === b[offsetB + 1] &&
    a[offsetA] === b[offsetB]
  );
}

/** Each word is mixed in, so that neighbouring addresses lie apart. */
function hash(seed: number, words: IpWords, offset: number): number {
  let h = seed;
  for (let i = isV4(words, offset) ? 3 : 0; i < 4; i++) h = mix(h ^ (words[offset + i] as number));
  return h;
}
