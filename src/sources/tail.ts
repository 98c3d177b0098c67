import { join, normalize } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { now as systemNow } from "./clock.ts";
import { CUT } from "./line-reader.ts";
import { Directories, type Listing } from "./tail-directories.ts";
import { realFs, type TailFs } from "./tail-fs.ts";
import { EDGE } from "./tail-generation.ts";
import { isGlob } from "./tail-glob.ts";
import { Log, type LogContext, type TailState } from "./tail-log.ts";
import { findLogs, type Names } from "./tail-names.ts";
import { originsOf } from "./tail-rotated.ts";
import { Watches } from "./tail-watch.ts";

export type { TailState } from "./tail-log.ts";

/** Read at once. A line must fit: it is read from its beginning until it ends. Larger pieces were not faster. */
const CHUNK = 256 << 10;
/** Read in one turn of the event loop, all logs together: about ten thousand lines, some 15 ms with parsing. */
const TURN = 2 << 20;
/** A step that reads little costs its system calls all the same. */
const STEP = 4096;
/** From a hint to the look: events within a millisecond of another may be missing, this look finds what they meant. */
const TRAILING = 20;
/** Between two looks that trust no stat of a directory and look at old files that are no longer held. */
const THOROUGH = 5000;
/** Of more logs than this, those that are silent are looked at only when something hints at them, and thoroughly. */
const FEW = 32;
/** Since a log last grew, until it counts as silent (ms). */
const SILENT = 10_000;
/** Logs followed, at most: each holds a descriptor. */
const LOGS = 4096;
/** Paths told by watches between two looks, at most; more mean all. */
const HINTS = 4096;

const NOTHING = { overlong: 0, truncations: 0, lostBytes: 0 };

export interface TailOptions {
  /** Files, or globs with `*`, `?` and `[...]` in any component. */
  readonly paths: readonly string[];
  /** Read what is there; else begin at the end of files that exist now. Later ones are read from their first byte. */
  readonly fromStart: boolean;
  /** Between two looks that need no watch, milliseconds. */
  readonly pollMs: number;
  /** Whether to be woken by changes in the directories, true when absent. */
  readonly watch?: boolean;
  /** One line, `bytes[start, end)` without its newline, valid during the call. `file` is the name it was written under. */
  onLine(file: string, bytes: Uint8Array, start: number, end: number): void;
  /** What is known of a file, when it changed. */
  onState(file: TailState): void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly fs?: TailFs;
  /** Sizes in bytes, for tests: read at once, read in a turn, kept of a line that does not fit. */
  readonly limits?: { readonly chunk: number; readonly turn: number; readonly cut: number };
}

export interface Tail {
  /** Looks now at all files and reads a turn's worth; true when there is more, which is read in the next turns. */
  poll(): boolean;
  /**
   * Follows these paths from now on, instead of those before. A file that only they name is read from its end where it
   * is older than this tailer, else from its first byte. `pollMs` as at the start.
   */
  follow(paths: readonly string[], pollMs: number): void;
  close(): void;
}

/**
 * Follows logs through rotation.
 *
 * **The promise.** A line that lies whole in a file at the time of a look - under the log's name, under the name of
 * a rotated file beside it (`originsOf`), or in any file held open - is delivered once. It does not matter how it came
 * there: appended, written to the old file after a rename, in a file that was created, renamed twice or deleted and made again
 * between two looks, in the copy that copytruncate left, behind a symbolic link that was changed, in a directory made again.
 * Lines of one generation come in their order. A line is its bytes: nothing is decoded, and none is delivered before its newline.
 * A look happens every `pollMs`, of one of many logs that are silent every five seconds; a watch only makes it earlier. Whatever
 * the kernel tells late, twice or never is no loss.
 * A file that follows on a rename is found at the next look; an old file whose writer was silent for five minutes, or that is
 * not among the eight newest, is looked at every five seconds.
 *
 * **How.** A generation is what was written between one creation or truncation and the next. It is known by its first
 * and its latest bytes, not by its file; a file is asked what it holds before it is read. So a copy goes on where the
 * original was, and the original where the copy was, in whichever order they are found. A file held open cannot be mistaken for
 * another (its number is not given away), so a rename needs no guess; only a file never held is told by content.
 *
 * **What no program can read,** and what is said of it: lines written between two looks to a file that is deleted, truncated without
 * a copy, or compressed before the second (`truncations`, and `lostBytes` where a size was seen); lines written between the end of
 * logrotate's copy and its truncation; files moved to another directory before they were ever seen; the rest of a line longer than can be
 * read at once (`overlong`); what was rewritten with the very same beginning and the same bytes before the position.
 */
export function tail(options: TailOptions): Tail {
  return new Tailer(options);
}

class Tailer implements Tail {
  readonly #options: TailOptions;
  #paths: readonly string[];
  /** Whether the paths were exchanged since logs were last looked for. */
  #exchanged = false;
  readonly #now: () => number;
  readonly #turnBytes: number;
  readonly #context: LogContext;
  readonly #directories: Directories;
  readonly #logs = new Map<string, Log>();
  /** Logs with something to do: first a look, trusting stats or not, then reading. */
  readonly #queue = new Map<Log, "look" | "look thoroughly" | "read">();
  readonly #told = new Set<string>();
  readonly #watches: Watches | undefined;
  /** Paths that a watch named since the last look, and before it; undefined where it could not name them. */
  #hints = new Set<string | undefined>();
  #followed = new Set<string | undefined>();
  #pollMs: number;
  #timer: ReturnType<typeof setInterval>;
  #trailing: ReturnType<typeof setTimeout> | undefined;
  #next: ReturnType<typeof setImmediate> | undefined;
  #names: Names | undefined;
  #thoroughAt = Number.NEGATIVE_INFINITY;
  #busy = false;
  #closed = false;

  constructor(options: TailOptions) {
    const { fs = realFs, now = systemNow, limits = { chunk: CHUNK, turn: TURN, cut: CUT } } = options;
    this.#options = options;
    this.#paths = options.paths.map((path) => normalize(path));
    this.#now = now;
    this.#turnBytes = limits.turn;
    this.#directories = new Directories(fs);
    this.#context = {
      fs,
      chunk: limits.chunk,
      cut: limits.cut,
      buffer: Buffer.alloc(EDGE + limits.chunk),
      budget: 0,
      at: now(),
      serial: 0,
      directories: this.#directories,
      inodes: new Map(),
      started: now(),
      fromStart: options.fromStart,
      wanted: (path) => this.#names?.wanted(path) ?? false,
      onLine: (file, bytes, start, end) => {
        if (!this.#closed) options.onLine(file, bytes, start, end);
      },
      onState: (state) => this.#tell(state),
    };
    if (options.watch !== false)
      this.#watches = new Watches((directory, name) => this.#hint(directory, name));
    this.poll();
    this.#pollMs = options.pollMs;
    this.#timer = setInterval(() => this.#beat(), options.pollMs);
  }

  poll(): boolean {
    return this.#poll(() => true);
  }

  /** The timer's look, which spares the silent logs of a server that has hundreds, where a change would be told. */
  #beat(): void {
    const since = this.#now() - SILENT;
    const watches = this.#watches;
    if (this.#logs.size <= FEW || watches === undefined) {
      this.#poll(() => true);
      return;
    }
    const { complete } = watches;
    const isTold = (log: Log): boolean => complete || log.directories.every((path) => watches.covers(path));
    this.#poll((log) => log.activeAt > since || !isTold(log));
  }

  #poll(concerned: (log: Log) => boolean): boolean {
    const thorough = this.#now() - this.#thoroughAt >= THOROUGH;
    if (thorough) this.#thoroughAt = this.#now();
    const before = this.#names;
    this.#look(thorough, concerned);
    // Where nothing was found anew, a link that was changed waits for the thorough look.
    if (thorough || this.#names !== before || this.#logs.size <= FEW)
      this.#watches?.follow(this.#watchable());
    return this.#queue.size > 0;
  }

  follow(paths: readonly string[], pollMs: number): void {
    if (pollMs !== this.#pollMs) {
      this.#pollMs = pollMs;
      clearInterval(this.#timer);
      this.#timer = setInterval(() => this.#beat(), pollMs);
    }
    const wanted = paths.map((path) => normalize(path));
    if (isDeepStrictEqual(wanted, this.#paths)) return;
    this.#paths = wanted;
    this.#exchanged = true;
    this.poll();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#trailing);
    clearImmediate(this.#next);
    this.#watches?.close();
    for (const log of this.#logs.values()) log.close();
    this.#queue.clear();
  }

  #look(thorough: boolean, concerned: (log: Log) => boolean): void {
    if (this.#closed || this.#busy) return;
    this.#context.at = this.#now();
    this.#directories.begin(this.#context.at, thorough);
    this.#find();
    if (thorough) this.#drop();
    for (const log of this.#logs.values()) {
      if (thorough) this.#queue.set(log, "look thoroughly");
      else if (this.#queue.get(log) !== "look thoroughly" && concerned(log)) this.#queue.set(log, "look");
    }
    this.#turn();
  }

  /** Does what is queued until this turn's bytes are used up. What is put back comes last: each log has its turn. */
  #turn(): void {
    this.#busy = true;
    this.#context.budget = this.#turnBytes;
    for (const [log, task] of this.#queue) {
      this.#queue.delete(log);
      if (task !== "read") log.look(task === "look thoroughly");
      this.#context.budget -= STEP;
      if (log.step()) this.#queue.set(log, "read");
      if (this.#context.budget <= 0 || this.#closed) break;
    }
    this.#busy = false;
    if (this.#queue.size === 0 || this.#closed) return;
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      this.#context.at = this.#now();
      this.#turn();
    });
  }

  /** Finds the logs there are, where a directory changed. */
  #find(): void {
    const directories = this.#directories;
    const exchanged = this.#exchanged;
    const same = this.#names?.listings.every((listing) => directories.list(listing.path) === listing);
    if (same && !exchanged) return;
    this.#exchanged = false;
    const first = this.#names === undefined;
    const find = (): Names => findLogs(this.#paths, directories, (path) => this.#logs.has(path));
    let names = find();
    if (exchanged) {
      // A log that is followed stays one, unless nobody means it any more.
      for (const path of this.#logs.keys()) if (!names.wanted(path)) this.#leave(path);
      names = find();
    }
    this.#names = names;
    for (const path of exchanged ? this.#told : []) {
      if (!this.#paths.includes(path) && !names.logs.has(path))
        this.#tell({ ...NOTHING, path, status: "gone" });
    }
    for (const path of names.logs) {
      if (this.#logs.has(path)) continue;
      if (this.#logs.size === LOGS) {
        const reason = `${LOGS} logs are followed, this and ${names.logs.size - LOGS - 1} others are not`;
        this.#tell({ ...NOTHING, path, status: "unreadable", reason });
        break;
      }
      const beginning = first || (exchanged && this.#isOld(path));
      const log = new Log(path, this.#context, beginning);
      this.#logs.set(path, log);
      this.#queue.set(log, "look");
    }
    for (const path of this.#paths.filter(isGlob)) {
      if (!names.unmatched.has(path)) this.#tell({ ...NOTHING, path, status: "gone" });
      else if (!this.#told.has(path)) this.#tell({ ...NOTHING, path, status: "absent" });
    }
  }

  /** Whether the file was made before this tailer. */
  #isOld(path: string): boolean {
    const { fs, started } = this.#context;
    try {
      return Number(fs.stat(path).birthtimeNs / 1_000_000n) < started;
    } catch {
      return false;
    }
  }

  /** Drops logs that no glob finds any more. */
  #drop(): void {
    for (const [path, log] of this.#logs) {
      if (!this.#names?.logs.has(path) && log.empty) this.#leave(path);
    }
  }

  #leave(path: string): void {
    const log = this.#logs.get(path);
    if (log === undefined) return;
    log.close();
    this.#logs.delete(path);
    this.#queue.delete(log);
    this.#tell({ ...NOTHING, path, status: "gone" });
  }

  #tell(state: TailState): void {
    // That a log known only by its rotated files is absent, or one not spoken of is gone, is no news.
    const quiet = state.status === "gone" || (state.status === "absent" && !this.#paths.includes(state.path));
    if (quiet && !this.#told.has(state.path)) return;
    if (state.status === "gone") this.#told.delete(state.path);
    else this.#told.add(state.path);
    this.#options.onState(state);
  }

  #watchable(): Set<Listing> {
    const listings = new Set(this.#names?.listings);
    for (const log of this.#logs.values()) {
      for (const directory of log.directories) listings.add(this.#directories.list(directory));
    }
    return listings;
  }

  /** Something happened. */
  #hint(directory: string, name: string | undefined): void {
    if (name === undefined || this.#hints.size > HINTS) this.#hints.add(undefined);
    else for (const known of [name, ...originsOf(name)]) this.#hints.add(join(directory, known));
    this.#trailing ??= setTimeout(() => this.#follow(), TRAILING);
  }

  /** What happened within a millisecond of a hint may not be told, so each hint is followed twice. */
  #follow(): void {
    const hints = this.#hints;
    const followed = this.#followed;
    this.#hints = new Set();
    this.#followed = hints;
    this.#trailing = hints.size > 0 ? setTimeout(() => this.#follow(), TRAILING) : undefined;
    const all = hints.has(undefined) || followed.has(undefined);
    this.#look(false, (log) => all || log.concerns(hints) || log.concerns(followed));
  }
}
