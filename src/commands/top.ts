import type { Config } from "../config/options.ts";
import type { Bandwidth, Snapshot, Sort } from "../model/snapshot.ts";
import { COLUMNS } from "../tui/columns.ts";
import { cut, fit } from "../tui/fit.ts";
import { bytes, clock, short } from "../tui/format.ts";
import type { View } from "./snapshots.ts";

const ROWS = 20;
/** Cells of a line that no terminal limits. */
const WIDTH = 200;

/** The address first: scripts take the first word of a line. */
const SHOWN: readonly Sort[] = ["ip", "risk", "conn", "half", "rate", "req", "sent", "4xx", "auth", "last"];
const SHORTEST_ADDRESS = 15;

/** `top`: the busiest addresses as plain text, for scripts and dumb terminals. */
export function tableView({ utc, columns }: Pick<Config, "utc" | "columns">): View {
  const shown = columns.length > 0 ? columns : SHOWN;
  return { text: (snapshot) => table(snapshot, utc, shown), lines: false, rows: ROWS };
}

/** The snapshot as lines: totals, what is not well, headings, rows, and a blank line to end with. */
function table(snapshot: Snapshot, utc: boolean, shown: readonly Sort[]): string {
  const { totals, bandwidth, health, rows } = snapshot;
  const width = process.stdout.columns ?? WIDTH;
  const address = rows.reduce((widest, { ip }) => Math.max(widest, ip.length), SHORTEST_ADDRESS);
  const lines = [
    `${clock(snapshot.at, utc)} ${snapshot.host.name}  ${totals.sockets} sockets, ${totals.established} established, ` +
      `${totals.halfOpen} half-open  ${addressesText(snapshot)}  ` +
      `${totals.requestsPerSecond.toFixed(1)} req/s  ${short(totals.requests)} requests` +
      (bandwidth === undefined ? "" : `  ${monthText(bandwidth)}`),
    ...health
      .filter(({ state }) => state !== "up")
      .map(({ source, state, detail }) => `! ${source} ${state}: ${detail}`),
    line(shown, address, (name) => COLUMNS[name].title),
    ...rows.map((row) => line(shown, address, (name, width) => COLUMNS[name].value(row, width))),
  ];
  return `${lines.map((line) => cut(line, width)).join("\n")}\n`;
}

/** A line of cells. Addresses stand in full, so that nobody has to guess one; the last cell needs no filling. */
function line(shown: readonly Sort[], address: number, text: (name: Sort, width: number) => string): string {
  const cells = shown.map((name, i) => {
    const width = name === "ip" ? address : COLUMNS[name].width;
    const said = text(name, width);
    return i === shown.length - 1 && !COLUMNS[name].right ? said : fit(said, width, COLUMNS[name].right);
  });
  return cells.join(" ");
}

/** How many addresses there are, and where a filter holds of how many. */
function addressesText({ matched, totals: { addresses } }: Snapshot): string {
  return matched === addresses ? `${addresses} addresses` : `${matched} of ${addresses} addresses match`;
}

function monthText({ interface: name, month, inBytes, outBytes }: Bandwidth): string {
  return `${name} ${month} ${bytes(inBytes)} in, ${bytes(outBytes)} out`;
}
