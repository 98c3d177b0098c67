import { parseCidr } from "../src/model/cidr.ts";
import { isV4 } from "../src/model/ip.ts";

/** What a record may hold: whole numbers are written as the smallest unsigned type, others as double. */
export type Writable = string | number | boolean | readonly Writable[] | { readonly [key: string]: Writable };

export interface MmdbOptions {
  readonly type?: string;
  /** Epoch ms. */
  readonly built?: number;
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
  /** In place of the description of the database. */
  readonly metadata?: Writable;
}

const POINTER_FROM = [0, 2048, 526_336] as const;

/**
 * A database in the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/): each prefix with its record, wider ones
 * before those within them. Equal records are written once, and texts that repeat are pointed to, as real ones have it.
 */
export function writeMmdb(
  entries: Iterable<readonly [prefix: string, record: Writable]>,
  options: MmdbOptions = {},
): Buffer<ArrayBuffer> {
  const { type = "Test", built = Date.UTC(2026, 10, 1), ipVersion = 6, recordSize = 28 } = options;
  const tree = createTree();
  const data = createData();
  const written = new Map<string, number>();
  for (const [prefix, record] of entries) {
    const key = JSON.stringify(record);
    let at = written.get(key);
    if (at === undefined) {
      at = data.write(record);
      written.set(key, at);
    }
    tree.insert(prefix, ipVersion, at);
  }
  const metadata = createData();
  metadata.write(
    options.metadata ?? {
      binary_format_major_version: 2,
      binary_format_minor_version: 0,
      build_epoch: built / 1000,
      database_type: type,
      description: { en: "Made by a test" },
      ip_version: ipVersion,
      languages: ["en"],
      node_count: tree.nodes,
      record_size: recordSize,
    },
  );
  return Buffer.concat([
    tree.bytes(recordSize),
    Buffer.alloc(16),
    data.bytes(),
    Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"),
    metadata.bytes(),
  ]);
}

/** Binary tree of the bits of prefixes. A side of a node: 0 nothing, n > 0 node n, n < 0 the record at -n-1. */
function createTree() {
  let sides = new Int32Array(2 ** 12);
  let nodes = 1;
  const add = (both: number): number => {
    if (2 * nodes === sides.length) {
      const larger = new Int32Array(2 * sides.length);
      larger.set(sides);
      sides = larger;
    }
    // What a wider prefix says of it stands until a narrower one does.
    sides.fill(both, 2 * nodes, 2 * nodes + 2);
    return nodes++;
  };
  return {
    get nodes() {
      return nodes;
    },
    insert(prefix: string, ipVersion: 4 | 6, record: number): void {
      const cidr = parseCidr(prefix);
      if (cidr === undefined) throw new Error(`no prefix: ${prefix}`);
      const v4 = isV4(cidr.words);
      if (!v4 && ipVersion === 4) throw new Error(`no IPv4: ${prefix}`);
      // IPv4 lies in ::/96, not where mapped addresses are.
      const address = v4 ? Uint32Array.of(0, 0, 0, cidr.words[3] as number) : cidr.words;
      const from = ipVersion === 4 ? 96 : 0;
      const until = cidr.bits;
      let node = 0;
      for (let bit = from; bit < until; bit++) {
        const at = 2 * node + (((address[bit >>> 5] as number) >>> (31 - (bit & 31))) & 1);
        if (bit === until - 1) {
          sides[at] = -record - 1;
          return;
        }
        const side = sides[at] as number;
        if (side > 0) node = side;
        else {
          node = add(side);
          sides[at] = node;
        }
      }
      throw new Error(`everything: ${prefix}`);
    },
    bytes(recordSize: 24 | 28 | 32): Buffer {
      const bytes = Buffer.alloc((nodes * recordSize) / 4);
      const recordOf = (side: number): number => {
        const record = side > 0 ? side : side === 0 ? nodes : nodes + 16 + (-side - 1);
        if (record >= 2 ** recordSize) throw new Error(`too large for records of ${recordSize} bits`);
        return record;
      };
      for (let node = 0; node < nodes; node++) {
        const at = (node * recordSize) / 4;
        const [left, right] = [recordOf(sides[2 * node] as number), recordOf(sides[2 * node + 1] as number)];
        if (recordSize === 32) {
          bytes.writeUInt32BE(left, at);
          bytes.writeUInt32BE(right, at + 4);
        } else {
          bytes.writeUIntBE(left & 0xffffff, at, 3);
          bytes.writeUIntBE(right & 0xffffff, at + (recordSize === 28 ? 4 : 3), 3);
          if (recordSize === 28) bytes[at + 3] = ((left >>> 24) << 4) | (right >>> 24);
        }
      }
      return bytes;
    },
  };
}

function createData() {
  let buffer = Buffer.alloc(2 ** 12);
  let length = 0;
  const texts = new Map<string, number>();

  const room = (size: number): void => {
    while (length + size > buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
  };
  const unsigned = (number: number, size: number): void => {
    room(size);
    for (let i = size - 1; i >= 0; i--) buffer[length++] = Math.floor(number / 256 ** i) % 256;
  };
  const control = (type: number, size: number): void => {
    const short = size < 29 ? size : size < 285 ? 29 : size < 65_821 ? 30 : 31;
    unsigned(((type > 7 ? 0 : type) << 5) | short, 1);
    if (type > 7) unsigned(type - 7, 1);
    if (short === 29) unsigned(size - 29, 1);
    if (short === 30) unsigned(size - 285, 2);
    if (short === 31) unsigned(size - 65_821, 3);
  };
  const point = (target: number): void => {
    const size = target < 2048 ? 0 : target < 526_336 ? 1 : target < 134_744_064 ? 2 : 3;
    if (size === 3) {
      unsigned((1 << 5) | (3 << 3), 1);
      unsigned(target, 4);
      return;
    }
    const number = target - POINTER_FROM[size];
    unsigned((1 << 5) | (size << 3) | Math.floor(number / 256 ** (size + 1)), 1);
    unsigned(number % 256 ** (size + 1), size + 1);
  };

  function write(value: Writable): number {
    const at = length;
    if (typeof value === "string") {
      const before = texts.get(value);
      // A pointer takes as many bytes as the shortest texts.
      if (before !== undefined && value.length > 3) point(before);
      else {
        texts.set(value, at);
        const bytes = Buffer.from(value);
        control(2, bytes.length);
        room(bytes.length);
        length += bytes.copy(buffer, length);
      }
    } else if (typeof value === "boolean") control(14, Number(value));
    else if (typeof value === "number") {
      if (Number.isSafeInteger(value) && value >= 0) {
        let size = 0;
        while (value >= 256 ** size) size++;
        control(size <= 2 ? 5 : size <= 4 ? 6 : 9, size);
        unsigned(value, size);
      } else {
        control(3, 8);
        room(8);
        length = buffer.writeDoubleBE(value, length);
      }
    } else if (Array.isArray(value)) {
      control(11, value.length);
      for (const item of value) write(item);
    } else {
      const pairs = Object.entries(value as Readonly<Record<string, Writable>>);
      control(7, pairs.length);
      for (const [key, item] of pairs) {
        write(key);
        write(item);
      }
    }
    return at;
  }
  return { write, bytes: () => buffer.subarray(0, length) };
}
