import { type Cidr, parseCidr } from "../model/cidr.ts";

/** The addresses and prefixes that commas separate; undefined where one of them is none. */
export function readPrefixes(text: string): Cidr[] | undefined {
  const prefixes: Cidr[] = [];
  for (const part of text.split(",")) {
    const prefix = parseCidr(part);
    if (prefix === undefined) return undefined;
    prefixes.push(prefix);
  }
  return prefixes;
}

/** A comparison with a number, or the numbers between two, both included. */
export type Range =
  | { readonly is: ">" | ">=" | "<" | "<=" | "="; readonly than: number; readonly text: string }
  | { readonly is: "-"; readonly low: number; readonly high: number; readonly text: string };

const COMPARISON = /^(>=|<=|>|<|=)?(.+)$/s;
const BOUNDS = /^([^-]+)-([^-]+)$/;
/** Digits before the suffix: more, and a double no longer holds the number. */
const NUMBER = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]i?)?b?$/i;
const FACTORS: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** `60`, `>60`, `<=1.5M`, `10-50`: what a number of an address or of a line is held against. */
export function readRange(text: string): Range | undefined {
  const bounds = BOUNDS.exec(text);
  if (bounds !== null) {
    const low = readNumber(bounds[1] ?? "");
    const high = readNumber(bounds[2] ?? "");
    return low === undefined || high === undefined || low > high ? undefined : { is: "-", low, high, text };
  }
  const [, is = "=", number = ""] = COMPARISON.exec(text) ?? [];
  const than = readNumber(number);
  return than === undefined ? undefined : { is: is as ">" | ">=" | "<" | "<=" | "=", than, text: number };
}

/** `60`, `1.5k`, `10M`, `1Gi`: suffixes are powers of 1000, with an i of 1024, in any case. */
function readNumber(text: string): number | undefined {
  const [, digits, suffix] = NUMBER.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  // What is counted comes in whole numbers, and 4.1 times a million is not quite one.
  return suffix === undefined ? number : Math.round(number * (FACTORS[suffix.toLowerCase()] ?? 1));
}

/** Whether a number lies in a range. */
export function isIn(range: Range, value: number): boolean {
  switch (range.is) {
    case ">":
      return value > range.than;
    case ">=":
      return value >= range.than;
    case "<":
      return value < range.than;
    case "<=":
      return value <= range.than;
    case "=":
      return value === range.than;
    case "-":
      return value >= range.low && value <= range.high;
  }
}

/** Statuses are three digits; a server may write more, and then none of ours holds. */
export const STATUSES = 1_000;

/** Marks the statuses that `404`, `4xx`, `500-503` or `>=500` stands for; false where it stands for none. */
export function markStatuses(marked: Uint8Array, text: string): boolean {
  const hundreds = /^([1-5])xx$/i.exec(text)?.[1];
  if (hundreds !== undefined) {
    marked.fill(1, 100 * Number(hundreds), 100 * Number(hundreds) + 100);
    return true;
  }
  if (!/^(?:[<>]=?|=)?\d{3}$|^\d{3}-\d{3}$/.test(text)) return false;
  const range = readRange(text);
  if (range === undefined) return false;
  for (let status = 0; status < STATUSES; status++) if (isIn(range, status)) marked[status] = 1;
  return true;
}

/** `4134` or `AS4134`: the number of an autonomous system, 32 bits (RFC 6793). */
export function readAsn(text: string): number | undefined {
  const digits = /^(?:as)?(\d{1,10})$/i.exec(text)?.[1];
  return digits === undefined || Number(digits) >= 2 ** 32 ? undefined : Number(digits);
}
