import { type Cidr, isPrivate } from "../model/cidr.ts";
import type { IpWords } from "../model/ip.ts";
import { prefixSet } from "../model/prefix-set.ts";

/** Which addresses are listed; the others are only counted. */
export interface Listing {
  /** Private and reserved addresses too. */
  readonly showPrivate: boolean;
  /** Where any are given, only addresses inside one of them. */
  readonly allow?: readonly Cidr[];
  /** No address inside one of these, also if it is allowed. */
  readonly deny?: readonly Cidr[];
}

/** Whether the address at `offset` of `words` is listed. */
export type IsListed = (words: IpWords, offset?: number) => boolean;

export function isListedBy({ showPrivate, allow = [], deny = [] }: Listing): IsListed {
  const isAllowed = prefixSet(allow);
  const isDenied = prefixSet(deny);
  return (words, offset = 0) =>
    (showPrivate || !isPrivate(words, offset)) &&
    (allow.length === 0 || isAllowed(words, offset)) &&
    !isDenied(words, offset);
}
