import { parseCidr } from "./cidr.ts";
import { compareAddresses } from "./ip.ts";
import { networkOf } from "./origin.ts";
import type { Activity, GroupProfile, IpProfile, Origin, Sort } from "./snapshot.ts";

/** The orders by words, alphabetical; `ip` is the order of addresses; all others are by a number, most first. */
export type TextSort = "cc" | "network";
export type NumberSort = Exclude<Sort, TextSort | "ip">;

const TEXTS: Readonly<Record<TextSort, (origin: Origin | undefined) => string>> = {
  cc: (origin) => origin?.country ?? "",
  network: networkOf,
};

const NUMBERS: Readonly<Record<NumberSort, (row: Activity) => number>> = {
  risk: (row) => row.verdict?.risk ?? 0,
  conn: (row) => row.connections,
  est: (row) => row.established,
  half: (row) => row.halfOpen,
  svc: (row) => row.services.length,
  rate: (row) => row.requests60s,
  req: (row) => row.requests,
  in: (row) => row.inBytes ?? 0,
  out: (row) => row.outBytes ?? 0,
  sent: (row) => row.bytes,
  "4xx": (row) => row.status4xx,
  "5xx": (row) => row.status5xx,
  auth: (row) => row.authFailures,
  seen: (row) => row.sessions ?? 0,
  last: (row) => row.lastSeen,
};

export function isTextSort(sort: Sort): sort is TextSort {
  return sort in TEXTS;
}

/** What of a row's origin it is sorted by where that is a text, "" for unknown. */
export function textOf(sort: TextSort): (origin: Origin | undefined) => string {
  return TEXTS[sort];
}

/** What rows are sorted by where it is a number, 0 for unknown. */
export function numberOf(sort: NumberSort): (row: Activity) => number {
  return NUMBERS[sort];
}

/** The alphabetical order, or its reverse; what is not known comes last in both. */
export function compareTexts(a: string, b: string, reverse = false): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  return a < b !== reverse ? -1 : 1;
}

/**
 * The order of plain rows, addresses and groups alike. Rows equal in it stand by their sockets, by their requests, and
 * by their names, also where the order is reversed.
 */
export function compareRows<Row extends IpProfile | GroupProfile>(
  sort: Sort,
  reverse = false,
): (a: Row, b: Row) => number {
  if (sort === "ip") return (a, b) => compareNames(a, b, reverse);
  const primary = isTextSort(sort) ? byText(TEXTS[sort], reverse) : byNumber(NUMBERS[sort], reverse);
  return (a, b) =>
    primary(a, b) || b.connections - a.connections || b.requests - a.requests || compareNames(a, b, false);
}

type Compare = (a: Activity, b: Activity) => number;

function byText(text: (origin: Origin | undefined) => string, reverse: boolean): Compare {
  return (a, b) => compareTexts(text(a.origin), text(b.origin), reverse);
}

function byNumber(number: (row: Activity) => number, reverse: boolean): Compare {
  return (a, b) => (reverse ? number(a) - number(b) : number(b) - number(a));
}

/** Addresses and prefixes in numeric order, other groups by their text. */
function compareNames(a: IpProfile | GroupProfile, b: IpProfile | GroupProfile, reverse: boolean): number {
  const [nameA, nameB] = [nameOf(a), nameOf(b)];
  const prefixA = parseCidr(nameA);
  const prefixB = parseCidr(nameB);
  if (prefixA === undefined || prefixB === undefined) return compareTexts(nameA, nameB, reverse);
  const order = compareAddresses(prefixA.words, 0, prefixB.words, 0);
  return reverse ? -order : order;
}

function nameOf(row: IpProfile | GroupProfile): string {
  return "ip" in row ? row.ip : row.group;
}
