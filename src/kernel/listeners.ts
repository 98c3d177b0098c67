import { type IpWords, isV4 } from "../model/ip.ts";

/** Far more than a host listens with; those beyond it are refused and counted. */
const MAX_LISTENERS = 16_384;

/** What listens on a port: the IPv4 wildcard, the IPv6 one, single addresses. */
const ANY_V4 = 1;
const ANY_V6 = 2;
const SINGLE = 4;

/** The listening sockets of one dump. Entry `i` has its address at `4 * i` of `words`. */
export class Listeners {
  length = 0;
  refused = 0;
  readonly words = new Uint32Array(4 * MAX_LISTENERS);
  readonly ports = new Uint16Array(MAX_LISTENERS);
  readonly inodes = new Uint32Array(MAX_LISTENERS);
  readonly #kinds = new Uint8Array(0x10000);
  /** The newest single address with each hash, and for each the one before it with the same. */
  readonly #heads = new Map<number, number>();
  readonly #before = new Int32Array(MAX_LISTENERS);

  /** The inodes of all, valid until the next change. */
  get listening(): Uint32Array {
    return this.inodes.subarray(0, this.length);
  }

  clear(): void {
    for (let i = 0; i < this.length; i++) this.#kinds[this.ports[i] as number] = 0;
    this.#heads.clear();
    this.length = 0;
    this.refused = 0;
  }

  /** Adds the listener on `port` of the address at `offset` of `words`. */
  add(words: IpWords, offset: number, port: number, inode: number): void {
    if (this.length === MAX_LISTENERS) {
      this.refused++;
      return;
    }
    const i = this.length++;
    for (let w = 0; w < 4; w++) this.words[4 * i + w] = words[offset + w] as number;
    this.ports[i] = port;
    this.inodes[i] = inode;
    const kind = kindOf(words, offset);
    this.#kinds[port] = (this.#kinds[port] as number) | kind;
    if (kind !== SINGLE) return;
    const key = hash(words, offset, port);
    this.#before[i] = this.#heads.get(key) ?? -1;
    this.#heads.set(key, i);
  }

  /**
   * Whether one of them takes what arrives at the address at `offset` of `words` on `port`: one on that
   * address or on the wildcard. The IPv6 wildcard takes IPv4 too (IPV6_V6ONLY is off, ipv6(7)).
   */
  accepts(words: IpWords, offset: number, port: number): boolean {
    const kinds = this.#kinds[port] as number;
    if (kinds === 0) return false;
    if ((kinds & ANY_V6) !== 0) return true;
    if ((kinds & ANY_V4) !== 0 && isV4(words, offset)) return true;
    if ((kinds & SINGLE) === 0) return false;
    let i = this.#heads.get(hash(words, offset, port)) ?? -1;
    while (i >= 0 && !this.#is(i, words, offset, port)) i = this.#before[i] as number;
    return i >= 0;
  }

  #is(i: number, words: IpWords, offset: number, port: number): boolean {
    if (this.ports[i] !== port) return false;
    for (let w = 0; w < 4; w++) if (this.words[4 * i + w] !== words[offset + w]) return false;
    return true;
  }
}

function kindOf(words: IpWords, offset: number): number {
  if (words[offset + 3] !== 0) return SINGLE;
  if (isV4(words, offset)) return ANY_V4;
  return words[offset] === 0 && words[offset + 1] === 0 && words[offset + 2] === 0 ? ANY_V6 : SINGLE;
}

function hash(words: IpWords, offset: number, port: number): number {
  let h = port;
  for (let w = 0; w < 4; w++) h = Math.imul(h ^ (words[offset + w] as number), 0x9e3779b1);
  return h;
}
