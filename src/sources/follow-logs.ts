import { isDeepStrictEqual } from "node:util";
import type { HealthEvent, Input } from "../model/event.ts";
import {
  type Interpretation,
  type Interpreter,
  interpreterFor,
  isBlank,
  type Reading,
  type Reads,
} from "./interpret.ts";
import { tail } from "./tail.ts";
import { compilePath, isGlob } from "./tail-glob.ts";
import type { TailState } from "./tail-log.ts";

/** What is to be followed: a file or a glob, and how its lines are read. */
export interface Target extends Interpretation {
  readonly path: string;
  /** An error log, which is read beside those that are wanted; without a word of it where nobody named it and it cannot be. */
  readonly errors?: { readonly named: boolean };
}

export interface FollowOptions {
  readonly part: "http" | "auth";
  readonly reads: Exclude<Reads, "any" | "errors">;
  readonly targets: readonly Target[];
  /** Whether a person named these paths: then each that is absent is told, else only that all are. */
  readonly named: boolean;
  /** The flag by which a person would name others. */
  readonly flag: string;
  readonly fromStart: boolean;
  readonly pollMs: number;
  now(): number;
  emit(input: Input): void;
}

/** Logs that are being followed. */
export interface Following {
  /** Looks for new lines now. */
  poll(): void;
  /** Follows other targets from now on, looking each `pollMs`, `named` as at the start; files that both name go on. */
  follow(targets: readonly Target[], named: boolean, pollMs: number): void;
  close(): void;
}

/** How often counts that changed are told, in milliseconds. */
const REPORT_EACH = 1000;
/** What a program wrote at once has been read whole by then, in milliseconds: it lies in the file before a look begins. */
const SETTLED = 500;

/** Follows logs, emits what their lines say, and how each file does. */
export function followLogs(options: FollowOptions): Following {
  const logs = new Map<string, FollowedLog>();
  let { targets, named } = options;
  let interpretation = interpretationsOf(targets);
  let saidAbsent = false;

  const logOf = (path: string): FollowedLog => {
    let log = logs.get(path);
    if (log === undefined) {
      log = new FollowedLog(path, interpretation(path), named, options);
      logs.set(path, log);
    }
    return log;
  };
  const report = (): void => {
    for (const log of logs.values()) {
      log.settle(options.now() - SETTLED);
      log.report();
    }
    // Each that a person named tells for itself, and so does one that we may not read.
    const reading = named || [...logs.values()].some((log) => log.isThere && !log.isOfErrors);
    if (reading === !saidAbsent) return;
    saidAbsent = !reading;
    const found = named ? "no longer looked for" : "found";
    const detail = reading
      ? found
      : `none found at ${pathsOf(targets.filter(({ errors }) => errors === undefined)).join(", ")}: name one with ${options.flag}`;
    options.emit({
      kind: "health",
      at: options.now(),
      part: options.part,
      source: SOURCES[options.part],
      state: reading ? "up" : "down",
      detail,
    });
  };

  const following = tail({
    paths: pathsOf(targets),
    fromStart: options.fromStart,
    pollMs: options.pollMs,
    now: options.now,
    onLine: (path, bytes, start, end) => logOf(path).line(bytes as Buffer, start, end),
    onState(state) {
      const log = logOf(state.path);
      log.state = state;
      log.report();
      if (state.status === "gone") logs.delete(state.path);
    },
  });
  report();
  const timer = setInterval(report, REPORT_EACH);
  return {
    poll: () => following.poll(),
    follow(wanted, areNamed, pollMs) {
      if (!isDeepStrictEqual(wanted, targets)) {
        targets = wanted;
        interpretation = interpretationsOf(targets);
        for (const log of logs.values()) log.interpret(interpretation(log.path));
      }
      if (areNamed !== named) {
        named = areNamed;
        for (const log of logs.values()) log.wanted = named;
      }
      following.follow(pathsOf(targets), pollMs);
      report();
    },
    close() {
      clearInterval(timer);
      following.close();
      for (const log of logs.values()) {
        log.settle(Number.POSITIVE_INFINITY);
        log.report();
      }
    },
  };
}

function pathsOf(targets: readonly Target[]): string[] {
  return targets.map(({ path }) => path);
}

/** How the lines of a path are read. One that is named is meant before a glob that it matches. */
function interpretationsOf(targets: readonly Target[]): (path: string) => Target {
  const exact = new Map(targets.toReversed().map((target) => [target.path, target]));
  const globs = targets
    .filter(({ path }) => isGlob(path))
    .map((target) => ({ target, matches: compilePath(target.path) }));
  return (path) =>
    exact.get(path) ??
    globs.find(({ matches }) => matches(path))?.target ?? {
      path,
      format: "auto",
      strict: false,
      proxies: undefined,
    };
}

/** A reason why something is not read, with what would help where that is a permission. */
export function withRemedy(reason: string): string {
  return reason.startsWith("no permission") ? `${reason}: run with sudo, or see nethergaze doctor` : reason;
}

/** What the logs of a part are called while none of them is known. */
const SOURCES = { http: "access logs", auth: "auth logs" } as const;

/** One file: its lines on their way, and the counts of what became of them. */
class FollowedLog {
  readonly path: string;
  readonly #options: FollowOptions;
  #how: Target;
  #interpreter: Interpreter;
  #lines = 0;
  #unparsed = 0;
  #untimed = 0;
  #newest = 0;
  #readAt = 0;
  #state: TailState | undefined;
  /** Whether something changed since the last report. */
  #news = false;
  #told = false;
  /** Whether a person named those that are not error logs. */
  wanted: boolean;

  constructor(path: string, how: Target, named: boolean, options: FollowOptions) {
    this.path = path;
    this.#options = options;
    this.wanted = named;
    this.#how = how;
    this.#interpreter = interpreterFor(how.errors === undefined ? options.reads : "errors", path, how);
  }

  /** Reads lines so from now on. */
  interpret(how: Target): void {
    const { format, strict, proxies, errors } = this.#how;
    const readsAlike = (how.errors === undefined) === (errors === undefined);
    this.#how = how;
    if (readsAlike && how.format === format && how.strict === strict && how.proxies === proxies) return;
    this.settle(Number.POSITIVE_INFINITY);
    this.#interpreter = interpreterFor(
      how.errors === undefined ? this.#options.reads : "errors",
      this.path,
      how,
    );
  }

  /** Whether a person named it. */
  get #named(): boolean {
    return this.#how.errors?.named ?? this.wanted;
  }

  /** Whether it is an error log that is asked for as one. */
  get isOfErrors(): boolean {
    return this.#how.errors !== undefined;
  }

  get isThere(): boolean {
    return this.#state?.status === "reading" || this.#state?.status === "unreadable";
  }

  set state(state: TailState) {
    this.#state = state;
    this.#news = true;
  }

  line(bytes: Buffer, start: number, end: number): void {
    if (isBlank(bytes, start, end)) {
      this.#interpreter.blank?.(end - start);
      return;
    }
    const readAt = this.#options.now();
    this.#news = true;
    this.#lines++;
    this.#take(this.#interpreter.read(bytes, start, end, readAt), readAt);
  }

  /** Takes what those lines say that were read before `until` (epoch milliseconds) and are held back. */
  settle(until: number): void {
    const rest = () => this.#interpreter.rest?.(until);
    for (let reading = rest(); reading !== undefined; reading = rest()) {
      this.#news = true;
      this.#take(reading, this.#options.now());
    }
  }

  #take(reading: Reading, readAt: number): void {
    // Lines of no interest tell no time either.
    if (reading !== "other") this.#readAt = readAt;
    if (reading === "unparsed") this.#unparsed++;
    if (typeof reading === "string") return;
    if ("timeUnknown" in reading && reading.timeUnknown) this.#untimed++;
    else if (reading.at > this.#newest) this.#newest = reading.at;
    this.#options.emit(reading);
  }

  /** Emits the file's health if there is news of it. */
  report(): void {
    const state = this.#state;
    if (state === undefined || !this.#news) return;
    this.#news = false;
    // A path that nobody named and that is not there is no news, nor is the end of what was never told.
    if (state.status === "absent" && !this.#named && this.#lines === 0) return;
    // Access logs decide whether all is well.
    if (state.status === "unreadable" && this.isOfErrors && !this.#named && !this.#told) return;
    if (state.status === "gone" && !this.#told) return;
    this.#told = true;
    this.#options.emit(this.#health(state));
  }

  get #way(): string {
    const { format } = this.#interpreter;
    return format === undefined ? "following" : `following, ${format}`;
  }

  /** What is told of a path that is followed no more. */
  get #farewell(): string {
    return isGlob(this.path)
      ? "found: each file tells for itself"
      : "no longer there, or no longer asked for";
  }

  #health(state: TailState): HealthEvent {
    const faults: string[] = [];
    if (state.status === "absent") faults.push("not there: waiting for it");
    if (state.reason !== undefined) faults.push(withRemedy(state.reason));
    if (this.#unparsed > 0) faults.push(`${this.#unparsed} of ${this.#lines} lines not understood`);
    if (this.#untimed > 0) faults.push(`${this.#untimed} lines without a usable time`);
    if (state.overlong > 0) faults.push(`${state.overlong} lines too long, cut`);
    if (state.lostBytes > 0) faults.push(`${state.lostBytes} bytes lost before they could be read`);
    if (state.truncations > 0)
      faults.push(
        `truncated ${state.truncations === 1 ? "once" : `${state.truncations} times`}: last lines may be lost`,
      );
    const down = state.status === "absent" || state.status === "unreadable";
    return {
      kind: "health",
      at: this.#options.now(),
      part: this.#options.part,
      source: this.path,
      state: down ? "down" : faults.length > 0 ? "degraded" : "up",
      detail: faults.join("; ") || (state.status === "gone" ? this.#farewell : this.#way),
      lines: this.#lines,
      unparsed: this.#unparsed,
      ...(state.lostBytes > 0 && { lostBytes: state.lostBytes }),
      ...(this.#newest > 0 && { lag: Math.max(0, this.#readAt - this.#newest) }),
    };
  }
}
