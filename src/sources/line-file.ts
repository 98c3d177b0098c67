import type { Input } from "../model/event.ts";
import type { ByteSource } from "./byte-source.ts";
import { type Interpreter, interpreterFor, isBlank, type Reading } from "./interpret.ts";
import { CUT, type LineReader, linesOf } from "./line-reader.ts";
import { type FileResult, type FileSource, type OpenFile, type ReadOptions, resultOf } from "./open-file.ts";

/** A log or a recording, line by line. */
export class LineFile implements OpenFile {
  readonly #source: FileSource;
  readonly #options: ReadOptions;
  readonly #interpreter: Interpreter;
  readonly #reader: LineReader;
  #input: Input | undefined;
  #unparsed = 0;
  #failure: unknown;
  lines = 0;
  at = Number.NEGATIVE_INFINITY;
  recording = false;

  constructor(source: FileSource, bytes: ByteSource, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
    this.#reader = linesOf(bytes, source.reads === "any");
    this.#interpreter = interpreterFor(source.reads, source.path, options);
  }

  get waiting(): boolean {
    return this.#input !== undefined;
  }

  take(): Input {
    const input = this.#input;
    if (input === undefined) throw new Error("no line waits");
    this.#input = undefined;
    return input;
  }

  advance(): boolean {
    const reader = this.#reader;
    while (reader.next() === "line") {
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

  async load(): Promise<boolean> {
    const { stopped, progress } = this.#options;
    const reader = this.#reader;
    while (reader.next() !== "end" && !stopped()) {
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

  async end(at: number): Promise<FileResult> {
    const { lines } = this;
    const unparsed = this.#unparsed;
    const { cut } = this.#reader;
    await this.#reader.close();
    const faults: string[] = [];
    if (unparsed > 0) faults.push(`${unparsed} of ${lines} lines not understood`);
    if (cut > 0) faults.push(`${cut} lines too long, cut to ${CUT} bytes`);
    return resultOf(this.#source, at, { lines, unparsed, failure: this.#failure, faults });
  }
}

/** Its `at` is when it was read, and tells nothing of its place among the other lines. */
function isUntimed(input: Input): boolean {
  return (input.kind === "request" || input.kind === "auth") && input.timeUnknown === true;
}
