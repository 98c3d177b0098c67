import { countOf, isObject, type Json, parseJson } from "../model/untrusted-json.ts";

/** What an interface carried in one month. */
export interface MonthTotals {
  /** `2026-11` */
  readonly month: string;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** vnstat's own counters have 64 bits: what is larger was not counted. */
const MAX_BYTES = 2 ** 64;
/** Years a calendar of four digits has. */
const MAX_YEAR = 9999;

/** Per `jsonversion`: the key of the list of months, and the bytes in one of its units (vnstat(1), --json). */
const VERSIONS = new Map<unknown, { readonly key: string; readonly unit: number }>([
  ["1", { key: "months", unit: 1024 }],
  ["2", { key: "month", unit: 1 }],
]);

/**
 * The newest month of the first interface in the output of `vnstat --json m`, of version 1 or 2: the one under way,
 * unless the daemon has stopped. "none" where no month was counted yet, undefined for what is not such output.
 */
export function parseVnstat(text: string): MonthTotals | "none" | undefined {
  const json = parseJson(text);
  if (!isObject(json) || !Array.isArray(json.interfaces)) return undefined;
  const version = VERSIONS.get(json.jsonversion);
  const [first] = json.interfaces;
  if (version === undefined || !isObject(first) || !isObject(first.traffic)) return undefined;
  const months = first.traffic[version.key];
  if (!Array.isArray(months)) return undefined;
  if (months.length === 0) return "none";
  let newest: MonthTotals | undefined;
  for (const entry of months) {
    const totals = isObject(entry) ? totalsOf(entry, version.unit) : undefined;
    // As text of one length, months compare as times do.
    if (totals !== undefined && (newest === undefined || totals.month > newest.month)) newest = totals;
  }
  return newest;
}

function totalsOf({ date, rx, tx }: Json, unit: number): MonthTotals | undefined {
  const month = isObject(date) ? monthOf(date) : undefined;
  const inBytes = bytesOf(rx, unit);
  const outBytes = bytesOf(tx, unit);
  if (month === undefined || inBytes === undefined || outBytes === undefined) return undefined;
  return { month, inBytes, outBytes };
}

function monthOf({ year, month }: Json): string | undefined {
  if (!isWithin(year, 1, MAX_YEAR) || !isWithin(month, 1, 12)) return undefined;
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

function bytesOf(value: unknown, unit: number): number | undefined {
  const count = countOf(value);
  return count !== undefined && count * unit < MAX_BYTES ? count * unit : undefined;
}
