import type { ConfigFile } from "./files.ts";
import { haproxyWords } from "./haproxy-syntax.ts";
import { logicalLines } from "./lines.ts";

/** Where messages go, by a `log` line. */
export interface Target {
  readonly address: string;
  readonly facility: string;
  readonly from: string;
}

/** What a proxy has of its own and of the defaults it begins with. */
export interface ProxyConfig {
  readonly from: string;
  http: boolean;
  /** How a request is written: as documented for httplog, some other way, or not at all. */
  layout: { readonly kind: "http" | "other" | "none"; readonly from: string };
  targets: readonly Target[];
  usesGlobal: boolean;
}

/** How httplog's format begins (section 8.2.3 of the manual); what follows it is read by its place. */
const HTTP_FORMAT = "%ci:%cp [%tr] %ft %b/%s ";
/** Of one proxy: more than anybody has. */
const MAX_TARGETS = 16;
/** Sections that take requests; a backend logs none. */
const TAKING = ["frontend", "listen"];
const SECTIONS = [
  ...TAKING,
  ...[
    "global",
    "defaults",
    "backend",
    "userlist",
    "peers",
    "resolvers",
    "mailers",
    "cache",
    "program",
    "ring",
  ],
  ...["http-errors", "log-forward", "log-profile", "fcgi-app", "crt-store", "traces", "acme"],
];

/** The proxies of one configuration, which may lie in several files. */
export class HaproxyReader {
  readonly global: Target[] = [];
  readonly proxies: ProxyConfig[] = [];
  readonly #defaults = new Map<string, ProxyConfig>();
  #latest = newProxy("");
  #section = "";
  #proxy = this.#latest;

  read({ path, text }: ConfigFile): void {
    for (const { text: content, line } of logicalLines(text)) {
      const [name = "", ...rest] = haproxyWords(content);
      const from = `${path}:${line}`;
      if (SECTIONS.includes(name)) this.#open(name, rest, from);
      else if (this.#section === "global") {
        const target = name === "log" ? targetOf(rest, from) : undefined;
        if (target !== undefined && this.global.length < MAX_TARGETS) this.global.push(target);
      } else if (this.#section === "proxy") set(this.#proxy, name, rest, from);
    }
  }

  #open(name: string, [title = "", word, base = ""]: readonly string[], from: string): void {
    this.#section = name === "defaults" || TAKING.includes(name) ? "proxy" : name;
    const inherited = word === "from" ? this.#defaults.get(base) : undefined;
    if (name === "defaults") {
      this.#proxy = { ...(inherited ?? newProxy(from)), from };
      this.#latest = this.#proxy;
      this.#defaults.set(title, this.#proxy);
    } else if (TAKING.includes(name)) {
      this.#proxy = { ...(inherited ?? this.#latest), from };
      this.proxies.push(this.#proxy);
    }
  }
}

function newProxy(from: string): ProxyConfig {
  return { from, http: false, layout: { kind: "none", from }, targets: [], usesGlobal: false };
}

function set(proxy: ProxyConfig, name: string, rest: readonly string[], from: string): void {
  const [first] = rest;
  if (name === "mode") proxy.http = first === "http";
  else if (name === "option" && (first === "httplog" || first === "httpslog")) {
    // Also `option httplog clf`: what is expected need not come.
    proxy.layout = { kind: "http", from };
  } else if (name === "log-format") {
    proxy.layout = { kind: first?.startsWith(HTTP_FORMAT) ? "http" : "other", from };
  } else if (name === "no" && first === "log") {
    proxy.targets = [];
    proxy.usesGlobal = false;
  } else if (name === "log" && first === "global") proxy.usesGlobal = true;
  else if (name === "log") {
    const target = targetOf(rest, from);
    if (target !== undefined && proxy.targets.length < MAX_TARGETS)
      proxy.targets = [...proxy.targets, target];
  }
}

/** Of `log <address> [len N] [format F] [sample S] [profile P] <facility> [<level>]`, where requests pass the level. */
function targetOf([address = "", ...rest]: readonly string[], from: string): Target | undefined {
  let i = 0;
  while (["len", "format", "sample", "profile"].includes(rest[i] ?? "")) i += 2;
  const level = rest[i + 1] ?? "debug";
  if (level !== "info" && level !== "debug") return undefined;
  return { address, facility: rest[i] ?? "", from };
}
