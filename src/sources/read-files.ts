import type { HealthEvent, Input, Part } from "../model/event.ts";
import type { FormatName } from "../parse/formats.ts";
import { type Interpreter, interpreterFor, type Reads } from "./interpret.ts";
import { CUT, type LineReader, openLines } from "./line-reader.ts";

/** A file to read to its end, and what it holds where that is known. */
export interface FileSource {
  readonly path: string;
  readonly reads: Reads;
}

export interface ReadOptions {
  readonly files: readonly FileSource[];
  readonly format: FormatName | "auto";
  /** The time of lines that have none of their own, and the year of syslog's. */
  readonly readAt: number;
  emit(input: Input): void;
  /** Awaited between pieces of input: a slow consumer slows the reading down. */
  room(): Promise<void> | undefined;
  /** True ends the reading early. */
  stopped(): boolean;
  /** How much of the bytes is read, 0 to 1; called between pieces. */
  progress?(fraction: number): void;
}

/** Seconds ticked through in a gap between two lines. A longer gap begins with a leap: no window is that long. */
const SILENCE = 120;

/** What became of one file. */
export type FileResult = HealthEvent & { readonly lines: number; readonly unparsed: number };

/**
 * Reads files side by side, their lines merged by their own time; a line older than the one before it
 * in its file stays behind that. Core time follows the highest time so far: a tick is emitted before
 * the first line of each second, unless the file is a recording and has ticks of its own.
 */
export async function readFiles(options: ReadOptions): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const open: OpenFile[] = [];
  let second = Number.NEGATIVE_INFINITY;
  const clock = (at: number): void => {
    const to = Math.floor(at / 1000);
    if (to <= second) return;
    // Silence is time too: rates decay in it.
    for (let s = Math.max(second + 1, to - SILENCE); s < to && second > 0; s++) {
      options.emit({ kind: "tick", at: s * 1000 });
    }
    second = to;
    options.emit({ kind: "tick", at });
  };
  for (const file of options.files) {
    try {
      open.push(new OpenFile(file, await openLines(file.path), options));
    } catch (error) {
      results.push(failed(file, error, options.readAt));
    }
  }
  while (open.length > 0 && !options.stopped()) {
    let first: OpenFile | undefined;
    for (const file of [...open]) {
      if (file.input === undefined && !file.advance() && !(await file.load(options))) {
        open.splice(open.indexOf(file), 1);
        results.push(await file.end());
      } else if (first === undefined || file.at < first.at) first = file;
    }
    if (first === undefined) break;
    // With nothing to merge, the inner loop runs on until its buffer is used up.
    do {
      if (!first.recording) clock(first.at);
      if (first.input !== undefined) options.emit(first.input);
      first.input = undefined;
    } while (open.length === 1 && first.advance());
  }
  for (const file of open) results.push(await file.end());
  return results;
}

/** One file with the line that waits for its turn. */
class OpenFile {
  readonly #source: FileSource;
  readonly #reader: LineReader;
  readonly #interpret: Interpreter;
  readonly #readAt: number;
  #lines = 0;
  #unparsed = 0;
  #damage: string | undefined;
  input: Input | undefined;
  /** The time the line waits for: its own, but never before that of the line before it. */
  at = Number.NEGATIVE_INFINITY;
  recording = false;

  constructor(source: FileSource, reader: LineReader, { format, readAt }: ReadOptions) {
    this.#source = source;
    this.#reader = reader;
    this.#readAt = readAt;
    this.#interpret = interpreterFor(source.reads, source.path, format);
  }

  /** Goes on to the next line that is an input; false when the buffer is used up or the file at its end. */
  advance(): boolean {
    const reader = this.#reader;
    while (reader.next() === "line") {
      if (isBlank(reader)) continue;
      this.#lines++;
      const reading = this.#interpret(reader.bytes, reader.start, reader.end, this.#readAt);
      if (reading === "unparsed") this.#unparsed++;
      if (typeof reading === "string") continue;
      this.input = reading;
      if (reading.at > this.at) this.at = reading.at;
      if (reading.kind === "tick") this.recording = true;
      return true;
    }
    return false;
  }

  /** As `advance`, reading on from the disk; false at the end of the file. */
  async load(options: ReadOptions): Promise<boolean> {
    try {
      while (this.#reader.next() !== "end") {
        await options.room();
        if (options.stopped()) break;
        await this.#reader.fill();
        options.progress?.(this.#reader.fraction);
        if (this.advance()) return true;
      }
    } catch (error) {
      this.#damage = messageOf(error);
    }
    return false;
  }

  /** Closes the file and tells how it fared. */
  async end(): Promise<FileResult> {
    await this.#reader.close();
    const faults: string[] = [];
    if (this.#damage !== undefined) faults.push(`read up to its damage: ${this.#damage}`);
    if (this.#unparsed > 0) faults.push(`${this.#unparsed} of ${this.#lines} lines not understood`);
    if (this.#reader.cut > 0) faults.push(`${this.#reader.cut} lines too long, cut to ${CUT} bytes`);
    return {
      kind: "health",
      at: this.#readAt,
      part: PARTS[this.#source.reads],
      source: this.#source.path,
      state: this.#damage === undefined ? (faults.length > 0 ? "degraded" : "up") : "down",
      detail: faults.join("; ") || "read to its end",
      lines: this.#lines,
      unparsed: this.#unparsed,
    };
  }
}

const PARTS = { requests: "http", auth: "auth", any: "replay" } as const satisfies Record<Reads, Part>;

function isBlank({ bytes, start, end }: LineReader): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}

function failed(file: FileSource, error: unknown, at: number): FileResult {
  const detail = messageOf(error);
  return {
    kind: "health",
    at,
    part: PARTS[file.reads],
    source: file.path,
    state: "down",
    detail,
    lines: 0,
    unparsed: 0,
  };
}

function messageOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES") return "no permission to read it";
  if (code === "EISDIR") return "a directory, not a file";
  return error instanceof Error ? error.message : String(error);
}
