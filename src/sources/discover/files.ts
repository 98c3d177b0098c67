import { accessSync, constants, readlinkSync, statSync } from "node:fs";
import { join, parse } from "node:path";
import { realFs } from "../tail-fs.ts";
import { compile, isGlob } from "../tail-glob.ts";
import type { Notes } from "./notes.ts";

/** No configuration that a person writes is longer. */
const MAX_FILE = 1 << 20;
/**
 * What all reading may cost, in bytes: thousands of sites that include each other's snippets, and an end to
 * configuration that multiplies by including.
 */
const MAX_WORK = 64 << 20;
/** What a file or directory costs at least: opening it is work too. */
const FILE_COST = 4096;
/** What a file that was read before costs at least. */
const REPEAT_COST = 512;
/** What following one component of a path costs. */
const STEP_COST = 512;
/** About what comparing one name with one character of a pattern costs. */
const NAME_COST = 16;
const MAX_DEPTH = 16;
/** PATH_MAX of limits.h. */
const MAX_PATH = 4095;
/** As the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

/** A file of configuration. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The configuration below a root directory, read within bounds. Paths are absolute and begin at that root, and
 * so do the targets of symbolic links. Nothing throws: what cannot be read becomes a note.
 */
export class Files {
  readonly root: string;
  readonly #notes: Notes;
  /** Of the files read so far: many sites include the same few. */
  readonly #texts = new Map<string, string>();
  #work = MAX_WORK;

  constructor(root: string, notes: Notes) {
    this.root = root;
    this.#notes = notes;
  }

  /** The text of a regular file, its first mebibyte; undefined where there is none, or none to be read. */
  read(path: string): string | undefined {
    if (!isPath(path)) return undefined;
    let text = this.#texts.get(path);
    if (text === undefined) {
      if (this.spend(FILE_COST, path)) text = this.#load(path);
      if (text !== undefined) this.#texts.set(path, text);
    }
    return text !== undefined && this.spend(REPEAT_COST + text.length, path) ? text : undefined;
  }

  /** Whether the file is there and may be read by us. Of a glob, nobody can tell. */
  isReadable(path: string): boolean {
    if (!isPath(path) || isGlob(path) || !this.spend(STEP_COST, path)) return false;
    try {
      accessSync(this.root + path, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  }

  /** The paths that match a path or glob (glob(7)), in their order. A path without wildcards need not exist. */
  expand(pattern: string): string[] {
    if (!isPath(pattern)) return [];
    if (!isGlob(pattern)) return [pattern];
    const { dir, base } = parse(pattern);
    const matches = compile(base);
    return this.expand(dir).flatMap((parent) => {
      if (!this.spend(FILE_COST, parent)) return [];
      const names = this.#list(parent);
      if (!this.spend(names.length * base.length * NAME_COST, parent)) return [];
      return names.filter(matches).map((name) => join(parent, name));
    });
  }

  /**
   * The files that an `include` of a path or glob names. `chain` holds what is being read, the outermost first:
   * a file does not include itself, and there is a depth at which nothing more is included.
   */
  *included(pattern: string, chain: readonly string[]): Generator<ConfigFile, void, undefined> {
    if (this.isTooDeep(chain)) return;
    for (const path of this.expand(pattern)) {
      if (chain.includes(path)) continue;
      const text = this.read(path);
      if (text !== undefined) yield { path, text };
    }
  }

  /** Whether nothing more may be included; then a note says so. */
  isTooDeep(chain: readonly string[]): boolean {
    if (chain.length <= MAX_DEPTH) return false;
    const text = `included more than ${MAX_DEPTH} deep: what it includes is not read`;
    this.#notes.add({ from: chain.at(-1) ?? "", text });
    return true;
  }

  /** Takes `cost` bytes of what all work may cost. False, with a note, where too little is left. */
  spend(cost: number, from: string): boolean {
    this.#work -= cost;
    if (this.#work >= 0) return true;
    // The last of it: whatever comes now is refused, however little it costs.
    if (this.#work + cost >= 0) {
      this.#work = -1;
      this.#notes.add({
        from,
        text: `more than ${MAX_WORK >> 20} MiB of configuration: the rest is not read`,
      });
    }
    return false;
  }

  isDirectory(path: string): boolean {
    return this.#stat(path)?.isDirectory() ?? false;
  }

  exists(path: string): boolean {
    return this.#stat(path) !== undefined;
  }

  /** What a symbolic link says, or undefined where the path is none. */
  linkAt(path: string): string | undefined {
    try {
      return readlinkSync(this.root + path);
    } catch {
      return undefined;
    }
  }

  /**
   * `path` with the symbolic links on the way followed, as a process sees it whose root is ours. Not where
   * that is work too much.
   */
  real(path: string): string {
    const ahead = path.split("/").reverse();
    if (!this.spend(ahead.length * STEP_COST, path)) return path;
    let real = "";
    let links = 0;
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      if (name === "" || name === ".") continue;
      if (name === "..") {
        real = real.slice(0, Math.max(0, real.lastIndexOf("/")));
        continue;
      }
      const target = links < MAX_LINKS ? this.linkAt(`${real}/${name}`) : undefined;
      if (target === undefined) {
        real += `/${name}`;
        continue;
      }
      links++;
      if (target.startsWith("/")) real = "";
      ahead.push(...target.split("/").reverse());
    }
    return real || "/";
  }

  #load(path: string): string | undefined {
    let fd = -1;
    try {
      fd = realFs.open(this.#place(path));
      const stat = realFs.fstat(fd);
      if (!stat.isFile()) return undefined;
      if (stat.size > MAX_FILE) {
        this.#notes.add({ from: path, text: "longer than 1 MiB: only its beginning is read" });
      }
      const bytes = Buffer.alloc(Math.min(Number(stat.size), MAX_FILE));
      return bytes.toString("utf8", 0, realFs.pread(fd, bytes, bytes.length, 0));
    } catch (error) {
      this.#refused(path, error);
      return undefined;
    } finally {
      if (fd >= 0) realFs.close(fd);
    }
  }

  #list(path: string): string[] {
    try {
      return realFs.readdir(this.#place(path)).sort();
    } catch (error) {
      this.#refused(path, error);
      return [];
    }
  }

  #stat(path: string): ReturnType<typeof statSync> {
    try {
      return isPath(path) ? statSync(this.#place(path)) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Where it lies for this process. */
  #place(path: string): string {
    return this.root + this.real(path);
  }

  #refused(path: string, error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (["ENOENT", "ENOTDIR", "ENXIO", "ENAMETOOLONG"].includes(code)) return;
    const denied = code === "EACCES" || code === "EPERM";
    this.#notes.add({
      from: path,
      text: denied ? "no permission to read it" : `cannot be read (${code})`,
      ...(denied && { remedy: "run with sudo" }),
    });
  }
}

/** Whether the system takes it as a path. */
export function isPath(path: string): boolean {
  return path.startsWith("/") && path.length <= MAX_PATH && !path.includes("\0");
}
