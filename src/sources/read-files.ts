import type { HealthEvent, Input, Part } from "../model/event.ts";
import {
  type Interpretation,
  type Interpreter,
  interpreterFor,
  isBlank,
  type Reading,
  type Reads,
} from "./interpret.ts";
import { CUT, type LineReader, openLines } from "./line-reader.ts";

/** A file to read to its end, and what it holds where that is known. */
export interface FileSource {
  readonly path: string;
  readonly reads: Reads;
}

export interface ReadOptions extends Interpretation {
  readonly files: readonly FileSource[];
  /** The time of lines that have none of their own, and the year of syslog's. */
  readonly readAt: number;
  emit(input: Input): void;
  /** Asked after each input: undefined, or a promise where no more is wanted until it resolves. */
  room(): Promise<void> | undefined;
  /** True ends the reading early. */
  stopped(): boolean;
  /** How much of a file's bytes is read, 0 to 1; called between pieces. */
  progress?(fraction: number): void;
}

/** Seconds ticked through in a gap between two lines. In a longer gap a leap follows its first: no rate looks back further. */
const SILENCE = 120;

/** What became of one file. */
export interface FileResult {
  readonly health: HealthEvent & { readonly lines: number; readonly unparsed: number };
  /** The reason it is down is that we may not read it. */
  readonly denied: boolean;
}

/**
 * Reads files side by side, their lines merged by their own time; a line older than the one before it
 * in its file, or without a time, stays behind that. Core time follows the highest time so far: a tick is
 * emitted before the first line of each second, unless the file is a recording and has ticks of its own.
 * Returns how each file fared, in the order they were given.
 */
export async function readFiles(options: ReadOptions): Promise<FileResult[]> {
  const { emit, room } = options;
  const files: OpenFile[] = [];
  const open: OpenFile[] = [];
  /** Core time. */
  let time = Number.NEGATIVE_INFINITY;
  /** The second that ended a second with lines, before a leap. */
  let ended = Number.NEGATIVE_INFINITY;
  /** The next tick that is due before a line of `at`. */
  const dueTick = (at: number): number | undefined => {
    const second = Math.floor(at / 1000);
    const reached = Math.floor(time / 1000);
    if (second <= reached) return undefined;
    // Silence is time too: rates decay in it. And what the last lines brought is told before it is over.
    const leap = second - SILENCE;
    if (leap > reached + 1 && ended !== reached) ended = reached + 1;
    const next = ended > reached ? ended : Math.max(reached + 1, leap);
    return next === second || reached === Number.NEGATIVE_INFINITY ? at : 1000 * next;
  };
  for (const source of options.files) {
    const file = new OpenFile(source, options);
    files.push(file);
    if (await file.open()) open.push(file);
  }
  /**
   * Emits what waits in `file` while it is the earliest; a promise where no more is wanted. No await stands
   * between its lines: in a function that has one the whole loop runs at half its speed.
   */
  const pass = (file: OpenFile): Promise<void> | undefined => {
    do {
      const tick = file.recording ? undefined : dueTick(file.at);
      if (tick === undefined) {
        const input = file.take();
        if (input.kind === "tick" && input.at > time) time = input.at;
        emit(input);
        file.advance();
      } else {
        time = tick;
        emit({ kind: "tick", at: tick });
      }
      const full = room();
      if (full !== undefined) return full;
    } while (file.waiting && !options.stopped() && (open.length === 1 || earliest(open) === file));
    return undefined;
  };
  while (open.length > 0 && !options.stopped()) {
    const file = earliest(open);
    const full = pass(file);
    if (full !== undefined) await full;
    if (!file.waiting && !(await file.load())) open.splice(open.indexOf(file), 1);
  }
  if (time === Number.NEGATIVE_INFINITY) {
    time = options.readAt;
    // Lines that tell no time happened when they were read.
    if (files.some(({ lines }) => lines > 0)) emit({ kind: "tick", at: time });
  }
  return Promise.all(files.map((file) => file.end(time)));
}

function earliest(open: readonly OpenFile[]): OpenFile {
  return open.reduce((first, file) => (file.at < first.at ? file : first));
}

/** One file with the line that waits for its turn. */
class OpenFile {
  readonly #source: FileSource;
  readonly #options: ReadOptions;
  readonly #interpreter: Interpreter;
  #reader: LineReader | undefined;
  #input: Input | undefined;
  #unparsed = 0;
  #failure: unknown;
  lines = 0;
  /** The time the line waits for: its own, but never before that of the line before it. */
  at = Number.NEGATIVE_INFINITY;
  recording = false;

  constructor(source: FileSource, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
    this.#interpreter = interpreterFor(source.reads, source.path, options);
  }

  /** Goes to the first line that is an input; false where there is none. */
  async open(): Promise<boolean> {
    try {
      this.#reader = await openLines(this.#source.path, this.#source.reads === "any");
    } catch (error) {
      this.#failure = error;
      return false;
    }
    return this.load();
  }

  /** Whether a line waits to be taken. */
  get waiting(): boolean {
    return this.#input !== undefined;
  }

  /** Gives the line away: before the next one is asked for, it must have been used. */
  take(): Input {
    const input = this.#input;
    if (input === undefined) throw new Error("no line waits");
    this.#input = undefined;
    return input;
  }

  /** Goes on to the next line that is an input; false when the buffer is used up or the file at its end. */
  advance(): boolean {
    const reader = this.#reader;
    while (reader?.next() === "line") {
      if (isBlank(reader.bytes, reader.start, reader.end)) {
        this.#interpreter.blank?.(reader.end - reader.start);
        continue;
      }
      this.lines++;
      if (this.#take(this.#interpreter.read(reader.bytes, reader.start, reader.end, this.#options.readAt)))
        return true;
    }
    return false;
  }

  /** Whether the reading is an input: then it waits. */
  #take(reading: Reading): boolean {
    if (reading === "unparsed") this.#unparsed++;
    if (typeof reading === "string") return false;
    this.#input = reading;
    if (reading.at > this.at && !isUntimed(reading)) this.at = reading.at;
    if (reading.kind === "tick") this.recording = true;
    return true;
  }

  /** Goes on to the next input that was held back; false where there is none. */
  #rest(): boolean {
    const rest = () => this.#interpreter.rest?.(Number.POSITIVE_INFINITY);
    for (let reading = rest(); reading !== undefined; reading = rest()) if (this.#take(reading)) return true;
    return false;
  }

  /** As `advance`, reading on from the disk; false at the end of the file. */
  async load(): Promise<boolean> {
    const { stopped, progress } = this.#options;
    const reader = this.#reader;
    while (reader !== undefined && reader.next() !== "end" && !stopped()) {
      try {
        await reader.fill();
      } catch (error) {
        this.#failure = error;
        break;
      }
      progress?.(reader.fraction);
      if (this.advance()) return true;
    }
    return this.#rest();
  }

  /** Closes the file and tells how it fared, at core time `at`. */
  async end(at: number): Promise<FileResult> {
    const { path, reads } = this.#source;
    const { lines } = this;
    const unparsed = this.#unparsed;
    const cut = this.#reader?.cut ?? 0;
    await this.#reader?.close();
    const faults: string[] = [];
    if (this.#failure !== undefined) {
      faults.push(`${lines > 0 ? "read up to its damage: " : ""}${messageOf(this.#failure)}`);
    }
    if (unparsed > 0) faults.push(`${unparsed} of ${lines} lines not understood`);
    if (cut > 0) faults.push(`${cut} lines too long, cut to ${CUT} bytes`);
    return {
      health: {
        kind: "health",
        at,
        part: PARTS[reads],
        source: path,
        state: this.#failure !== undefined ? "down" : faults.length > 0 ? "degraded" : "up",
        detail: faults.join("; ") || "read to its end",
        lines,
        unparsed,
      },
      denied: codeOf(this.#failure) === "EACCES",
    };
  }
}

const PARTS = { requests: "http", errors: "http", auth: "auth", any: "replay" } as const satisfies Record<
  Reads,
  Part
>;

/** Its `at` is when it was read, and tells nothing of its place among the other lines. */
function isUntimed(input: Input): boolean {
  return (input.kind === "request" || input.kind === "auth") && input.timeUnknown === true;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  const code = codeOf(error);
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES") return "no permission to read it: run with sudo";
  if (code === "EISDIR") return "a directory, not a file";
  return error instanceof Error ? error.message : String(error);
}
