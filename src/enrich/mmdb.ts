import { type IpWords, isV4 } from "../model/ip.ts";
import { createDecoder, type MmdbValue } from "./mmdb-values.ts";

/** An opened database in the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/). */
export interface Mmdb {
  /** What its maker calls it, as `DBIP-City-Lite`. */
  readonly type: string;
  /** When it was built, epoch ms. */
  readonly built: number;
  /** Where the record of the address at `offset` of `words` lies; undefined where it has none. */
  find(words: IpWords, offset?: number): number | undefined;
  /** The record that lies there. Throws an Error where the file is damaged. */
  read(at: number): MmdbValue;
  /** Where different records lie, of `count` parts of the tree one or two each. */
  sample(count: number): number[];
}

const MARKER = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
/** "The metadata section is at most 128 KiB." */
const METADATA_BYTES = 2 ** 17;
/** The zeros between tree and data. */
const SEPARATOR = 16;
/** Nodes looked at for one record of a sample: next to each other most have some. */
const SAMPLED_NODES = 64;

/**
 * Opens the database that `bytes` are; they must not change afterwards. Throws an Error that says what is wrong with them.
 * It is ours because a database is outside data: decoders that follow every pointer and believe every count
 * can be kept busy for ever by a hundred bytes.
 */
export function openMmdb(bytes: Buffer): Mmdb {
  const metadataFrom = Math.max(0, bytes.length - METADATA_BYTES);
  const marker = bytes.subarray(metadataFrom).lastIndexOf(MARKER);
  if (marker < 0) throw new Error("no MMDB file, or cut short: its description is missing");
  const dataEnd = metadataFrom + marker;
  const metadataStart = dataEnd + MARKER.length;
  const { type, built, ipVersion, nodes, recordBits } = metadataOf(
    createDecoder(bytes, metadataStart, bytes.length)(metadataStart),
  );
  const nodeBytes = recordBits / 4;
  const treeBytes = nodes * nodeBytes;
  const dataStart = treeBytes + SEPARATOR;
  if (dataStart > dataEnd) throw new Error("damaged: its tree is larger than the file");
  const read = createDecoder(bytes, dataStart, dataEnd);
  const next = recordReader(bytes, recordBits, nodeBytes);
  const v4Root = ipVersion === 4 ? 0 : zeros();

  /** Where IPv4 begins in a tree of IPv6: behind 96 zeros. */
  function zeros(): number {
    let node = 0;
    for (let bit = 0; bit < 96 && node < nodes; bit++) node = next(node, 0);
    return node;
  }

  return {
    type,
    built,
    read,
    find(words, offset = 0) {
      const v4 = isV4(words, offset);
      if (!v4 && ipVersion === 4) return undefined;
      const first = v4 ? offset + 3 : offset;
      const bits = v4 ? 32 : 128;
      let node = v4 ? v4Root : 0;
      for (let bit = 0; bit < bits && node < nodes; bit++) {
        node = next(node, ((words[first + (bit >>> 5)] as number) >>> (31 - (bit & 31))) & 1);
      }
      return node > nodes ? treeBytes + node - nodes : undefined;
    },
    sample(count) {
      const found = new Set<number>();
      for (let part = 0; part < count; part++) {
        const from = Math.floor((part * nodes) / count);
        const until = Math.min(nodes, from + SAMPLED_NODES);
        for (let node = from, before = found.size; node < until && found.size === before; node++) {
          for (const side of [0, 1]) {
            const target = next(node, side);
            if (target > nodes) found.add(treeBytes + target - nodes);
          }
        }
      }
      return [...found];
    },
  };
}

/** Reads the left (0) or the right (1) record of a node: sizes of 24, 28 and 32 bits. */
function recordReader(
  bytes: Buffer,
  bits: number,
  nodeBytes: number,
): (node: number, side: number) => number {
  const three = (at: number): number =>
    ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  if (bits === 24) return (node, side) => three(node * nodeBytes + 3 * side);
  if (bits === 32) {
    return (node, side) => {
      const at = node * nodeBytes + 4 * side;
      return (three(at) * 256 + (bytes[at + 3] as number)) >>> 0;
    };
  }
  // The byte in the middle has the upper four bits of both.
  return (node, side) => {
    const at = node * nodeBytes;
    const middle = bytes[at + 3] as number;
    return side === 0 ? ((middle & 0xf0) << 20) | three(at) : ((middle & 0x0f) << 24) | three(at + 4);
  };
}

interface Metadata {
  readonly type: string;
  readonly built: number;
  readonly ipVersion: 4 | 6;
  readonly nodes: number;
  readonly recordBits: number;
}

function metadataOf(value: MmdbValue): Metadata {
  if (!(value instanceof Map)) throw new Error("damaged: its description is no map");
  const number = (key: string): number => {
    const found = value.get(key);
    if (typeof found === "number" && Number.isSafeInteger(found) && found >= 0) return found;
    throw new Error(`damaged: its description has no ${key}`);
  };
  const major = number("binary_format_major_version");
  if (major !== 2) throw new Error(`of version ${major} of the MMDB format, known is 2`);
  const recordBits = number("record_size");
  if (![24, 28, 32].includes(recordBits)) throw new Error(`damaged: records of ${recordBits} bits`);
  const ipVersion = number("ip_version");
  if (ipVersion !== 4 && ipVersion !== 6) throw new Error(`damaged: addresses of IP version ${ipVersion}`);
  const type = value.get("database_type");
  if (typeof type !== "string") throw new Error("damaged: its description has no database_type");
  return { type, built: number("build_epoch") * 1000, ipVersion, nodes: number("node_count"), recordBits };
}
