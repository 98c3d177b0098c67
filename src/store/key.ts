import type { Cidr } from "../model/cidr.ts";
import { formatIp, type Ip, parseIpWords } from "../model/ip.ts";

/** Bytes of an address: IPv4 as `::ffff:a.b.c.d`, so that the addresses of any prefix lie side by side. */
const SIZE = 16;

const words = new Uint32Array(4);

/** The bytes by which the database knows an address, in network order. */
export function keyOf(ip: Ip): Uint8Array {
  parseIpWords(ip, words);
  return bytesOf(words, 0);
}

/** The address of such bytes; undefined where a database holds something else. */
export function ipOf(key: unknown): Ip | undefined {
  if (!(key instanceof Uint8Array) || key.length !== SIZE) return undefined;
  const view = new DataView(key.buffer, key.byteOffset, SIZE);
  for (let i = 0; i < 4; i++) words[i] = view.getUint32(4 * i);
  return formatIp(words);
}

/** The first and the last key of a prefix. */
export function keysOf(cidr: Cidr): readonly [first: Uint8Array, last: Uint8Array] {
  return [bytesOf(cidr.words, 0), bytesOf(cidr.words, cidr.bits, 0xff)];
}

/** The bytes of four words, those of the bits from `bits` on set where `rest` says so. */
function bytesOf(from: Uint32Array, bits: number, rest = 0): Uint8Array {
  const key = new Uint8Array(SIZE);
  const view = new DataView(key.buffer);
  for (let i = 0; i < 4; i++) view.setUint32(4 * i, from[i] as number);
  if (rest === 0) return key;
  for (let bit = bits; bit < 8 * SIZE; bit++) {
    key[bit >> 3] = (key[bit >> 3] as number) | (0x80 >> (bit & 7));
  }
  return key;
}
