import type { Refusal } from "../model/block.ts";
import { type Cidr, contains } from "../model/cidr.ts";
import { networksOf, PROVIDERS } from "../model/proxies.ts";
import { parseTarget, type Target } from "../model/target.ts";

/** What must not be blocked. */
export interface Guarded {
  readonly target: Target;
  /** Why, and what to do about it, as it stands after its address and a colon. */
  readonly why: string;
}

/** What this machine must not lose, the most important first. */
export interface Protected {
  /** Not even where the operator insists: whence people are logged in, and this machine itself. */
  readonly never: readonly Guarded[];
  /** Unless the operator insists. */
  readonly unlessForced: readonly Guarded[];
  /** What could not be looked at, and why, in words: `login sessions of others: needs root`. */
  readonly unknown: readonly string[];
}

/** The lengths of the widest prefixes that may be blocked. */
export interface WidestPrefixes {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** No peer has such an address (RFC 1122 3.2.1.3, RFC 4291 2.4, RFC 5771). */
const SPECIAL = guardedAll([
  [["127.0.0.0/8", "::1"], "by it this machine talks to itself"],
  [["0.0.0.0", "::"], "it is the unspecified address, which no peer has"],
  [["224.0.0.0/4", "ff00::/8"], "it is multicast, which no peer sends from"],
  [["255.255.255.255"], "it is the broadcast address, which no peer sends from"],
]);

/** Routers besides those of the default route, and whoever tells where a neighbour is, have such an address (RFC 4861). */
const LINK_LOCAL = guardedAll([
  [["fe80::/10"], "it is of this link itself: neighbours and routers are found by such addresses"],
]);

/** Also where they are not believed as proxies: whoever is visited through them looks like them. */
const CDN = guardedAll(
  PROVIDERS.map((name) => [
    networksOf(name),
    `it is a network of ${name[0]?.toUpperCase()}${name.slice(1)}: blocking it cuts off everybody who comes through it`,
  ]),
);

/**
 * Why `target` must not be blocked, in one line for a person; undefined where it may be. A prefix must not be where
 * anything in it must not, nor anything that lies in a guarded prefix. What cannot be forced comes first. Never throws.
 */
export function guard(
  target: Target,
  { never, unlessForced }: Pick<Protected, "never" | "unlessForced">,
  widest: WidestPrefixes,
): Refusal | undefined {
  const forbidden = hit(target, never) ?? hit(target, SPECIAL);
  if (forbidden !== undefined) return { reason: forbidden, forcible: false };
  const reason =
    hit(target, unlessForced) ?? hit(target, CDN) ?? hit(target, LINK_LOCAL) ?? tooWide(target, widest);
  if (reason === undefined) return undefined;
  return { reason: `${reason} (--force on the command line overrules this)`, forcible: true };
}

/** The guarded thing made of an address or a prefix, or nothing for any other text. */
export function guarded(text: string, why: string): readonly Guarded[] {
  const target = parseTarget(text);
  return target === undefined ? [] : [{ target, why }];
}

function guardedAll(listed: readonly (readonly [readonly string[], string])[]): readonly Guarded[] {
  return listed.flatMap(([texts, why]) => texts.flatMap((text) => guarded(text, why)));
}

function hit(target: Target, all: readonly Guarded[]): string | undefined {
  const found = all.find((one) => overlap(target, one.target));
  if (found === undefined) return undefined;
  return `${relation(target, found.target)}: ${found.why}`;
}

function relation(target: Target, found: Target): string {
  if (target.text === found.text) return target.text;
  return target.length < found.length
    ? `${target.text} holds ${found.text}`
    : `${target.text} is in ${found.text}`;
}

function overlap(a: Target, b: Target): boolean {
  // In words, a short prefix of IPv6 would hold all of IPv4.
  return a.family === b.family && (holds(a.cidr, b.cidr) || holds(b.cidr, a.cidr));
}

function holds(outer: Cidr, inner: Cidr): boolean {
  return outer.bits <= inner.bits && contains(outer, inner.words);
}

function tooWide({ text, family, length }: Target, widest: WidestPrefixes): string | undefined {
  const limit = family === 4 ? widest.ipv4 : widest.ipv6;
  if (length >= limit) return undefined;
  const key = `actions.widest_ipv${family}`;
  return `${text} is wider than /${limit}, the widest that ${key} lets block: name the networks that you mean`;
}
