import { join, resolve } from "node:path";
import { apacheFormat, DEFAULT_FORMAT } from "./apache-format.ts";
import { environment, MAX_VALUE } from "./environment.ts";
import type { ConfigFile } from "./files.ts";
import type { Note } from "./found.ts";
import { apacheWords, logicalLines } from "./lines.ts";
import { globNote, pathGlob } from "./logs.ts";
import { addOnce, type Outlets } from "./outlets.ts";
import { pipedLog } from "./piped.ts";
import type { Search } from "./search.ts";

/** Where builds of Apache keep their configuration. */
interface Build {
  readonly config: string;
  /** What was compiled in; a ServerRoot directive says otherwise. */
  readonly serverRoot: string;
  /** What the server's environment is set from. */
  readonly environment: string;
}

const BUILDS: readonly Build[] = [
  // Debian; cPanel; openSUSE and Alpine.
  ...["apache2.conf", "conf/httpd.conf", "httpd.conf"].map((config) => ({
    config: `/etc/apache2/${config}`,
    serverRoot: "/etc/apache2",
    environment: "/etc/apache2/envvars",
  })),
  { config: "/etc/httpd/conf/httpd.conf", serverRoot: "/etc/httpd", environment: "/etc/sysconfig/httpd" },
  ...["/usr/local/apache2", "/opt/bitnami/apache", "/opt/bitnami/apache2"].map((serverRoot) => ({
    config: `${serverRoot}/conf/httpd.conf`,
    serverRoot,
    environment: `${serverRoot}/bin/envvars`,
  })),
];

const VARIABLE = /\$\{([^${}]+)\}/g;
/** Of one macro: more than anybody writes. */
const MAX_PARAMETERS = 16;
/** DEFAULT_ERRORLOG of httpd.h. */
const ERRORS = "logs/error_log";
/** Of all servers together: more than anybody has. */
const MAX_GLOBAL = 16;

/**
 * Adds the access logs of Apache (mod_log_config). Returns whether there is a configuration to be read.
 */
export function searchApache(search: Search): boolean {
  let present = false;
  for (const build of BUILDS) {
    const text = search.files.read(build.config);
    if (text === undefined) continue;
    present = true;
    const reader = new ApacheReader(search, build);
    reader.read({ path: build.config, text }, []);
    addOnce(reader.outlets, search);
    reader.addErrors();
  }
  return present;
}

/** A log whose format may be defined after its use. */
interface Pending {
  readonly path: string;
  /** A nickname or a format; undefined where none is given. */
  readonly format: string | undefined;
  readonly condition: string | undefined;
  readonly from: string;
}

/** The main server or a virtual host. One without a log of its own writes those of the main server. */
interface Server {
  /** By nickname; the one of the empty nickname holds where none is given. */
  readonly formats: Map<string, string>;
  readonly logs: Pending[];
  readonly notes: Note[];
}

/** A `<Section>` that is not closed yet. */
interface Section {
  readonly server: Server;
  readonly skipped: boolean;
  /** What a macro calls its arguments. */
  readonly parameters: readonly string[];
}

/** The servers of one configuration with everything that it includes. */
class ApacheReader {
  readonly #search: Search;
  readonly #servers: Server[] = [newServer()];
  readonly #sections: Section[] = [];
  /** Of GlobalLog: every server writes them besides its own. */
  readonly #global: Server = newServer();
  readonly #variables: Map<string, string>;
  /** Where each ErrorLog stands, by its path; and whether one stands outside of all sections. */
  readonly #errors = new Map<string, string>();
  #saysErrors = false;
  readonly #config: string;
  #serverRoot: string;

  constructor(search: Search, build: Build) {
    this.#search = search;
    this.#config = build.config;
    this.#serverRoot = build.serverRoot;
    this.#variables = environment(search.files.read(build.environment) ?? "");
  }

  read({ path, text }: ConfigFile, chain: readonly string[]): void {
    const sections = this.#sections.length;
    for (const { text: content, line } of logicalLines(text)) {
      const from = `${path}:${line}`;
      if (content.startsWith("</")) {
        if (this.#sections.length > sections) this.#sections.pop();
      } else if (content.startsWith("<")) this.#open(content);
      else if (!this.#section?.skipped) this.#directive(content, from, [...chain, path]);
    }
    // A section ends in the file in which it began.
    this.#sections.splice(sections);
  }

  get outlets(): Outlets[] {
    const [main] = this.#servers;
    return this.#servers.map(({ formats, logs, notes }) => ({
      logs: [...logs, ...this.#global.logs.slice(0, MAX_GLOBAL)].map(({ format = "", ...log }) => ({
        ...log,
        format: apacheFormat(resolveFormat(format, formats, main?.formats)),
      })),
      notes,
    }));
  }

  get #section(): Section | undefined {
    return this.#sections.at(-1);
  }

  get #server(): Server {
    return this.#section?.server ?? (this.#servers[0] as Server);
  }

  #open(content: string): void {
    const [, name = "", argument = ""] = /^<\s*([^\s>]+)\s*([^>]*)/.exec(content) ?? [];
    const kind = name.toLowerCase();
    const around = this.#section;
    let server = this.#server;
    if (kind === "virtualhost" && !around?.skipped) {
      server = newServer();
      this.#servers.push(server);
    }
    this.#sections.push({
      server,
      skipped: around?.skipped || this.#isFalse(kind, argument),
      parameters: kind === "macro" ? macroParameters(argument) : (around?.parameters ?? []),
    });
  }

  /**
   * Whether a section does not hold. Which modules are loaded and what the command line defines is not known:
   * a condition counts as true unless it is a negation of what then is.
   */
  #isFalse(kind: string, argument: string): boolean {
    if (!argument.startsWith("!")) return false;
    return kind === "ifmodule" || (kind === "ifdefine" && this.#variables.has(argument.slice(1).trim()));
  }

  #directive(content: string, from: string, chain: readonly string[]): void {
    const expanded = content.replace(VARIABLE, (whole, name: string) => this.#variables.get(name) ?? whole);
    if (!this.#search.files.spend(expanded.length, from)) return;
    const [name = "", ...rest] = apacheWords(expanded);
    const [first = "", second] = rest;
    switch (name.toLowerCase()) {
      case "include":
      case "includeoptional":
        this.#include(resolve(this.#serverRoot, first), chain);
        break;
      case "define":
        this.#variables.set(first, (second ?? "").slice(0, MAX_VALUE));
        break;
      case "undefine":
        this.#variables.delete(first);
        break;
      case "serverroot":
        this.#serverRoot = resolve("/", first);
        break;
      case "logformat":
        this.#server.formats.set(second ?? "", first);
        break;
      case "transferlog":
        this.#log(this.#server, [first], from);
        break;
      case "customlog":
        this.#log(this.#server, rest, from);
        break;
      case "errorlog":
        this.#errorLog(first, from);
        break;
      case "globallog":
        this.#log(this.#global, rest, from);
        break;
    }
  }

  /** Adds what it writes of errors. */
  addErrors(): void {
    const { logs } = this.#search;
    for (const [path, from] of this.#errors) logs.addErrors(path, from);
    if (!this.#saysErrors) logs.addErrors(resolve(this.#serverRoot, ERRORS), this.#config);
  }

  #errorLog(target: string, from: string): void {
    if (this.#server === this.#servers[0]) this.#saysErrors = true;
    const path = target.startsWith("|") ? pipedLog(target) : target;
    if (path === undefined || path === "" || path.startsWith("syslog")) return;
    const whole = this.#withWildcards(resolve(this.#serverRoot, path));
    if (!this.#errors.has(whole)) this.#errors.set(whole, from);
  }

  #include(pattern: string, chain: readonly string[]): void {
    const { files } = this.#search;
    for (const path of files.expand(pattern)) {
      // Of a directory everything is included, however deep.
      if (!files.isDirectory(path)) for (const file of files.included(path, chain)) this.read(file, chain);
      else if (!files.isTooDeep(chain)) this.#include(join(path, "*"), [...chain, path]);
    }
  }

  #log(server: Server, [target = "", format, condition]: readonly string[], from: string): void {
    if (target === "") return;
    const path = target.startsWith("|") ? pipedLog(target) : target;
    if (path === undefined || path.startsWith("syslog")) {
      const text = path === undefined ? `the program ${target.replace(/^\|[|$]?\s*/, "")}` : "syslog";
      server.notes.push({
        from,
        text: `requests go to ${text}`,
        remedy: "add a CustomLog that names a file",
      });
      return;
    }
    const whole = resolve(this.#serverRoot, path);
    const glob = this.#withWildcards(whole);
    if (glob !== whole) this.#search.notes.add(globNote(from, whole, glob));
    server.logs.push({ path: glob, format, condition, from });
  }

  /** A variable that nothing defines, or a macro's argument, may stand for anything. */
  #withWildcards(path: string): string {
    const parameters = this.#section?.parameters ?? [];
    const known = parameters.reduce((text, name) => text.replaceAll(name, "*"), path);
    return pathGlob(known, VARIABLE);
  }
}

/** Those that cannot be mistaken for other text; the manual of mod_macro asks for these prefixes. */
function macroParameters(argument: string): string[] {
  const [, ...parameters] = apacheWords(argument);
  return parameters.filter((name) => /^[$@%]./.test(name)).slice(0, MAX_PARAMETERS);
}

function newServer(): Server {
  return { formats: new Map(), logs: [], notes: [] };
}

/** The text of a format: what its nickname stands for in the virtual host, else in the main server. */
function resolveFormat(
  format: string,
  formats: ReadonlyMap<string, string>,
  main: ReadonlyMap<string, string> | undefined,
): string {
  const named = (nickname: string): string | undefined => formats.get(nickname) ?? main?.get(nickname);
  const text = named(format) ?? (format === "" || format === "CLF" ? DEFAULT_FORMAT : format);
  // A LogFormat without a nickname may itself name one.
  return format === "" ? (named(text) ?? text) : text;
}
