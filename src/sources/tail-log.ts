import { basename, dirname, join } from "node:path";
import { measureGzip } from "./tail-compressed.ts";
import type { Directories, Listing } from "./tail-directories.ts";
import { idOf, reasonOf, type Stat } from "./tail-fs.ts";
import { History, type Reading } from "./tail-history.ts";
import { type Inode as InodeOf, note, unchecked } from "./tail-inode.ts";
import { isCompressed, uncompressed } from "./tail-rotated.ts";

/** Old files held open per log: each may still have a writer, and each costs a descriptor. */
const HELD = 8;
/** An old file is held until nothing was written to it for this long. */
const SILENT = 5 * 60_000;
/** Rotated files looked at per log, the newest; older ones are never read. */
const SIBLINGS = 64;
/** Compressed files remembered per log, so that each is counted once. */
const COMPRESSED = 256;
/** A file untouched since this long before the start holds no line written after it; clocks of file servers differ. */
const SLACK = 60_000;

/** What is known of one followed log. Counts are since the start. */
export interface TailState {
  /** The path as it was asked for, or as a glob found it; a glob itself while it finds nothing. */
  readonly path: string;
  /** gone: forget this path, a glob no longer finds it. */
  readonly status: "reading" | "absent" | "unreadable" | "gone";
  /** Why it is unreadable. */
  readonly reason?: string | undefined;
  /** Lines too long that were cut. */
  readonly overlong: number;
  /** How often the log was truncated and no copy of it was found: unknown many of its last lines may be lost. */
  readonly truncations: number;
  /** Bytes seen, or told by a compressed file, that could not be read any more. */
  readonly lostBytes: number;
}

export type Inode = InodeOf<Log>;

/** What the followed logs share. */
export interface LogContext extends Reading {
  readonly directories: Directories;
  /** Every file known, by its id. */
  readonly inodes: Map<string, Inode>;
  /** When following began. */
  readonly started: number;
  readonly fromStart: boolean;
  /** Whether a path was asked for by name or glob. */
  wanted(path: string): boolean;
  onLine(file: string, bytes: Uint8Array, start: number, end: number): void;
  onState(state: TailState): void;
}

/** One followed name with the files that hold, or held, its log. */
export class Log {
  readonly path: string;
  readonly #context: LogContext;
  readonly #history: History;
  /** Without symbolic links, as far as known. */
  #real: string;
  /** Oldest first, the current one last. */
  #inodes: Inode[] = [];
  #queue: Inode[] = [];
  #current: Inode | undefined;
  /** The directory as it was searched last; undefined asks for a search. */
  #listing: Listing | undefined;
  /** What the name led to at the last search. */
  #named = "";
  #reason: string | undefined;
  /** What is found now was there before we began. */
  #beginning: boolean;
  /** Rotated files not younger than this (ns) were too many. */
  #floor = 0n;
  readonly #compressed = new Set<string>();
  #reported = "";

  constructor(path: string, context: LogContext, beginning: boolean) {
    this.path = path;
    this.#real = path;
    this.#context = context;
    this.#beginning = beginning;
    this.#history = new History(context, (start, end) => context.onLine(path, context.buffer, start, end));
  }

  /** The directories whose watch would tell of this log. */
  get directories(): readonly string[] {
    return [dirname(this.path), dirname(this.#real)];
  }

  /** Whether something happened to one of these paths that concerns this log. */
  concerns(paths: ReadonlySet<string | undefined>): boolean {
    return paths.has(this.path) || paths.has(this.#real);
  }

  /** Nothing of it is left but its name. */
  get empty(): boolean {
    return this.#inodes.length === 0 && (this.#listing?.rotated.get(basename(this.#real))?.length ?? 0) === 0;
  }

  /** When one of its files was last seen to grow. */
  get activeAt(): number {
    return this.#inodes.reduce((latest, { changedAt }) => Math.max(latest, changedAt), 0);
  }

  /** Finds out which files there are to read. A thorough look trusts nothing that was found before. */
  look(thorough: boolean): void {
    const stale = thorough || this.#stale();
    if (stale) this.#search(false);
    this.#examine();
    // A file rewritten before its first line was read left no trace but a newer stat: a copy may hold that line.
    if (stale || !this.#queue.some((inode) => inode.current && inode.generation === undefined)) return;
    this.#search(false);
    this.#examine();
  }

  /** Reads a chunk; false when there is no more to read at present. */
  step(): boolean {
    const inode = this.#queue[0];
    if (inode === undefined) {
      this.#release();
      this.#report();
      return false;
    }
    try {
      if (inode.fd < 0 && !this.#reopen(inode)) {
        this.#queue.shift();
        return true;
      }
      const outcome = this.#history.drain(inode);
      if (outcome === "diverged") {
        this.#search(true);
        this.#examine();
      } else if (outcome === "end") {
        inode.checkedAt = this.#context.at;
        this.#queue.shift();
      }
    } catch (error) {
      this.#fail(inode, error);
    }
    return true;
  }

  close(): void {
    for (const inode of this.#inodes) this.#forget(inode);
  }

  /** Whether the name may lead to something else than it did. */
  #stale(): boolean {
    if (this.#listing === undefined || this.#reason !== undefined) return true;
    if (this.#context.directories.list(dirname(this.#real)) !== this.#listing) return true;
    const second = this.#current === undefined && this.#named !== "";
    return (second || this.#real !== this.path) && this.#identity(this.path) !== this.#named;
  }

  #identity(path: string): string {
    try {
      return idOf(this.#context.fs.stat(path));
    } catch {
      return "";
    }
  }

  /** Finds the files by their names. Rotated ones first: when one is a copy, the name then leads to what it copies. */
  #search(again: boolean): void {
    const { fs, directories } = this.#context;
    try {
      this.#real = fs.realpath(this.path);
    } catch {
      // Absent: what is there to rotate lies where it was.
    }
    const listing = directories.list(dirname(this.#real), again);
    this.#listing = listing;
    for (const inode of this.#inodes) inode.listed = false;
    for (const { path, stat } of this.#siblings(listing)) this.#take(path, stat, false);
    this.#takeCurrent();
    this.#weigh(listing);
    for (const inode of this.#inodes) if (!inode.listed && inode.fd < 0) this.#forget(inode);
    this.#inodes.sort(byAge);
    if (this.#reason === undefined) this.#beginning = false;
  }

  #takeCurrent(): void {
    const { fs, at } = this.#context;
    this.#reason = undefined;
    this.#named = "";
    if (this.#current !== undefined) {
      this.#current.current = false;
      this.#current.activeAt = at;
    }
    this.#current = undefined;
    try {
      const stat = fs.stat(this.path);
      this.#named = idOf(stat);
      if (!stat.isFile()) this.#reason = `not a file but ${kindOf(stat)}`;
      else this.#current = this.#take(this.path, stat, true);
      if (this.#current === undefined) return;
      this.#current.current = true;
      if (this.#current.fd < 0) this.#reopen(this.#current);
    } catch (error) {
      this.#reason = reasonOf(error);
    }
  }

  /** The rotated files that may hold lines, newest first. */
  #siblings(listing: Listing): { path: string; stat: Stat }[] {
    const { fs, inodes } = this.#context;
    const found: { path: string; stat: Stat }[] = [];
    for (const name of listing.rotated.get(basename(this.#real)) ?? []) {
      const path = join(listing.path, name);
      if (isCompressed(name)) continue;
      try {
        const stat = fs.stat(path);
        if (stat.isFile()) found.push({ path, stat });
      } catch {
        // Renamed or deleted since it was listed: the next listing tells.
      }
    }
    found.sort((a, b) => Number(b.stat.mtimeNs - a.stat.mtimeNs));
    for (const { stat } of found.splice(SIBLINGS)) if (stat.mtimeNs > this.#floor) this.#floor = stat.mtimeNs;
    return found.filter(({ stat }) => stat.mtimeNs > this.#floor || inodes.get(idOf(stat))?.owner === this);
  }

  /** Makes the file at a path one of this log's, unless another log reads it. */
  #take(path: string, stat: Stat, atName: boolean): Inode | undefined {
    const { inodes, at } = this.#context;
    let inode: Inode | undefined;
    try {
      inode = inodes.get(idOf(stat)) ?? this.#open(path, atName);
    } catch (error) {
      if (atName) throw error;
    }
    if (inode === undefined) return undefined;
    if (inode.owner !== this) {
      // Still where the other log found it: a second name, and lines come under the first.
      if (this.#identity(inode.path) === inode.id) return undefined;
      this.#adopt(inode);
    }
    inode.path = path;
    inode.listed = true;
    if (inode.fd < 0) note(inode, stat, at);
    return inode;
  }

  #open(path: string, atName: boolean): Inode | undefined {
    const { fs, inodes, at, started, fromStart, wanted } = this.#context;
    const fd = fs.open(path);
    const stat = fs.fstat(fd);
    const known = inodes.get(idOf(stat));
    if (known !== undefined || !stat.isFile()) {
      fs.close(fd);
      return known;
    }
    const touched = Number(stat.mtimeNs / 1_000_000n);
    const old = atName ? this.#beginning : this.#beginning || touched < started - SLACK;
    const settle = old && !(fromStart && (atName || wanted(path))) ? Number.POSITIVE_INFINITY : 0;
    const inode: Inode = {
      id: idOf(stat),
      owner: this,
      path,
      fd,
      current: false,
      listed: true,
      generation: undefined,
      seen: 0,
      since: atName ? this.#context.serial : 0,
      settle,
      stat,
      changedAt: at,
      checkedAt: Number.NEGATIVE_INFINITY,
      activeAt: settle > 0 ? Math.min(at, touched) : at,
    };
    inodes.set(inode.id, inode);
    this.#inodes.push(inode);
    return inode;
  }

  /** Opens a known file again; false where another one has its path by now. */
  #reopen(inode: Inode): boolean {
    const { fs } = this.#context;
    const fd = fs.open(inode.path);
    if (idOf(fs.fstat(fd)) !== inode.id) {
      fs.close(fd);
      this.#listing = undefined;
      return false;
    }
    inode.fd = fd;
    return true;
  }

  /** A file renamed from one followed name to another goes on where it was. */
  #adopt(inode: Inode): void {
    inode.owner.#disown(inode);
    inode.owner = this;
    if (inode.generation !== undefined) this.#history.adopt(inode.generation);
    inode.since = this.#context.serial;
    this.#inodes.push(inode);
  }

  #disown(inode: Inode): void {
    this.#inodes = this.#inodes.filter((other) => other !== inode);
    this.#unqueue(inode);
  }

  #unqueue(inode: Inode): void {
    this.#queue = this.#queue.filter((other) => other !== inode);
  }

  /** Which of the files have to be read, oldest first; those whose content is not wanted last. */
  #examine(): void {
    const { fs, at } = this.#context;
    for (const inode of this.#inodes) {
      if (inode.fd < 0) continue;
      try {
        note(inode, fs.fstat(inode.fd), at);
      } catch (error) {
        this.#fail(inode, error);
      }
    }
    const changed = this.#inodes.filter(unchecked);
    this.#queue = [
      ...changed.filter((inode) => inode.current || inode.settle === 0),
      ...changed.filter((inode) => !inode.current && inode.settle > 0),
    ];
  }

  /** Counts what was compressed before it was read. */
  #weigh(listing: Listing): void {
    const { fs, started } = this.#context;
    for (const name of listing.rotated.get(basename(this.#real)) ?? []) {
      // While the file itself is there, it is still being compressed.
      if (!isCompressed(name) || listing.names.includes(uncompressed(name))) continue;
      const path = join(listing.path, name);
      let stat: Stat;
      try {
        stat = fs.stat(path);
      } catch {
        continue;
      }
      // The time of a compressed file is that of what it holds, and neither changes when it is renamed.
      const key = `${stat.size}:${stat.mtimeNs}`;
      if (this.#compressed.has(key) || !stat.isFile()) continue;
      this.#compressed.add(key);
      const [oldest] = this.#compressed;
      if (this.#compressed.size > COMPRESSED && oldest !== undefined) this.#compressed.delete(oldest);
      if (this.#beginning || Number(stat.mtimeNs / 1_000_000n) < started - SLACK) continue;
      const content = measureGzip(fs, path);
      if (content !== undefined) this.#history.compressed(content.head, content.length);
    }
  }

  /** Closes old files that nobody writes to, or that are too many. */
  #release(): void {
    const { fs, at } = this.#context;
    const old = this.#inodes.filter((inode) => inode.fd >= 0 && !inode.current).reverse();
    old.sort((a, b) => b.activeAt - a.activeAt);
    for (const [index, inode] of old.entries()) {
      if (index < HELD && at - inode.activeAt < SILENT) continue;
      if (!inode.listed) this.#forget(inode);
      else {
        fs.close(inode.fd);
        inode.fd = -1;
      }
    }
  }

  #forget(inode: Inode): void {
    const { fs, inodes } = this.#context;
    if (inode.fd >= 0) fs.close(inode.fd);
    inode.fd = -1;
    inodes.delete(inode.id);
    this.#disown(inode);
  }

  /** A file that cannot be read is let go and tried again under its name. */
  #fail(inode: Inode, error: unknown): void {
    this.#reason = reasonOf(error);
    this.#listing = undefined;
    this.#unqueue(inode);
    if (inode.fd >= 0) this.#context.fs.close(inode.fd);
    inode.fd = -1;
    if (!inode.listed) this.#forget(inode);
  }

  #report(): void {
    const status = this.#reason !== undefined ? "unreadable" : this.#named === "" ? "absent" : "reading";
    const { lostBytes, truncations } = this.#history.losses(this.#inodes);
    const state: TailState = {
      path: this.path,
      status,
      ...(this.#reason !== undefined && { reason: this.#reason }),
      overlong: this.#history.overlong,
      truncations,
      lostBytes,
    };
    const text = JSON.stringify(state);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#context.onState(state);
  }
}

function byAge(a: Inode, b: Inode): number {
  if (a.current !== b.current) return a.current ? 1 : -1;
  return Number(a.stat.mtimeNs - b.stat.mtimeNs);
}

function kindOf(stat: Stat): string {
  if (stat.isDirectory()) return "a directory";
  return stat.isFIFO() ? "a pipe" : "a device";
}
