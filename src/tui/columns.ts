import type { IpProfile, Service, Sort } from "../model/snapshot.ts";
import { bytes, short, shortAddress } from "./format.ts";
import { PALETTE, type Style } from "./palette.ts";

/** A column of the address table. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: true;
  /** Columns of the highest rank leave first as the width shrinks; rank 0 stays. */
  readonly rank: number;
  /** What a click on its title sorts by. */
  readonly sort?: Sort;
  /** What a cell of that width says; the rest is cut. */
  value(row: IpProfile, width: number): string;
  style?(row: IpProfile): Style;
}

/** A column with its place: `x` counts from the left edge of the rows. */
export interface Placed {
  readonly column: Column;
  readonly x: number;
  readonly width: number;
}

/** An IPv4 address in full. */
const ADDRESS: Column = {
  title: "ADDRESS",
  width: 18,
  rank: 0,
  sort: "ip",
  value: (row, width) => shortAddress(row.ip, width),
  style: () => PALETTE.plain,
};

/** What it did last: takes what width is left. */
const LAST: Column = {
  title: "LAST",
  width: 16,
  rank: 2,
  sort: "last",
  value: (row) => (row.proxy ? `proxy: ${row.last ?? "counted for its clients"}` : (row.last ?? "-")),
};

/** Left to right. A column is a line here and nothing else. */
export const COLUMNS: readonly Column[] = [
  ADDRESS,
  {
    title: "CONN",
    width: 5,
    right: true,
    rank: 0,
    sort: "conn",
    value: (row) => number(row.connections),
  },
  { title: "EST", width: 5, right: true, rank: 7, value: (row) => number(row.established) },
  {
    title: "HALF",
    width: 5,
    right: true,
    rank: 3,
    value: (row) => number(row.halfOpen),
    style: alarming("halfOpen"),
  },
  {
    title: "SVC",
    width: 10,
    rank: 5,
    sort: "svc",
    value: (row, width) => services(row.services, width),
  },
  { title: "REQ/M", width: 5, right: true, rank: 0, sort: "rate", value: (row) => number(row.requests60s) },
  { title: "REQ", width: 5, right: true, rank: 1, sort: "req", value: (row) => number(row.requests) },
  {
    title: "SENT",
    width: 5,
    right: true,
    rank: 4,
    sort: "sent",
    value: (row) => (row.bytes > 0 ? bytes(row.bytes) : "-"),
  },
  {
    title: "4XX",
    width: 5,
    right: true,
    rank: 6,
    value: (row) => number(row.status4xx),
    style: mostlyRefused,
  },
  {
    title: "AUTH",
    width: 5,
    right: true,
    rank: 0,
    sort: "auth",
    value: (row) => number(row.authFailures),
    style: alarming("authFailures"),
  },
  LAST,
];

/** A short address is better than a long last act, up to the longest address there is. */
const ADDRESS_FULL = 39;
/** What LAST has before ADDRESS may grow. */
const LAST_ENOUGH = 28;

/** The columns that fit into `width` cells with blanks between; the last one takes the rest. */
export function columnsFor(width: number): Placed[] {
  const kept = [...COLUMNS];
  const needed = () => kept.reduce((sum, column, i) => sum + column.width + gap(column, i), 0);
  while (needed() > width) {
    const worst = kept.reduce((a, b) => (b.rank > a.rank ? b : a));
    if (worst.rank === 0) break;
    kept.splice(kept.indexOf(worst), 1);
  }
  const spare = Math.max(0, width - needed());
  const room = kept.includes(LAST) ? Math.max(0, spare - (LAST_ENOUGH - LAST.width)) : spare;
  const address = Math.min(room, ADDRESS_FULL - ADDRESS.width);
  let x = 0;
  return kept.map((column, i) => {
    const extra = column === ADDRESS ? address : column === LAST ? spare - address : 0;
    const placed = { column, x: x + gap(column, i), width: column.width + extra };
    x = placed.x + placed.width;
    return placed;
  });
}

/** Blanks before a column: text after a number needs two to stand apart. */
function gap({ right }: Column, index: number): number {
  if (index === 0) return 0;
  return right ? 1 : 2;
}

/** How a sort is called in words. */
export const SORT_NAMES: Readonly<Record<Sort, string>> = {
  risk: "risk",
  ip: "address",
  cc: "country",
  network: "network",
  conn: "connections",
  est: "established",
  half: "half-open",
  svc: "services",
  rate: "requests/min",
  req: "requests",
  in: "bytes in",
  out: "bytes out",
  sent: "bytes sent",
  "4xx": "4xx answers",
  "5xx": "5xx answers",
  auth: "auth failures",
  seen: "times seen before",
  last: "last seen",
};

function number(value: number): string {
  return value > 0 ? short(value) : "-";
}

/** Names in as many cells as there are: `https,ssh+2`. */
function services(list: readonly Service[], width: number): string {
  let text = "";
  for (const [i, { name }] of list.entries()) {
    const longer = text === "" ? name : `${text},${name}`;
    const rest = list.length - i - 1;
    if (longer.length + (rest > 0 ? 2 : 0) > width && text !== "") return `${text}+${list.length - i}`;
    text = longer;
  }
  return text === "" ? "-" : text;
}

function alarming(key: "halfOpen" | "authFailures"): (row: IpProfile) => Style {
  return (row) => (row[key] > 0 ? PALETTE.warning : PALETTE.dim);
}

/** Half of the answers a 4xx is a prober's share, not a stale link's. */
function mostlyRefused(row: IpProfile): Style {
  return row.status4xx * 2 > row.requests ? PALETTE.warning : PALETTE.plain;
}
