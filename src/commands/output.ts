import type { HealthEvent, Input } from "../model/event.ts";
import type { Filter } from "../model/snapshot.ts";
import { createLineWriter, type LineWriter } from "../sinks/line-writer.ts";
import { toNativeLine } from "../sinks/native.ts";

const STDOUT = 1;

/** Stdout as lines, and how it ended: undefined while open, 0 when its reader left, 1 when it cannot be written. */
export interface Output extends LineWriter {
  readonly ended: Promise<number>;
  /** Writes what waits, but not for ever: a reader that stopped reading must not keep us from ending. */
  finish(): Promise<void>;
}

/** Milliseconds that the last lines may take. */
const LAST_WORDS = 2000;

export function openStdout(): Output {
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const writer = createLineWriter(STDOUT, (code) => {
    // A reader that has seen enough, as `head` has, is no failure.
    if (code !== "EPIPE") process.stderr.write(`nethergaze: cannot write to stdout: ${code}\n`);
    resolve(code === "EPIPE" ? 0 : 1);
  });
  const finish = (): Promise<void> =>
    Promise.race([writer.flush(), new Promise<void>((resolve) => setTimeout(resolve, LAST_WORDS))]);
  return Object.assign(writer, { ended, finish });
}

/** Whether `stream events` writes this input: all but the clock, and with a filter only the lines it lets through. */
export function isStreamed(input: Input, filter: Filter | undefined): boolean {
  if (input.kind === "tick") return false;
  if (filter === undefined) return true;
  return (input.kind === "request" || input.kind === "auth") && filter.line(input);
}

/**
 * Writes events for a reader that may be slow: what it makes us drop is told by a `health` event as
 * soon as there is room again.
 */
export function eventStream(
  output: Output,
  filter: Filter | undefined,
  now: () => number,
): (input: Input) => void {
  let told = 0;
  return (input) => {
    if (!isStreamed(input, filter)) return;
    if (output.dropped > told && output.line(JSON.stringify(slowReader(output.dropped, now())))) {
      told = output.dropped;
    }
    output.line(toNativeLine(input));
  };
}

function slowReader(lost: number, at: number): HealthEvent {
  return {
    kind: "health",
    at,
    part: "output",
    source: "stdout",
    state: "degraded",
    detail: `the reader is too slow: ${lost} lines dropped`,
    lost,
  };
}
