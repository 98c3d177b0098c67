import type { Config } from "../config/options.ts";
import type { Filter, IpProfile, Snapshot } from "../model/snapshot.ts";
import { cut, fit } from "../tui/fit.ts";
import { bytes, clock, short } from "../tui/format.ts";
import { createEngine } from "./engine.ts";
import { type Files, runFiles } from "./files.ts";
import { type Setup, startLive } from "./live.ts";
import { openStdout } from "./output.ts";
import { stopSignal } from "./stop.ts";

const EACH_SECOND = 1000;
const ROWS = 20;
/** Cells of a line that no terminal limits. */
const WIDTH = 200;

interface Asked {
  readonly once: boolean;
  readonly filter: Filter | undefined;
  readonly limit?: number | undefined;
}

/** `top`: the busiest addresses as plain text, once or each second. */
export async function liveTop(setup: Setup, { once, filter, limit = ROWS }: Asked): Promise<number> {
  const { config } = setup;
  const output = openStdout();
  const engine = createEngine({ showPrivate: config.showPrivateIps });
  const live = startLive(setup, engine.accept);
  const { promise: counted, resolve } = Promise.withResolvers<number>();
  const timer = setInterval(() => {
    const snapshot = engine.snapshot({ sort: "rate", limit, ...(filter && { filter }) });
    output.line(table(snapshot, config.utc));
    if (once) resolve(0);
  }, EACH_SECOND);
  const code = await Promise.race([stopSignal(), output.ended, counted]);
  clearInterval(timer);
  live.close();
  await output.finish();
  return code;
}

/** The same for files: one table, of their end. */
export function fileTop(files: Files, config: Config, { filter, limit = ROWS }: Asked): Promise<number> {
  const output = openStdout();
  const engine = createEngine({ showPrivate: config.showPrivateIps });
  return runFiles(files, {
    emit: engine.accept,
    health: engine.accept,
    finish() {
      output.line(table(engine.snapshot({ sort: "rate", limit, ...(filter && { filter }) }), config.utc));
      return output.flush();
    },
    ended: output.ended,
  });
}

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
/** The longest address in text, RFC 5952. */
const LONGEST_ADDRESS = 39;
const SHORTEST_ADDRESS = 15;

/** The snapshot as lines: totals, what is not well, headings, rows, and a blank line to end with. */
function table(snapshot: Snapshot, utc: boolean): string {
  const { totals, health, rows } = snapshot;
  const width = process.stdout.columns ?? WIDTH;
  const address = rows.reduce((widest, { ip }) => Math.max(widest, ip.length), SHORTEST_ADDRESS);
  const lines = [
    `${clock(snapshot.at, utc)} ${snapshot.host.name}  ${totals.sockets} sockets, ${totals.established} established, ` +
      `${totals.halfOpen} half-open  ${totals.addresses} addresses  ` +
      `${totals.requestsPerSecond.toFixed(1)} req/s  ${short(totals.requests)} requests`,
    ...health
      .filter(({ state }) => state !== "up")
      .map(({ source, state, detail }) => `! ${source} ${state}: ${detail}`),
    `${fit("ADDRESS", address) + COLUMNS.map((c) => ` ${fit(c.heading, c.width, true)}`).join("")} LAST`,
    ...rows.map(
      (row) =>
        fit(row.ip, Math.min(address, LONGEST_ADDRESS)) +
        COLUMNS.map((c) => ` ${fit(c.text(row), c.width, true)}`).join("") +
        ` ${row.last ?? ""}`,
    ),
  ];
  return `${lines.map((line) => cut(line, width)).join("\n")}\n`;
}
