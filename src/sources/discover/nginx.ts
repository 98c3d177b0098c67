import { dirname, resolve } from "node:path";
import type { ConfigFile } from "./files.ts";
import type { Note } from "./found.ts";
import { globNote, pathGlob } from "./logs.ts";
import { nginxStatements } from "./nginx-syntax.ts";
import { addOnce, type Outlets, type Written } from "./outlets.ts";
import type { Search } from "./search.ts";
import type { Statement } from "./statement.ts";

/** Where builds of nginx keep their configuration, and what was compiled into them. */
interface Build {
  readonly config: string;
  /** What relative paths begin at, the likeliest first. */
  readonly prefixes: readonly string[];
  /** What is written where no access_log says anything. */
  readonly log: string;
  /** The same where no error_log does. */
  readonly errors: string;
}

const BUILDS: readonly Build[] = [
  {
    config: "/etc/nginx/nginx.conf",
    // nginx.org's packages, Debian's and RHEL's, Alpine's.
    prefixes: ["/etc/nginx", "/usr/share/nginx", "/var/lib/nginx"],
    log: "/var/log/nginx/access.log",
    errors: "/var/log/nginx/error.log",
  },
  ...["/usr/local/nginx", "/usr/local/openresty/nginx", "/opt/bitnami/nginx"].map((prefix) => ({
    config: `${prefix}/conf/nginx.conf`,
    prefixes: [prefix],
    log: `${prefix}/logs/access.log`,
    errors: `${prefix}/logs/error.log`,
  })),
  {
    config: "/etc/openresty/nginx.conf",
    prefixes: ["/usr/local/openresty/nginx"],
    log: "/usr/local/openresty/nginx/logs/access.log",
    errors: "/usr/local/openresty/nginx/logs/error.log",
  },
];

/**
 * Adds the access logs of nginx and of servers built from it (ngx_http_log_module). Returns whether there is a
 * configuration to be read.
 */
export function searchNginx(search: Search): boolean {
  let present = false;
  for (const build of BUILDS) {
    const text = search.files.read(build.config);
    if (text === undefined) continue;
    present = true;
    const reader = new NginxReader(search, build);
    reader.read({ path: build.config, text }, reader.main, []);
    addOnce(reader.outlets, search);
    reader.addErrors();
  }
  return present;
}

/** A block. Directives of one without its own access_log are those of the block around it. */
interface Block {
  /** `other` is what has no HTTP requests: events, stream, mail. `location` is whatever stands in `http`. */
  readonly kind: "main" | "other" | "http" | "server" | "location";
  readonly from: string;
  readonly servers: Block[];
  readonly logs: Written[];
  readonly notes: Note[];
  /** Whether it has an access_log, if only to say `off`. */
  says: boolean;
}

/** The blocks of one configuration with everything that it includes. */
class NginxReader {
  readonly main = blockOf("main", "");
  readonly #search: Search;
  readonly #build: Build;
  /** All that may write a log of their own. */
  readonly #blocks: Block[] = [];
  readonly #formats = new Map<string, string>();
  /** Where each error_log of HTTP stands, by its path; and whether one stands outside of all blocks. */
  readonly #errors = new Map<string, string>();
  #saysErrors = false;

  constructor(search: Search, build: Build) {
    this.#search = search;
    this.#build = build;
  }

  /** Reads a file whose directives stand in `block`. */
  read({ path, text }: ConfigFile, block: Block, chain: readonly string[]): void {
    const stack = [block];
    for (const statement of nginxStatements(text)) {
      const current = stack.at(-1) ?? block;
      const from = `${path}:${statement.line}`;
      if (statement.end === "{") stack.push(this.#open(statement, current, from));
      else if (statement.end === ";") this.#directive(statement, current, from, [...chain, path]);
      else if (stack.length > 1) stack.pop();
    }
  }

  /** What each block writes, once formats are known: they may be defined after their use. */
  get outlets(): Outlets[] {
    return this.#blocks
      .flatMap((block) => (block.kind === "http" ? inherited(block, this.#build) : block.says ? [block] : []))
      .map(({ logs, notes }) => ({
        logs: logs.map((log) => ({ ...log, format: this.#formatOf(log.format) })),
        notes,
      }));
  }

  #open({ words: [name] }: Statement, around: Block, from: string): Block {
    if (around.kind === "other") return around;
    if (around.kind === "main" && name !== "http") return blockOf("other", from);
    const isServer = around.kind === "http" && name === "server";
    const block = blockOf(around.kind === "main" ? "http" : isServer ? "server" : "location", from);
    if (isServer) around.servers.push(block);
    this.#blocks.push(block);
    return block;
  }

  #directive({ words }: Statement, block: Block, from: string, chain: readonly string[]): void {
    const [name, first = "", ...rest] = words;
    if (name === "include") {
      const pattern = resolve(dirname(this.#build.config), first);
      for (const file of this.#search.files.included(pattern, chain)) this.read(file, block, chain);
    } else if (name === "log_format") {
      if (rest[0] === "escape=none") {
        const remedy = "take escape=none out of it";
        this.#search.notes.add({
          from,
          text: `log_format ${first} escapes nothing: a client can forge its lines`,
          remedy,
        });
      }
      this.#formats.set(first, rest.filter((word, i) => i > 0 || !word.startsWith("escape=")).join(""));
    } else if (name === "access_log" && block.kind !== "other" && block.kind !== "main") {
      block.says = true;
      this.#accessLog(block, first, rest, from);
    } else if (name === "error_log" && block.kind !== "other") {
      if (block.kind === "main") this.#saysErrors = true;
      // The standard error of the server is none of its files, nor is a ring in its memory.
      if (first === "stderr" || first === "" || /^(?:syslog|memory):/.test(first)) return;
      const path = this.#absolute(first);
      if (!this.#errors.has(path)) this.#errors.set(path, from);
    }
  }

  /** Adds what it writes of errors. */
  addErrors(): void {
    const { logs } = this.#search;
    for (const [path, from] of this.#errors) logs.addErrors(path, from);
    if (!this.#saysErrors) logs.addErrors(this.#build.errors, this.#build.config);
  }

  #accessLog(block: Block, target: string, rest: readonly string[], from: string): void {
    if (target === "off" || target === "") return;
    const option = (name: string): string | undefined =>
      rest.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    if (target.startsWith("syslog:")) {
      const remedy = "add an access_log that names a file";
      block.notes.push({ from, text: `requests go to syslog (${target.slice("syslog:".length)})`, remedy });
      return;
    }
    if (rest.includes("gzip") || option("gzip") !== undefined) {
      const remedy = "take gzip out of that access_log";
      this.#search.logs.exclude(this.#absolute(target));
      block.notes.push({ from, text: `${target} is written compressed and cannot be followed`, remedy });
      return;
    }
    const path = this.#absolute(target);
    const glob = pathGlob(path, /\$\{\w+\}|\$\w+/g);
    const { notes } = this.#search;
    if (glob !== path) notes.add(globNote(from, path, glob));
    const buffer = option("buffer");
    if (buffer !== undefined && option("flush") === undefined) {
      const remedy = "add flush=1s to that access_log";
      notes.add({ from, text: `${target} is written ${buffer} at a time: its requests show late`, remedy });
    }
    const format = rest.find((word) => !/^(?:buffer|flush|if)=/.test(word)) ?? "combined";
    const expand = glob === path ? {} : ({ expand: true } as const);
    block.logs.push({ path: glob, format, from, condition: option("if"), ...expand });
  }

  #absolute(path: string): string {
    const places = this.#build.prefixes.map((prefix) => resolve(prefix, path));
    const first = places.find((place) => this.#search.files.isDirectory(dirname(place)));
    return first ?? resolve(this.#build.prefixes[0] ?? "/", path);
  }

  /** A format by its name. What writes no variable tells nothing of its lines. */
  #formatOf(name: string): string {
    if (name === "combined") return name;
    const text = this.#formats.get(name);
    return text?.includes("$") ? text : "auto";
  }
}

function blockOf(kind: Block["kind"], from: string): Block {
  return { kind, from, servers: [], logs: [], notes: [], says: false };
}

/** What an http block's access_log writes, if any of its servers has none of its own. */
function inherited(http: Block, build: Build): Pick<Block, "logs" | "notes">[] {
  if (http.servers.length > 0 && http.servers.every(({ says }) => says)) return [];
  if (http.says) return [http];
  return [{ logs: [{ path: build.log, format: "combined", from: http.from }], notes: [] }];
}
