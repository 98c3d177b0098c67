import { type Cidr, parseCidr } from "./cidr.ts";
import { type PrefixSet, prefixSet } from "./prefix-set.ts";

/**
 * Networks by the names a person would use: what the providers publish (cloudflare.com/ips, api.fastly.com/public-ip-list,
 * read in 2026), and `private` for proxies and containers on this machine or in its own network.
 */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  cloudflare: [
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
  ],
  fastly: [
    "23.235.32.0/20",
    "43.249.72.0/22",
    "103.244.50.0/24",
    "103.245.222.0/23",
    "103.245.224.0/24",
    "104.156.80.0/20",
    "140.248.64.0/18",
    "140.248.128.0/17",
    "146.75.0.0/17",
    "151.101.0.0/16",
    "157.52.64.0/18",
    "167.82.0.0/17",
    "167.82.128.0/20",
    "167.82.160.0/20",
    "167.82.224.0/20",
    "172.111.64.0/18",
    "185.31.16.0/22",
    "199.27.72.0/21",
    "199.232.0.0/16",
    "2a04:4e40::/32",
    "2a04:4e42::/32",
  ],
  private: [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
  ],
};

/** The names that stand for networks of proxies. */
export const PROXY_NAMES: readonly string[] = Object.keys(NAMED);

/** Whom to believe about for whom it asks. */
export interface Proxies {
  /** All of them. */
  readonly any: PrefixSet;
  /** Those that only the operator's own machines are in; from a provider's networks strangers send too. */
  readonly own: PrefixSet;
}

/** The names of providers: strangers' sites are behind their networks too. */
export const PROVIDERS: readonly string[] = ["cloudflare", "fastly"];

/** The prefixes that a name of {@link PROXY_NAMES} stands for; any other text stands for itself. */
export function networksOf(text: string): readonly string[] {
  return Object.hasOwn(NAMED, text) ? (NAMED[text] ?? []) : [text];
}

/** The networks that `texts` stand for: names of {@link PROXY_NAMES}, prefixes, addresses; what is none is left out. */
export function proxiesOf(texts: readonly string[]): Proxies {
  return { any: setOf(texts), own: setOf(texts.filter((text) => !PROVIDERS.includes(text))) };
}

function setOf(texts: readonly string[]): PrefixSet {
  return prefixSet(
    texts
      .flatMap(networksOf)
      .map(parseCidr)
      .filter((cidr): cidr is Cidr => cidr !== undefined),
  );
}
