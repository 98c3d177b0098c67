import { type Cidr, contains } from "../model/cidr.ts";
import { formatIp, type IpWords, isV4 } from "../model/ip.ts";
import { mergeOrigin } from "../model/origin.ts";
import type { Origin } from "../model/snapshot.ts";
import { parseTarget, type Target } from "../model/target.ts";
import { LookupFailure } from "./lookup-failure.ts";

/** What a registry says of a network, as it says it. */
export interface Registered {
  readonly cidr: Cidr;
  readonly network?: string | undefined;
  readonly org?: string | undefined;
  readonly country?: string | undefined;
  readonly abuse?: string | undefined;
}

/** What is known of all addresses of `target`. */
export interface RegistryAnswer {
  readonly target: Target;
  readonly origin: Origin;
}

/** Nobody has more than a /8, nor more than a /16 of IPv6: what is wider is a registry's own, or all there is. */
const WIDEST_V4 = 8;
const WIDEST_V6 = 16;
/** How registries call what belongs to another registry, or to nobody yet: it holds networks that they do not know. */
const PLACEHOLDER =
  /^(?:NON-RIPE-NCC-MANAGED|NOT-ALLOCATED|IANA-|ERX-|EU-ZZ-|STUB-|(?:RIPE|APNIC|ARIN|LACNIC|AFRINIC)(?:$|-?\d+$|-(?:ERX|CIDR|CBLK|CATCH|V6|NONRIPE)\b))/i;
/** Codes in the place of a country that stand for none: a region, or unknown. */
const NO_COUNTRY = new Set(["AP", "EU", "XX", "ZZ"]);
/** Characters looked at of a text of which at most 128 are kept. */
const READ = 512;

/** Whether an answer for this prefix tells something of all its addresses. */
export function isTooWide(cidr: Cidr): boolean {
  return isV4(cidr.words) ? cidr.bits - 96 < WIDEST_V4 : cidr.bits < WIDEST_V6;
}

/**
 * What a registry said, as an answer about the address. Of a prefix that is too wide, or a placeholder's, it is one for this
 * address alone. Throws a {@link LookupFailure} where `from` lies: where the prefix does not hold the address.
 */
export function answerOf(registered: Registered, words: IpWords, from: string): RegistryAnswer {
  const { cidr, network, org, country, abuse } = registered;
  if (isV4(cidr.words) !== isV4(words) || !contains(cidr, words))
    throw new LookupFailure("wrong", `${from} answered for another network`);
  const ip = formatIp(words);
  const valid = !isTooWide(cidr) && !PLACEHOLDER.test(network ?? "");
  const target = valid ? targetOf(cidr) : parseTarget(ip);
  if (target === undefined) throw new LookupFailure("wrong", `${from} named no network`);
  const name = plain(network);
  const owner = plain(org);
  const code = countryOf(country);
  const origin = mergeOrigin(undefined, {
    kind: "origin",
    at: 0,
    ip,
    ...(code !== undefined && { country: code }),
    ...(owner !== undefined && { org: owner }),
    ...(valid && { prefix: target.text }),
    ...(name !== undefined && { network: name }),
    ...(abuse !== undefined && { abuse }),
  });
  if (origin.network === undefined && origin.org === undefined)
    throw new LookupFailure("wrong", `${from} named nobody`);
  return { target, origin };
}

function targetOf(cidr: Cidr): Target | undefined {
  const length = isV4(cidr.words) ? cidr.bits - 96 : cidr.bits;
  return parseTarget(`${formatIp(cidr.words)}/${length}`);
}

function plain(text: string | undefined): string | undefined {
  const line = text
    ?.slice(0, READ)
    .replace(/[\s\p{C}]+/gu, " ")
    .trim();
  return line === "" ? undefined : line;
}

function countryOf(text: string | undefined): string | undefined {
  const code = text?.slice(0, READ).trim().toUpperCase();
  return code !== undefined && /^[A-Z]{2}$/.test(code) && !NO_COUNTRY.has(code) ? code : undefined;
}
