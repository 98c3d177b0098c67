import { parseCidr } from "../model/cidr.ts";
import { type IpWords, isV4 } from "../model/ip.ts";
import { isObject } from "../model/untrusted-json.ts";
import { LookupFailure } from "./lookup-failure.ts";
import { type NetworkIndex, networkIndex } from "./network-index.ts";
import { remaining } from "./patience.ts";
import type { Asking } from "./registry-fetch.ts";

/** IANA changes the lists a few times a year. */
const FRESH = 86_400_000;
/** Where a new one cannot be had, the old one is used for so long. */
const AGAIN = 600_000;
/** IANA's lists have some 300 prefixes. */
const MAX_PREFIXES = 65_536;

/** Which registry has an address, by IANA's lists (RFC 9224). */
export interface Bootstrap {
  /** Where to ask for it; undefined where no registry has it, or its list is not loaded. */
  baseOf(words: IpWords): URL | undefined;
  /** Whether the list of its family is loaded. */
  isLoaded(words: IpWords): boolean;
  /** Whether a list names this host (and port). */
  lists(host: string): boolean;
  /** Loads the list of its family, again when it is old. Throws where there is none at all. */
  load(words: IpWords, asking: Asking): Promise<void>;
}

interface List {
  readonly registries: NetworkIndex<URL>;
  readonly hosts: ReadonlySet<string>;
  /** Epoch milliseconds. */
  fresh: number;
}

/** `base` has `ipv4.json` and `ipv6.json`. */
export function createBootstrap(
  base: URL,
  fetchJson: (url: URL, asking: Asking) => Promise<unknown>,
  now: () => number,
): Bootstrap {
  const lists = new Map<string, List>();
  const loading = new Map<string, Promise<void>>();
  const fileOf = (words: IpWords): string => (isV4(words) ? "ipv4.json" : "ipv6.json");

  async function fetchList(file: string, asking: Asking): Promise<void> {
    const before = lists.get(file);
    try {
      const url = new URL(file, base);
      const list = readList(await fetchJson(url, asking), url.host);
      lists.set(file, { ...list, fresh: now() + FRESH });
    } catch (error) {
      if (before === undefined) throw error;
      before.fresh = now() + AGAIN;
    }
  }

  return {
    baseOf: (words) => lists.get(fileOf(words))?.registries.find(words),
    isLoaded: (words) => lists.has(fileOf(words)),
    lists: (host) => [...lists.values()].some(({ hosts }) => hosts.has(host)),
    async load(words, asking) {
      const file = fileOf(words);
      const list = lists.get(file);
      if (list !== undefined && remaining(list.fresh, now(), FRESH) > 0) return;
      let running = loading.get(file);
      if (running === undefined) {
        running = fetchList(file, asking).finally(() => loading.delete(file));
        loading.set(file, running);
      }
      await running;
    },
  };
}

/** RFC 9224, section 3: each service is a list of prefixes and one of base URLs, of which https is preferred. */
function readList(json: unknown, from: string): Omit<List, "fresh"> {
  const registries = networkIndex<URL>();
  const hosts = new Set<string>();
  let count = 0;
  const services = isObject(json) && Array.isArray(json.services) ? json.services : [];
  for (const service of services) {
    const [prefixes, bases]: unknown[] = Array.isArray(service) ? service : [];
    if (!Array.isArray(prefixes) || !Array.isArray(bases)) continue;
    const url = baseIn(bases);
    if (url === undefined) continue;
    hosts.add(url.host);
    for (const prefix of prefixes) {
      const cidr = typeof prefix === "string" ? parseCidr(prefix) : undefined;
      if (cidr !== undefined && count++ < MAX_PREFIXES) registries.set(cidr, url);
    }
  }
  if (count === 0) throw new LookupFailure("wrong", `${from} sent no list of registries`);
  return { registries, hosts };
}

function baseIn(bases: readonly unknown[]): URL | undefined {
  const urls = bases.flatMap((base) => {
    const url = typeof base === "string" ? URL.parse(base.endsWith("/") ? base : `${base}/`) : null;
    return url === null ? [] : [url];
  });
  return (
    urls.find(({ protocol }) => protocol === "https:") ?? urls.find(({ protocol }) => protocol === "http:")
  );
}
