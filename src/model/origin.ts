import type { OriginEvent } from "./event.ts";
import type { Origin } from "./snapshot.ts";

/**
 * The fields of an origin, in the documented order, and the characters kept of each: what registries tell is their
 * members' choice. A name in DNS has 253 at most (RFC 1035), a mail address 254 (RFC 5321), a prefix 49.
 */
const KEPT = {
  country: 2,
  city: 64,
  asn: 0,
  org: 128,
  prefix: 49,
  network: 64,
  abuse: 254,
  hostname: 253,
  crawler: 32,
  forged: 32,
} as const satisfies Record<keyof Origin, number>;
const ORIGIN_FIELDS = Object.keys(KEPT) as readonly (keyof Origin)[];

type Draft = { -readonly [K in keyof Origin]: Origin[K] };

/** What was known, with what is told now on top; an empty text tells nothing. A new one: origins are never changed. */
export function mergeOrigin(before: Origin | undefined, told: OriginEvent): Origin {
  const merged: Record<string, string | number> = {};
  for (const field of ORIGIN_FIELDS) {
    const value = told[field] || before?.[field];
    if (value !== undefined) merged[field] = typeof value === "string" ? cut(value, KEPT[field]) : value;
  }
  return merged as Draft;
}

/** What two addresses have in common; undefined for nothing. Makes a new one only where `a` is more than that. */
export function sharedOrigin(a: Origin | undefined, b: Origin | undefined): Origin | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === b || isPartOf(a, b)) return a;
  const shared: Record<string, string | number> = {};
  for (const field of ORIGIN_FIELDS) {
    const value = a[field];
    if (value !== undefined && value === b[field]) shared[field] = value;
  }
  return Object.keys(shared).length > 0 ? (shared as Draft) : undefined;
}

function isPartOf(a: Origin, b: Origin): boolean {
  for (const field of ORIGIN_FIELDS) if (a[field] !== undefined && a[field] !== b[field]) return false;
  return true;
}

/** Who announces the address, as it is shown: `AS14061 DigitalOcean`, one of the two, or "" where neither is known. */
export function networkOf(origin: Origin | undefined): string {
  if (origin === undefined) return "";
  const { asn, org } = origin;
  if (asn === undefined) return org ?? "";
  return org === undefined ? `AS${asn}` : `AS${asn} ${org}`;
}

/** What no name has and what a terminal or a clipboard would obey: controls, formats, line ends. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Never to half a surrogate pair. */
function cut(text: string, length: number): string {
  const plain = text.replace(OBEYED, " ");
  return plain.length <= length ? plain : plain.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
