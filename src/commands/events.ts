import type { Config } from "../config/options.ts";
import type { Input, TrafficEvent, TrafficView } from "../model/event.ts";
import type { Filter } from "../model/snapshot.ts";
import { toTrafficEvent } from "../model/traffic-table.ts";
import { toNativeLine } from "../sinks/native.ts";
import { createEngine, type Engine } from "./engine.ts";
import { type Files, runFiles } from "./files.ts";
import type { Setup } from "./live.ts";
import { matchedBy, shownTo } from "./matched.ts";
import { openStdout } from "./output.ts";
import { streamLines } from "./stream.ts";

/** `stream events`: every event as it happens, until a signal or until the reader leaves. */
export function streamEvents(setup: Setup, filter: Filter | undefined): Promise<number> {
  const shown = streamed(setup.config, filter);
  return streamLines(setup, (line) => (input) => {
    const event = shown(input);
    if (event !== undefined) line(toNativeLine(event));
  });
}

/** Every event of the files, as fast as the reader takes them; none is dropped. */
export function fileEvents(files: Files, config: Config, filter: Filter | undefined): Promise<number> {
  const output = openStdout();
  const shown = streamed(config, filter);
  return runFiles(files, {
    emit(input) {
      const event = shown(input);
      if (event !== undefined) output.line(toNativeLine(event));
    },
    room: output.room,
    finish: output.flush,
    ended: output.ended,
  });
}

/**
 * What is written of an input, if anything: all but the clock, and with a filter the lines it lets through and the traffic
 * of addresses it lets through. A filter that asks about addresses has the engine beside it, which has then folded the
 * input itself and all before it. Any other is given one with the first traffic:
 * where no packets are, lines are not folded.
 */
function streamed(config: Config, filter: Filter | undefined): (input: Input) => Input | undefined {
  if (filter === undefined) return (input) => (input.kind === "tick" ? undefined : input);
  const matched = matchedBy(filter);
  const begin = (): Engine => shownTo(matched, createEngine(config));
  let engine = filter.asksRows ? begin() : undefined;
  return (input) => {
    if (input.kind === "traffic") {
      engine ??= begin();
      engine.accept(input);
      return trafficOf(input, engine, matched.filter);
    }
    engine?.accept(input);
    if (input.kind !== "request" && input.kind !== "auth") return undefined;
    return filter.line(input, engine?.row(input)) ? input : undefined;
  };
}

/** The traffic of those peers that pass now. What is told of all packets together is not theirs, and is left out. */
function trafficOf(
  input: TrafficEvent | TrafficView,
  { passes }: Engine,
  filter: Filter,
): TrafficEvent | undefined {
  const { totals, sampled, dropped, ...event } = "columns" in input ? toTrafficEvent(input) : input;
  const peers = event.peers.filter(({ ip }) => passes(ip, filter));
  return peers.length === 0 ? undefined : { ...event, peers };
}
