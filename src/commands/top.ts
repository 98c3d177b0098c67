import type { Bandwidth, IpProfile, Snapshot } from "../model/snapshot.ts";
import { cut, fit } from "../tui/fit.ts";
import { bytes, clock, short } from "../tui/format.ts";
import type { View } from "./snapshots.ts";

const ROWS = 20;
/** Cells of a line that no terminal limits. */
const WIDTH = 200;

interface Column {
  readonly heading: string;
  readonly width: number;
  readonly text: (profile: IpProfile) => string;
}

const COLUMNS: readonly Column[] = [
  { heading: "CONN", width: 5, text: (p) => short(p.connections) },
  { heading: "HALF", width: 5, text: (p) => short(p.halfOpen) },
  { heading: "REQ/M", width: 6, text: (p) => short(p.requests60s) },
  { heading: "REQ", width: 6, text: (p) => short(p.requests) },
  { heading: "SENT", width: 6, text: (p) => bytes(p.bytes) },
  { heading: "4XX", width: 5, text: (p) => short(p.status4xx) },
  { heading: "AUTH", width: 5, text: (p) => short(p.authFailures) },
];
const SHORTEST_ADDRESS = 15;

/** `top`: the busiest addresses as plain text, for scripts and dumb terminals. */
export function tableView(utc: boolean): View {
  return { text: (snapshot) => table(snapshot, utc), lines: false, rows: ROWS };
}

/** The snapshot as lines: totals, what is not well, headings, rows, and a blank line to end with. */
function table(snapshot: Snapshot, utc: boolean): string {
  const { totals, bandwidth, health, rows } = snapshot;
  const width = process.stdout.columns ?? WIDTH;
  const address = rows.reduce((widest, { ip }) => Math.max(widest, ip.length), SHORTEST_ADDRESS);
  const lines = [
    `${clock(snapshot.at, utc)} ${snapshot.host.name}  ${totals.sockets} sockets, ${totals.established} established, ` +
      `${totals.halfOpen} half-open  ${totals.addresses} addresses  ` +
      `${totals.requestsPerSecond.toFixed(1)} req/s  ${short(totals.requests)} requests` +
      (bandwidth === undefined ? "" : `  ${monthText(bandwidth)}`),
    ...health
      .filter(({ state }) => state !== "up")
      .map(({ source, state, detail }) => `! ${source} ${state}: ${detail}`),
    `${fit("ADDRESS", address) + COLUMNS.map((c) => ` ${fit(c.heading, c.width, true)}`).join("")} LAST`,
    ...rows.map(
      (row) =>
        fit(row.ip, address) +
        COLUMNS.map((c) => ` ${fit(c.text(row), c.width, true)}`).join("") +
        ` ${row.last ?? ""}`,
    ),
  ];
  return `${lines.map((line) => cut(line, width)).join("\n")}\n`;
}

function monthText({ interface: name, month, inBytes, outBytes }: Bandwidth): string {
  return `${name} ${month} ${bytes(inBytes)} in, ${bytes(outBytes)} out`;
}
