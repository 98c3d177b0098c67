import { networkOf } from "../model/origin.ts";
import { type Group, type GroupProfile, type IpProfile, SORTS, type Sort } from "../model/snapshot.ts";
import { cut } from "./fit.ts";
import { bytes, grouped, short, shortAddress } from "./format.ts";
import { PALETTE, type Style } from "./palette.ts";
import { serviceNames } from "./services.ts";
import { SEVERITIES } from "./severity.ts";
import { isUnanswered, wireWords } from "./wire.ts";

/** A row of the table: one address, or a group of them. */
export type Row = IpProfile | GroupProfile;

/** A column of the address table. Its name is what it sorts by. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: true;
  /** Columns of the highest rank leave first as the width shrinks; rank 0 stays. */
  readonly rank: number;
  /** Whether a row knows it; a column that no row knows takes no room unless somebody asked for it by name. */
  known?(row: Row): boolean;
  /** What a cell of that width says; the rest is cut. */
  value(row: Row, width: number): string;
  style?(row: Row): Style;
  /**
   * At the left of a cell that has room for it beside any value: tells without colours that this is bad. A row that
   * grows old keeps such a cell's colour.
   */
  sign?(row: Row): string;
}

/** A column with its place: `x` counts from the left edge of the rows. */
export interface Placed {
  readonly name: Sort;
  readonly column: Column;
  readonly x: number;
  readonly width: number;
}

/** Every column there is: a line here, its name in SORTS of the model, and nothing else. */
export const COLUMNS: Readonly<Record<Sort, Column>> = {
  risk: { title: "RISK", width: 4, right: true, rank: 0, value: risk, style: riskStyle, sign: riskSign },
  // An IPv4 address in full.
  ip: { title: "ADDRESS", width: 18, rank: 0, value: label, style: () => PALETTE.plain },
  cc: {
    title: "CC",
    width: 2,
    rank: 4,
    known: (row) => row.origin?.country !== undefined,
    value: (row) => row.origin?.country ?? "-",
  },
  network: {
    title: "NETWORK",
    width: 20,
    rank: 9,
    known: (row) => networkOf(row.origin) !== "",
    value: (row) => networkOf(row.origin) || "-",
  },
  conn: count("CONN", 0, (row) => row.connections),
  est: count("EST", 14, (row) => row.established),
  half: { ...count("HALF", 3, (row) => row.halfOpen), style: alarming((row) => row.halfOpen) },
  svc: { title: "SVC", width: 10, rank: 10, value: (row, width) => serviceNames(row.services, width) },
  rate: count("REQ/M", 0, (row) => row.requests60s),
  req: count("REQ", 2, (row) => row.requests),
  in: { ...size("IN", 6, (row) => row.inBytes), known: (row) => row.inBytes !== undefined },
  out: { ...size("OUT", 5, (row) => row.outBytes), known: (row) => row.outBytes !== undefined },
  pkts: { ...count("PKT/S", 13, (row) => row.wire?.packetsPerSecond ?? 0), known: isCounted },
  syn: {
    ...count("SYN/S", 11, (row) => row.wire?.synPerSecond ?? 0),
    known: isCounted,
    style: (row) => (isUnanswered(row) ? PALETTE.warning : PALETTE.plain),
  },
  sent: size("SENT", 7, (row) => row.bytes),
  "4xx": { ...count("4XX", 8, (row) => row.status4xx), style: mostlyRefused },
  "5xx": count("5XX", 15, (row) => row.status5xx),
  auth: { ...count("AUTH", 0, (row) => row.authFailures), style: alarming((row) => row.authFailures) },
  seen: {
    title: "SEEN",
    width: 4,
    right: true,
    rank: 5,
    known: (row) => row.sessions !== undefined,
    value: (row) => (row.sessions === undefined || row.sessions === 0 ? "-" : `${short(row.sessions)}×`),
  },
  // What it did last: takes what width is left.
  last: {
    title: "LAST",
    width: 16,
    rank: 1,
    value: last,
    style: (row) => (isUnanswered(row) ? PALETTE.warning : PALETTE.plain),
  },
};

/** Columns in the order they leave a table that gets narrower; those not among them stay. */
export const LEAVING: readonly Sort[] = SORTS.filter((name) => COLUMNS[name].rank > 0).sort(
  (a, b) => COLUMNS[b].rank - COLUMNS[a].rank,
);

/** What identifies a row: its address or its group. */
export function keyOf(row: Row): string {
  return "ip" in row ? row.ip : row.group;
}

/** The columns of which some row knows something, in addition to those of `known`. */
export function knownColumns(rows: readonly Row[], known: readonly Sort[]): readonly Sort[] {
  const found = SORTS.filter((name) => {
    const { known: knows } = COLUMNS[name];
    return knows === undefined || known.includes(name) || rows.some(knows);
  });
  return found.length === known.length ? known : found;
}

/** An IPv4 prefix with how many addresses it has. */
const GROUP = 24;
/** A short address is better than a long last act, up to the longest address there is. */
const ADDRESS_FULL = 39;
/** What LAST has before ADDRESS may grow. */
const LAST_ENOUGH = 28;

/** Those of the columns `wanted` that fit into `width` cells with blanks between, in their order; `sort` stays. */
export function columnsFor(
  width: number,
  wanted: readonly Sort[],
  { sort, group }: { readonly sort: Sort; readonly group: Group },
): Placed[] {
  const kept = [...wanted];
  const sizeOf = (name: Sort) => (name === "ip" && group !== "address" ? GROUP : COLUMNS[name].width);
  const needed = () => kept.reduce((sum, name, i) => sum + sizeOf(name) + gap(COLUMNS[name], i), 0);
  for (const name of LEAVING) {
    if (needed() <= width) break;
    const at = kept.indexOf(name);
    if (at >= 0 && name !== sort) kept.splice(at, 1);
  }
  const spare = Math.max(0, width - needed());
  const room = kept.includes("last") ? Math.max(0, spare - (LAST_ENOUGH - COLUMNS.last.width)) : spare;
  const address = Math.min(room, ADDRESS_FULL - sizeOf("ip"));
  let x = 0;
  return kept.map((name, i) => {
    const column = COLUMNS[name];
    const extra = name === "ip" ? address : name === "last" ? spare - address : 0;
    const placed = { name, column, x: x + gap(column, i), width: sizeOf(name) + extra };
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
  pkts: "packets/s",
  syn: "SYN/s",
  sent: "bytes sent",
  "4xx": "4xx answers",
  "5xx": "5xx answers",
  auth: "auth failures",
  seen: "times seen before",
  last: "last seen",
};

/** What the rows are called, grouped like that. */
export const GROUP_NAMES: Readonly<Record<Group, { readonly title: string; readonly many: string }>> = {
  address: { title: "ADDRESS", many: "Addresses" },
  prefix: { title: "PREFIX", many: "Prefixes" },
  network: { title: "NETWORK", many: "Networks" },
  country: { title: "COUNTRY", many: "Countries" },
};

/** An address, or a group with how many addresses it has. */
function label(row: Row, width: number): string {
  if ("ip" in row) return shortAddress(row.ip, width);
  const size = ` ×${grouped(row.addresses)}`;
  const room = width - size.length;
  // Prefixes are in ASCII and told by both their ends; names are anybody's.
  if (row.group.includes("/")) return shortAddress(row.group, room) + size;
  return cut(row.group === "" ? "not known" : row.group, room) + size;
}

function last(row: Row): string {
  if ("ip" in row && row.proxy) return `proxy: ${row.last ?? "counted for its clients"}`;
  const words = wireWords(row);
  if (row.last === undefined) return words ?? "-";
  return words !== undefined && isUnanswered(row) ? `${words} · ${row.last}` : row.last;
}

function isCounted({ wire }: Row): boolean {
  return wire !== undefined;
}

function count(title: string, rank: number, number: (row: Row) => number): Column {
  return {
    title,
    width: 5,
    right: true,
    rank,
    // A rate may be less than one.
    value: (row) => short(number(row)).replace(/^0$/, "-"),
  };
}

function size(title: string, rank: number, number: (row: Row) => number | undefined): Column {
  return {
    title,
    width: 5,
    right: true,
    rank,
    value: (row) => bytes(number(row) ?? 0).replace(/^0$/, "-"),
  };
}

function risk({ verdict }: Row): string {
  return verdict === undefined ? "·" : String(verdict.risk);
}

function riskStyle({ verdict }: Row): Style {
  return verdict === undefined ? PALETTE.dim : SEVERITIES[verdict.severity].style;
}

function riskSign({ verdict }: Row): string {
  return verdict === undefined ? "" : SEVERITIES[verdict.severity].sign;
}

function alarming(number: (row: Row) => number): (row: Row) => Style {
  return (row) => (number(row) > 0 ? PALETTE.warning : PALETTE.dim);
}

/** Half of the answers a 4xx is a prober's share, not a stale link's. */
function mostlyRefused(row: Row): Style {
  return row.status4xx * 2 > row.requests ? PALETTE.warning : PALETTE.plain;
}
