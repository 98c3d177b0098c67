import type { Config } from "../config/options.ts";
import type { Input } from "../model/event.ts";
import type { Filter } from "../model/snapshot.ts";
import { toNativeLine } from "../sinks/native.ts";
import { createEngine } from "./engine.ts";
import { type Files, runFiles } from "./files.ts";
import type { Setup } from "./live.ts";
import { openStdout } from "./output.ts";
import { streamLines } from "./stream.ts";

/** `stream events`: every event as it happens, until a signal or until the reader leaves. */
export function streamEvents(setup: Setup, filter: Filter | undefined): Promise<number> {
  const isStreamed = streamed(setup.config, filter);
  return streamLines(setup, (line) => (input) => {
    if (isStreamed(input)) line(toNativeLine(input));
  });
}

/** Every event of the files, as fast as the reader takes them; none is dropped. */
export function fileEvents(files: Files, config: Config, filter: Filter | undefined): Promise<number> {
  const output = openStdout();
  const isStreamed = streamed(config, filter);
  return runFiles(files, {
    emit(input) {
      if (isStreamed(input)) output.line(toNativeLine(input));
    },
    room: output.room,
    finish: output.flush,
    ended: output.ended,
  });
}

/**
 * Which inputs are written: all but the clock, and with a filter only the lines it lets through. One that asks about
 * addresses has the engine beside it, which has then folded the line itself and all before it.
 */
function streamed(config: Config, filter: Filter | undefined): (input: Input) => boolean {
  if (filter === undefined) return (input) => input.kind !== "tick";
  const engine = filter.asksRows ? createEngine(config) : undefined;
  return (input) => {
    engine?.accept(input);
    return (input.kind === "request" || input.kind === "auth") && filter.line(input, engine?.row(input));
  };
}
