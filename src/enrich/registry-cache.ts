import type { Ip, IpWords } from "../model/ip.ts";
import { mergeOrigin } from "../model/origin.ts";
import type { Origin } from "../model/snapshot.ts";
import { parseTarget } from "../model/target.ts";
import { isObject, numberOf, textOf } from "../model/untrusted-json.ts";
import { mailOf } from "./mail-address.ts";
import { networkIndex } from "./network-index.ts";
import { isTooWide, type RegistryAnswer } from "./registry-answer.ts";

/** More networks than a host is visited from in a day; 10 MB in memory. */
export const MAX_NETWORKS = 20_000;
/** Networks read or written at once: some 2 ms. Between two pieces others have their turn. */
const PIECE = 250;
/** A clock that is set by hand is off by less. */
const CLOCK_STEP = 3_600_000;

/** Answers of registries, each for all addresses of its network. */
export interface RegistryCache {
  /** Of the smallest known network that holds the address, while that is fresh. */
  find(words: IpWords): Origin | undefined;
  /** `at`: when it was told (epoch ms). Where there are too many, the oldest is forgotten. */
  add(answer: RegistryAnswer, at: number): void;
  /** Takes in what a file had, a piece at a time. What is in here and newer stays. */
  takeIn(json: unknown): Promise<void>;
  /** The text of a file with the fresh ones, a piece at a time. */
  toText(): Generator<string, void, undefined>;
  readonly size: number;
}

interface Entry extends RegistryAnswer {
  readonly at: number;
}

/** `ttl`: milliseconds that an answer counts. */
export function createRegistryCache(ttl: number, now: () => number): RegistryCache {
  const index = networkIndex<Entry>();
  /** By the text of the prefix, the oldest answer first. */
  const entries = new Map<string, Entry>();

  function isFresh({ at }: { readonly at: number }): boolean {
    const age = now() - at;
    return age < ttl && age > -CLOCK_STEP;
  }

  function put(entry: Entry): void {
    const { text, cidr } = entry.target;
    entries.delete(text);
    entries.set(text, entry);
    index.set(cidr, entry);
    if (entries.size <= MAX_NETWORKS) return;
    for (const oldest of entries.values()) {
      forget(oldest);
      return;
    }
  }

  function forget({ target: { text, cidr } }: Entry): void {
    entries.delete(text);
    index.delete(cidr);
  }

  return {
    find(words) {
      const entry = index.find(words);
      return entry !== undefined && isFresh(entry) ? entry.origin : undefined;
    },
    add({ target, origin }, at) {
      put({ target, origin, at });
    },
    async takeIn(json) {
      const list = isObject(json) && Array.isArray(json.networks) ? json.networks : [];
      for (let from = 0; from < Math.min(list.length, MAX_NETWORKS); from += PIECE) {
        for (const entry of list.slice(from, from + PIECE).flatMap(entryOf)) {
          const before = entries.get(entry.target.text);
          if (isFresh(entry) && (before === undefined || before.at <= entry.at)) put(entry);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    *toText() {
      for (const entry of [...entries.values()]) if (!isFresh(entry)) forget(entry);
      const all = [...entries.values()];
      yield '{"v":1,"networks":[';
      for (let from = 0; from < all.length; from += PIECE) {
        const texts = all
          .slice(from, from + PIECE)
          .map(({ target, origin, at }) => JSON.stringify({ for: target.text, at, ...origin }));
        yield `${from === 0 ? "" : ","}\n${texts.join(",\n")}`;
      }
      yield "\n]}\n";
    },
    get size() {
      return entries.size;
    },
  };
}

/** Whoever may write the file may write anything into it. */
function entryOf(json: unknown): Entry[] {
  if (!isObject(json)) return [];
  const at = numberOf(json.at);
  const target = parseTarget(textOf(json.for) ?? "");
  if (at === undefined || target === undefined || isTooWide(target.cidr)) return [];
  const [country, org, network] = [textOf(json.country), textOf(json.org), textOf(json.network)];
  const abuse = mailOf(textOf(json.abuse) ?? "");
  const origin = mergeOrigin(undefined, {
    kind: "origin",
    at,
    ip: target.network as Ip,
    ...(country !== undefined && /^[A-Z]{2}$/.test(country) && { country }),
    ...(org !== undefined && { org }),
    ...(json.prefix === target.text && { prefix: target.text }),
    ...(network !== undefined && { network }),
    ...(abuse !== undefined && { abuse }),
  });
  return origin.network === undefined && origin.org === undefined ? [] : [{ target, origin, at }];
}
