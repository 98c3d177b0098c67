import { join, normalize, parse } from "node:path";
import { type Files, isPath } from "./files.ts";
import type { Discovery, FoundLog, Note } from "./found.ts";
import type { Notes } from "./notes.ts";

/** What is followed costs a descriptor each, and no server has as many. */
const MAX_LOGS = 1024;

/** The logs of one discovery, each path once. */
export class Logs {
  readonly #logs = new Map<string, FoundLog & { readonly expand?: true }>();
  /** Where logs of errors were named, by their paths. */
  readonly #errors = new Map<string, string>();
  /** What is known not to be a log of requests that can be followed. */
  readonly #others = new Set<string>();
  readonly #files: Files;
  readonly #notes: Notes;

  constructor(files: Files, notes: Notes) {
    this.#files = files;
    this.#notes = notes;
  }

  /** Adds a log whose path begins at the root. One too many becomes a note instead. */
  add(log: FoundLog & { readonly expand?: true }): void {
    const { format, from } = log;
    const path = this.#settle(log.path);
    if (!isPath(path)) return;
    const known = this.#logs.get(path);
    if (known !== undefined) {
      if (known.format === format) return;
      const text = `${path} has another format at ${known.from}, in which it is read`;
      this.#notes.add({ from, text, remedy: "give each format its own file" });
    } else if (this.#logs.size === MAX_LOGS) {
      this.#notes.add({ from: "discovery", text: `more than ${MAX_LOGS} logs: the rest is not followed` });
    } else this.#logs.set(path, { ...log, path });
  }

  /** Adds a log of errors, a file or a glob. */
  addErrors(path: string, from: string): void {
    const settled = this.#settle(path);
    this.#others.add(settled);
    if (!isPath(settled) || this.isStream(path) || path === "/dev/null") return;
    if (this.#errors.size < MAX_LOGS && !this.#errors.has(settled)) this.#errors.set(settled, from);
  }

  /** What matches a path with variable parts, and is another file: a compressed one. */
  exclude(path: string): void {
    this.#others.add(this.#settle(path));
  }

  /** Whether a path stands for the output of the server's process, as in containers. */
  isStream(path: string): boolean {
    const target = STREAM.test(path) ? path : this.#files.linkAt(path);
    return target !== undefined && STREAM.test(target);
  }

  /** With the root before their paths, as this process opens them. */
  get all(): readonly FoundLog[] {
    return [...this.#logs.values()]
      .flatMap(({ expand, ...log }) => (expand ? this.#expanded(log) : [log]))
      .map((log) => ({ ...log, path: this.#files.root + log.path }));
  }

  /** As {@link all}, of logs of errors. */
  get errors(): Discovery["errors"] {
    return [...this.#errors].map(([path, from]) => ({ path: this.#files.root + path, from }));
  }

  /** The files of a path with variable parts, and the path itself while there is none. */
  #expanded(log: FoundLog): FoundLog[] {
    const paths = this.#files
      .expand(log.path)
      .filter((path) => !this.#others.has(path) && !this.#logs.has(path));
    return paths.length === 0 ? [log] : paths.slice(0, MAX_LOGS).map((path) => ({ ...log, path }));
  }

  /** The path by which a log is known: `/etc/httpd/logs` is a link to where others name the same file. */
  #settle(path: string): string {
    const { dir, base } = parse(normalize(path));
    return join(this.#files.real(dir), base);
  }
}

const STREAM = /^\/dev\/(?:stdout|stderr|fd\/\d+)$|^\/proc\/(?:self|\d+)\/fd\/\d+$/;

/** What is told of a log on standard output or standard error. */
export function streamNote(from: string): Note {
  return {
    from,
    text: "requests go to the server's standard output, and so to the journal or its container",
    remedy: "let it log to a file",
  };
}

/** A path whose variable parts, those that `variable` matches (a global expression), became wildcards. */
export function pathGlob(path: string, variable: RegExp): string {
  return path.replace(variable, "*").replace(/\*{2,}/g, "*");
}

/** What is told of a path with variable parts. */
export function globNote(from: string, path: string, glob: string): Note {
  return { from, text: `${path} has variable parts: files that match ${glob} are followed` };
}
