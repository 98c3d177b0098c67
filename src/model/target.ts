import { type Cidr, parseCidr } from "./cidr.ts";
import { formatIp, isV4 } from "./ip.ts";

/** What can be blocked: one address or one prefix. Only {@link parseTarget} makes one. */
export interface Target {
  /** The one spelling of it: `203.0.113.9`, `203.0.113.0/24`, `2001:db8::/64`. */
  readonly text: string;
  readonly cidr: Cidr;
  readonly family: 4 | 6;
  /** The address of its network, and the bits of that: 32 or 128 is one address. */
  readonly network: string;
  readonly length: number;
}

/** Reads an address or a prefix, whose host bits are cleared; undefined for anything else. */
export function parseTarget(text: string): Target | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) return undefined;
  const family = isV4(cidr.words) ? 4 : 6;
  const width = family === 4 ? 32 : 128;
  const length = cidr.bits - 128 + width;
  const network = formatIp(cidr.words);
  return { text: length === width ? network : `${network}/${length}`, cidr, family, network, length };
}

/** Whether it is one address. */
export function isOneAddress({ cidr }: Target): boolean {
  return cidr.bits === 128;
}
