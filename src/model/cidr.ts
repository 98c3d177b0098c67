import { type IpWords, isV4, parseIpWords } from "./ip.ts";

/** A prefix: the network's words and its length in bits of 128 (an IPv4 /24 has 120). */
export interface Cidr {
  readonly words: IpWords;
  readonly bits: number;
}

/**
 * Reads `address/length` (host bits allowed, they are cleared) or a bare address (its full length).
 * Undefined for anything else. IPv4 lengths are 0-32, IPv6 0-128.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  const words = new Uint32Array(4);
  if (!parseIpWords(slash < 0 ? text : text.slice(0, slash), words)) return undefined;
  const width = isV4(words) ? 32 : 128;
  const suffix = slash < 0 ? String(width) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(suffix) || Number(suffix) > width) return undefined;
  const bits = 128 - width + Number(suffix);
  for (let i = 0; i < 4; i++) words[i] = (words[i] as number) & mask(bits - 32 * i);
  return { words, bits };
}

/** Whether the address at `offset` of `words` lies inside `cidr`. */
export function contains(cidr: Cidr, words: IpWords, offset = 0): boolean {
  // The last word first: it is where IPv4 addresses differ.
  for (let i = 3; i >= 0; i--) {
    const difference = (words[offset + i] as number) ^ (cidr.words[i] as number);
    if ((difference & mask(cidr.bits - 32 * i)) !== 0) return false;
  }
  return true;
}

/** The 32-bit mask whose upper `bits` bits are set; `bits` may lie outside 0-32. */
function mask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

/**
 * Blocks that are not reachable over the internet: the "globally reachable: false" rows of the IANA
 * special-purpose registries (RFC 6890), less 100.64.0.0/10, where a carrier's customers come from.
 */
const PRIVATE = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
  "::/128",
  "::1/128",
  "100::/64",
  "2001:db8::/32",
  "3fff::/20",
  "fc00::/7",
  "fe80::/10",
].map((text) => parseCidr(text) as Cidr);

const LOOPBACK = ["127.0.0.0/8", "::1/128", "0.0.0.0/32", "::/128"].map((text) => parseCidr(text) as Cidr);

const PRIVATE_V4 = PRIVATE.filter(({ words }) => isV4(words));
const PRIVATE_V6 = PRIVATE.filter(({ words }) => !isV4(words));

/** Whether the address is private, reserved, link-local or loopback: hidden unless asked for. */
export function isPrivate(words: IpWords, offset = 0): boolean {
  const cidrs = isV4(words, offset) ? PRIVATE_V4 : PRIVATE_V6;
  for (const cidr of cidrs) if (contains(cidr, words, offset)) return true;
  return false;
}

/** Whether the address is loopback or unspecified: never a peer. */
export function isLoopback(words: IpWords, offset = 0): boolean {
  return LOOPBACK.some((cidr) => contains(cidr, words, offset));
}
