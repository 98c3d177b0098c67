import { isatty } from "node:tty";
import type { HealthEvent } from "../model/event.ts";
import { createLineWriter, type LineWriter } from "../sinks/line-writer.ts";
import { FAILED } from "./exit-codes.ts";
import { lastWords } from "./stop.ts";

const STDOUT = 1;

/** Stdout as lines. */
export interface Output extends LineWriter {
  /** Resolves with the exit code when no more can be written: 0 when its reader left, else 1. */
  readonly ended: Promise<number>;
  /** Writes what waits, but not for ever. */
  finish(): Promise<void>;
}

/** What a terminal would obey, or show in another order: C1 controls, and what turns the direction of text. */
const OBEYED = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Stdout; on a terminal lines are made harmless, of JSON without changing what it says. */
export function openStdout(): Output {
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const writer = createLineWriter(STDOUT, (code) => {
    // A reader that has seen enough, as `head` has, is no failure.
    if (code !== "EPIPE") process.stderr.write(`nethergaze: cannot write to stdout: ${code}\n`);
    resolve(code === "EPIPE" ? 0 : FAILED);
  });
  const output = Object.assign(writer, { ended, finish: () => Promise.race([writer.flush(), lastWords()]) });
  if (!isatty(STDOUT)) return output;
  const { line } = writer;
  return Object.assign(output, { line: (text: string) => line(harmless(text)) });
}

/** JSON that says the same and that no terminal obeys. */
export function harmless(json: string): string {
  return json.replace(OBEYED, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Returns what to ask before each line: the news that a slow reader of `source` made us drop lines, once for
 * each loss and when there is room again, or undefined.
 */
export function losses(writer: LineWriter, source: string, now: () => number): () => HealthEvent | undefined {
  let told = 0;
  return () => {
    const { dropped } = writer;
    if (dropped === told || writer.room() !== undefined) return undefined;
    told = dropped;
    return slowReader(source, dropped, now());
  };
}

/** The health of an output that lost lines. */
export function slowReader(source: string, lost: number, at: number): HealthEvent {
  return {
    kind: "health",
    at,
    part: "output",
    source,
    state: "degraded",
    detail: `the reader is too slow: ${lost} lines dropped`,
    lost,
  };
}
