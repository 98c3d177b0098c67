import { parseCidr } from "../src/model/cidr.ts";
import { compareAddresses } from "../src/model/ip.ts";
import { compareTexts, isTextSort, numberOf, textOf } from "../src/model/order.ts";
import type { Activity, GroupProfile, IpProfile, Origin, Sort } from "../src/model/snapshot.ts";

/**
 * The order of plain rows, addresses and groups alike. Rows equal in it stand by their sockets, by their requests, and
 * by their names, also where the order is reversed.
 */
export function compareRows<Row extends IpProfile | GroupProfile>(
  sort: Sort,
  reverse = false,
): (a: Row, b: Row) => number {
  if (sort === "ip") return (a, b) => compareNames(a, b, reverse);
  const primary = isTextSort(sort) ? byText(textOf(sort), reverse) : byNumber(numberOf(sort), reverse);
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
