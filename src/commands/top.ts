import type { Config } from "../config/options.ts";
import { parseOrder } from "../model/order-word.ts";
import type {
  Bandwidth,
  HostVerdict,
  IpProfile,
  Snapshot,
  Sort,
  Verdict,
  WireTotals,
} from "../model/snapshot.ts";
import { COLUMNS, type Column } from "../tui/columns.ts";
import { cut, fit } from "../tui/fit.ts";
import { bytes, clock, short } from "../tui/format.ts";
import { hostWords } from "../tui/host-words.ts";
import type { View } from "./snapshots.ts";

const ROWS = 20;
/** Cells of a line that no terminal limits. */
const WIDTH = 200;

/** The address first: scripts take the first word of a line. */
const SHOWN: readonly Sort[] = ["ip", "risk", "conn", "half", "rate", "req", "sent", "4xx", "auth", "last"];
/** Before `sent`, where rows know them and the width allows, or what is sorted by. */
const COUNTED: readonly Sort[] = ["in", "out", "pkts", "syn"];
const SHORTEST_ADDRESS = 15;

/** `top`: the busiest addresses as plain text, for scripts and dumb terminals. */
export function tableView({ utc, columns, sort }: Pick<Config, "utc" | "columns" | "sort">): View {
  const sorted = parseOrder(sort).sort;
  return {
    text(snapshot) {
      const width = process.stdout.columns ?? WIDTH;
      const { rows } = snapshot;
      const usual = () => withCounted(withWhy(cells(SHOWN, rows), rows, width), rows, width, sorted);
      const shown = columns.length > 0 ? cells(columns, rows) : usual();
      return table(snapshot, utc, shown, width);
    },
    lines: false,
    rows: ROWS,
  };
}

/** How one column of the rows is written. */
type Cell = Pick<Column, "title" | "width" | "right" | "value">;

/** The columns of those names. Addresses stand in full, so that nobody has to guess one. */
function cells(names: readonly Sort[], rows: readonly IpProfile[]): Cell[] {
  const width = rows.reduce((widest, { ip }) => Math.max(widest, ip.length), SHORTEST_ADDRESS);
  return names.map((name) => (name === "ip" ? { ...COLUMNS.ip, width } : COLUMNS[name]));
}

/** With the rule of each row's worst finding before the last column, where there are any and the width allows. */
function withWhy(shown: readonly Cell[], rows: readonly IpProfile[], width: number): readonly Cell[] {
  const widest = rows.reduce((most, { verdict }) => Math.max(most, whyOf(verdict).length), 0);
  if (widest === 0 || widest + taken(shown) > width) return shown;
  return shown.toSpliced(-1, 0, {
    title: "WHY",
    width: widest,
    value: ({ verdict }) => whyOf(verdict) || "-",
  });
}

function withCounted(
  shown: readonly Cell[],
  rows: readonly IpProfile[],
  width: number,
  sorted: Sort,
): readonly Cell[] {
  let left = width - taken(shown);
  const more = COUNTED.filter((name) => {
    if (!rows.some((row) => COLUMNS[name].known?.(row))) return false;
    const fits = COLUMNS[name].width + 1 <= left;
    if (fits) left -= COLUMNS[name].width + 1;
    return fits || name === sorted;
  });
  return shown.toSpliced(shown.indexOf(COLUMNS.sent), 0, ...more.map((name) => COLUMNS[name]));
}

/** Cells of a line, with a blank after each. */
function taken(shown: readonly Cell[]): number {
  return shown.reduce((sum, cell) => sum + cell.width + 1, 0);
}

function whyOf(verdict: Verdict | undefined): string {
  return verdict?.findings[0]?.rule ?? "";
}

/** The snapshot as lines: totals, what is wrong with the host, what is not well, headings, rows, and a blank line to end with. */
function table(snapshot: Snapshot, utc: boolean, shown: readonly Cell[], width: number): string {
  const { totals, bandwidth, verdict, health, rows } = snapshot;
  const lines = [
    `${clock(snapshot.at, utc)} ${snapshot.host.name}  ${totals.sockets} sockets, ${totals.established} established, ` +
      `${totals.halfOpen} half-open  ${addressesText(snapshot)}  ` +
      `${totals.requestsPerSecond.toFixed(1)} req/s  ${short(totals.requests)} requests` +
      wireText(totals.wire) +
      (bandwidth === undefined ? "" : `  ${monthText(bandwidth)}`),
    ...(verdict === undefined ? [] : [hostText(verdict)]),
    ...health
      .filter(({ state }) => state !== "up")
      .map(({ source, state, detail }) => `! ${source} ${state}: ${detail}`),
    line(shown, ({ title }) => title),
    ...rows.map((row) => line(shown, ({ value, width }) => value(row, width))),
  ];
  return `${lines.map((line) => cut(line, width)).join("\n")}\n`;
}

/** `▲ SPOOFED FLOOD: 9000 SYN cookies/s sent, ... The sources are forged: ...`, as the console says it. */
function hostText(verdict: HostVerdict): string {
  const { head, evidence, advice } = hostWords(verdict);
  return `${head}${evidence}. ${advice}`;
}

/** A line of cells; the last needs no filling. */
function line(shown: readonly Cell[], text: (cell: Cell) => string): string {
  return shown
    .map((cell, i) =>
      i === shown.length - 1 && !cell.right ? text(cell) : fit(text(cell), cell.width, cell.right),
    )
    .join(" ");
}

/** How many addresses there are, and where a filter holds of how many. */
function addressesText({ matched, totals: { addresses } }: Snapshot): string {
  return matched === addresses ? `${addresses} addresses` : `${matched} of ${addresses} addresses match`;
}

/** `  1.2k packets/s, 31 SYN/s`, where they are counted. */
function wireText(wire: WireTotals | undefined): string {
  if (wire?.synPerSecond === undefined) return "";
  const { inPacketsPerSecond = 0, outPacketsPerSecond = 0, synPerSecond, noRoom } = wire;
  const words = `  ${short(inPacketsPerSecond + outPacketsPerSecond)} packets/s, ${short(synPerSecond)} SYN/s`;
  return noRoom === 0 ? words : `${words}, ${short(noRoom)} packets without a row`;
}

function monthText({ interface: name, month, inBytes, outBytes }: Bandwidth): string {
  return `${name} ${month} ${bytes(inBytes)} in, ${bytes(outBytes)} out`;
}
