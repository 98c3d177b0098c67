import { type Cidr, isPrivate, parseCidr } from "../model/cidr.ts";
import type { IpWords } from "../model/ip.ts";
import { prefixSet } from "../model/prefix-set.ts";

/**
 * What isPrivate leaves out, as it is worth listing, and still lies in this network, belongs to nobody, or carries such an
 * address inside: shared (RFC 6598), multicast (RFC 5771, 4291), NAT64 (RFC 6052, 8215), 6to4 (RFC 3056, 7526), site-local
 * (RFC 3879), compatible (RFC 4291), benchmarks (RFC 5180), SRv6 (RFC 9602).
 */
const INSIDE = prefixSet(
  [
    ...["100.64.0.0/10", "224.0.0.0/3", "192.88.99.0/24"],
    ...[
      "64:ff9b::/96",
      "64:ff9b:1::/48",
      "2002::/16",
      "fec0::/10",
      "::/96",
      "2001:2::/48",
      "5f00::/16",
      "ff00::/8",
    ],
  ].map((text) => parseCidr(text) as Cidr),
);

/** Whether somebody outside may be asked about an address, or may be asked at it. */
export function isAskable(words: IpWords): boolean {
  return !isPrivate(words) && !INSIDE(words);
}
