import { dirname, resolve } from "node:path";
import { readCaddyJson } from "./caddy-json.ts";
import { ACCESS, type CaddyLogger, caddyOutlets, isUnder } from "./caddy-log.ts";
import { caddyStatements } from "./caddyfile.ts";
import { addOnce, type Outlets } from "./outlets.ts";
import type { Search } from "./search.ts";
import type { Statement } from "./statement.ts";

const CADDYFILES = ["/etc/caddy/Caddyfile"];
/** The last ones are what Caddy saves of the configuration it runs with, wherever that came from. */
const JSON_CONFIGS = [
  "/etc/caddy/caddy.json",
  "/config/caddy/autosave.json",
  "/var/lib/caddy/.config/caddy/autosave.json",
];
/** Loggers that get the requests of every site: more than anybody has. */
const MAX_GLOBAL = 16;
/** A path is no longer, and arguments that hold each other could grow without end. */
const MAX_WORD = 4096;
/** About what looking at one directive costs. */
const STATEMENT_COST = 64;

/** Adds the access logs of Caddy. Returns whether there is a configuration to be read. */
export function searchCaddy(search: Search): boolean {
  const outlets: Outlets[] = [];
  let first: string | undefined;
  for (const [paths, read] of [
    [CADDYFILES, readCaddyfile],
    [JSON_CONFIGS, readCaddyJson],
  ] as const) {
    for (const path of paths) {
      const text = search.files.read(path);
      if (text === undefined) continue;
      first ??= path;
      outlets.push(...read(search, path, text));
    }
  }
  if (first === undefined) return false;
  if (outlets.length === 0) {
    const remedy = "add `log { output file /var/log/caddy/access.log }` to a site";
    search.notes.add({ from: first, text: "Caddy logs no requests", remedy });
  }
  addOnce(outlets, search);
  return true;
}

/** A directive and where it stands. */
interface Placed extends Statement {
  readonly from: string;
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

/** Puts what is imported in the place of `import`: files, and the snippets defined so far. */
class Imports {
  readonly #search: Search;
  readonly #snippets = new Map<string, readonly Placed[]>();

  constructor(search: Search) {
    this.#search = search;
  }

  /**
   * The directives of a file or snippet, with `args` in the place of their placeholders. `chain` holds what is
   * being imported, the outermost first.
   */
  *statements(
    path: string,
    statements: Iterable<Statement | Placed>,
    chain: readonly string[],
    args: readonly string[],
  ): Generator<Placed, void, undefined> {
    let depth = 0;
    let snippet: Placed[] | undefined;
    for (const statement of statements) {
      const { line, end } = statement;
      const from = "from" in statement ? statement.from : `${path}:${line}`;
      const whole = statement.words.map((word) => withArguments(word.slice(0, MAX_WORD), args));
      const cost = whole.reduce((sum, word) => sum + word.length, STATEMENT_COST);
      if (!this.#search.files.spend(cost, from)) return;
      const words = whole.map((word) => word.slice(0, MAX_WORD));
      const [name = "", target = "", ...rest] = words;
      const placed = { words, line, end, from };
      if (end === "}") depth = Math.max(0, depth - 1);
      if (snippet !== undefined) {
        if (depth > 0 || end !== "}") snippet.push(placed);
        else snippet = undefined;
      } else if (depth === 0 && end === "{" && /^\(.+\)$/.test(name)) {
        snippet = [];
        this.#snippets.set(name, snippet);
      } else if (name === "import" && end === ";") yield* this.#import(target, path, chain, rest);
      else yield placed;
      if (end === "{") depth++;
    }
  }

  *#import(
    target: string,
    path: string,
    chain: readonly string[],
    args: readonly string[],
  ): Generator<Placed, void, undefined> {
    const { files } = this.#search;
    const name = `(${target})`;
    const snippet = this.#snippets.get(name);
    if (snippet === undefined) {
      for (const file of files.included(resolve(dirname(path), target), chain)) {
        yield* this.statements(file.path, caddyStatements(file.text), [...chain, file.path], args);
      }
    } else if (!chain.includes(name) && !files.isTooDeep(chain)) {
      yield* this.statements(path, snippet, [...chain, name], args);
    }
  }
}

/** A word of something imported, with `{args[0]}`, or `{args.0}` as it was, replaced. */
function withArguments(word: string, args: readonly string[]): string {
  if (args.length === 0) return word;
  return word.replace(/\{args(?:\.|\[)(\d{1,3})\]?\}/g, (whole, i) => args[Number(i)] ?? whole);
}
