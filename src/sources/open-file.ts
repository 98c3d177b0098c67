import type { HealthEvent, Input, Part } from "../model/event.ts";
import { messageOf } from "../model/message-of.ts";
import type { Interpretation, Reads } from "./interpret.ts";

/** A file to read to its end, and what it holds where that is known. */
export interface FileSource {
  readonly path: string;
  readonly reads: Reads;
}

export interface ReadOptions extends Interpretation {
  readonly files: readonly FileSource[];
  /** The time of lines that have none of their own, and the year of syslog's. */
  readonly readAt: number;
  /** Addresses of the host where packets were captured, four words each; guessed of a family of which there are none. */
  readonly local?: readonly Uint32Array[];
  emit(input: Input): void;
  /** Asked after each input: undefined, or a promise where no more is wanted until it resolves. */
  room(): Promise<void> | undefined;
  /** True ends the reading early. */
  stopped(): boolean;
  /** How much of a file's bytes is read, 0 to 1; called between pieces. */
  progress?(fraction: number): void;
}

/** What became of one file. */
export interface FileResult {
  readonly health: HealthEvent & { readonly lines: number; readonly unparsed: number };
  /** The reason it is down is that we may not read it. */
  readonly denied: boolean;
  /** There is more to say of it than that it was read to its end. */
  readonly remarkable: boolean;
}

/** One file with the input that waits for its turn. */
export interface OpenFile {
  /** The time the input waits for: its own, but never before that of the one before it. */
  readonly at: number;
  /** It has ticks of its own. */
  readonly recording: boolean;
  /** Whether an input waits to be taken. */
  readonly waiting: boolean;
  /** Lines, or packets, so far. */
  readonly lines: number;
  /** Gives the input away: before the next one is asked for, it must have been used. */
  take(): Input;
  /** Goes on to the next input; false when what was read is used up. */
  advance(): boolean;
  /** As `advance`, reading on from the disk; false at the end of the file. */
  load(): Promise<boolean>;
  /** Closes the file and tells how it fared, at core time `at`. */
  end(at: number): Promise<FileResult>;
}

/** How the reading of a file went. */
export interface Reading {
  readonly lines: number;
  readonly unparsed: number;
  /** What ended it early. */
  readonly failure: unknown;
  /** What is wrong with what was read. */
  readonly faults: readonly string[];
  /** What else is to be said. */
  readonly notes?: readonly string[];
}

export function resultOf(
  { path, reads }: FileSource,
  at: number,
  { lines, unparsed, failure, faults, notes = [] }: Reading,
): FileResult {
  const failed = failure !== undefined;
  const all = failed
    ? [`${lines > 0 ? "read up to its damage: " : ""}${failureWords(failure)}`, ...faults]
    : faults;
  return {
    health: {
      kind: "health",
      at,
      part: PARTS[reads],
      source: path,
      state: failed ? "down" : faults.length > 0 ? "degraded" : "up",
      detail: [...(all.length > 0 ? all : ["read to its end"]), ...notes].join("; "),
      lines,
      unparsed,
    },
    denied: codeOf(failure) === "EACCES",
    remarkable: all.length + notes.length > 0,
  };
}

const PARTS = { requests: "http", errors: "http", auth: "auth", any: "replay" } as const satisfies Record<
  Reads,
  Part
>;

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function failureWords(error: unknown): string {
  const code = codeOf(error);
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES") return "no permission to read it: run with sudo";
  if (code === "EISDIR") return "a directory, not a file";
  return messageOf(error);
}
