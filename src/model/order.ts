import { networkOf } from "./origin.ts";
import type { Activity, Origin, Sort } from "./snapshot.ts";

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
  pkts: (row) => row.wire?.packetsPerSecond ?? 0,
  syn: (row) => row.wire?.synPerSecond ?? 0,
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
