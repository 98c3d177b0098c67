import { type Ip, parseIp } from "../src/model/ip.ts";

/**
 * An address of the story. Nobody real may be accused of anything, so all of them are of the ranges kept for
 * documentation (RFC 5737: 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24; RFC 3849: 2001:db8::/32) and, where a crowd
 * is needed, for benchmarks (RFC 2544: 198.18.0.0/15).
 */
export function address(text: string): Ip {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`not an address: ${text}`);
  return ip;
}
