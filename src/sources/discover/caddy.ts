import { Imports } from "./caddy-imports.ts";
import { readCaddyJson } from "./caddy-json.ts";
import { ACCESS, type CaddyLogger, caddyOutlets, isUnder } from "./caddy-log.ts";
import { caddyStatements } from "./caddyfile.ts";
import { addOnce, type Outlets } from "./outlets.ts";
import type { Search } from "./search.ts";

/** The last ones are what Caddy saves of the configuration it runs with, wherever that came from. */
const CONFIGS = [
  { path: "/etc/caddy/Caddyfile", read: readCaddyfile },
  { path: "/etc/caddy/caddy.json", read: readCaddyJson },
  { path: "/config/caddy/autosave.json", read: readCaddyJson },
  { path: "/var/lib/caddy/.config/caddy/autosave.json", read: readCaddyJson },
];
/** Loggers that get the requests of every site: more than anybody has. */
const MAX_GLOBAL = 16;

/** Adds the access logs of Caddy. Returns whether there is a configuration to be read. */
export function searchCaddy(search: Search): boolean {
  const outlets: Outlets[] = [];
  let first: string | undefined;
  for (const { path, read } of CONFIGS) {
    const text = search.files.read(path);
    if (text === undefined) continue;
    first ??= path;
    outlets.push(...read(search, path, text));
  }
  if (first === undefined) return false;
  if (outlets.length === 0) {
    const remedy = "add `log { output file /var/log/caddy/access.log }` to a site";
    search.notes.add({ from: first, text: "Caddy logs no requests", remedy });
  }
  addOnce(outlets, search);
  return true;
}

/** A `log` of a site or of the global options, as it is read. */
interface Log {
  readonly from: string;
  /** Of the global options: a logger's name. */
  readonly name: string;
  readonly include: string[];
  output: readonly string[] | undefined;
  format: string | undefined;
}

type BlockKind = "global" | "site" | "log" | "format" | "other";

/** What each site's requests are written to. */
function readCaddyfile(search: Search, path: string, text: string): Outlets[] {
  const loggers: Log[] = [];
  const sites: Log[] = [];
  const blocks: BlockKind[] = [];
  let log: Log = { from: path, name: "", include: [], output: undefined, format: undefined };
  for (const { words, end, from } of new Imports(search).statements(
    path,
    caddyStatements(text),
    [path],
    [],
  )) {
    const [name, ...rest] = words;
    const block = blocks.at(-1);
    if (end === "}") {
      blocks.pop();
      continue;
    }
    let opens: BlockKind = block ?? (words.length === 0 ? "global" : "site");
    if (block === "log") {
      if (name === "output") log.output = rest;
      if (name === "format") log.format = rest[0];
      if (name === "include") log.include.push(...rest);
      opens = name === "format" ? "format" : "other";
    } else if (block === "format") {
      if (name === "wrap") log.format = rest[0];
    } else if (name === "log" && block !== "other") {
      log = { from, name: rest[0] ?? "default", include: [], output: undefined, format: undefined };
      (block === "global" ? loggers : sites).push(log);
      opens = "log";
    }
    if (end === "{") blocks.push(opens);
  }
  const standard = loggers.find((logger) => logger.name === "default");
  const others = loggers
    .filter(({ include }) => include.some((name) => isUnder(ACCESS, name)))
    .slice(0, MAX_GLOBAL);
  return sites.map((site) => {
    // A log that says neither where to nor how leaves that to the default logger.
    const own = site.output === undefined && site.format === undefined ? (standard ?? site) : site;
    return caddyOutlets([own, ...others].map(loggerOf), search);
  });
}

function loggerOf({ from, output: [output = "stderr", path] = [], format }: Log): CaddyLogger {
  return { from, output, path, format };
}
