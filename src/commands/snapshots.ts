import type { Config } from "../config/options.ts";
import type { Places } from "../config/state.ts";
import type { Input } from "../model/event.ts";
import { parseOrder } from "../model/order-word.ts";
import type { Filter, Query, Snapshot } from "../model/snapshot.ts";
import { now } from "../sources/clock.ts";
import { allDenied } from "./denied.ts";
import { createEngine, type Engine } from "./engine.ts";
import { NO_PERMISSION } from "./exit-codes.ts";
import { type Files, runFiles } from "./files.ts";
import { startDatabases } from "./knowledge.ts";
import { type Setup, startLive } from "./live.ts";
import { matchedBy, shownTo } from "./matched.ts";
import { type Output, openStdout, slowReader } from "./output.ts";
import { stopSignal } from "./stop.ts";

const EACH_SECOND = 1000;

/** What is asked of each snapshot. */
export interface Asked {
  readonly filter: Filter | undefined;
  readonly limit?: number | undefined;
}

/** How a snapshot is written. */
export interface View {
  text(snapshot: Snapshot): string;
  /** Whether it shows the lines since the snapshot before. */
  readonly lines: boolean;
  /** Rows where nobody said how many; as many as there is room for when absent. */
  readonly rows?: number;
}

/** The native layout: one JSON object. */
export const JSON_VIEW: View = { text: (snapshot) => JSON.stringify(snapshot), lines: true };

/** An engine to ask so from its first input to its last. */
function engineFor(config: Config, asked: Asked): { readonly engine: Engine; readonly asked: Asked } {
  const engine = createEngine(config);
  if (asked.filter === undefined) return { engine, asked };
  const matched = matchedBy(asked.filter);
  return { engine: shownTo(matched, engine), asked: { ...asked, filter: matched.filter } };
}

/** Asks one snapshot after another. */
function written(engine: Engine, { sort }: Config, { filter, limit }: Asked, view: View): () => string {
  const rows = limit ?? view.rows;
  const order = parseOrder(sort);
  let after = 0;
  return () => {
    const query: Query = {
      ...order,
      ...(view.lines && { after }),
      ...(filter !== undefined && { filter }),
      ...(rows !== undefined && { limit: rows }),
    };
    let snapshot = engine.snapshot(query);
    // A script reads this answer and no later one: what is searched a part at a time is searched to its end.
    while (snapshot.searching) snapshot = engine.snapshot(query);
    after = snapshot.seq;
    return view.text(snapshot);
  };
}

/**
 * One snapshot a second, `count` of them or until a signal or until the reader leaves. Where they are counted, 77 if
 * none of the logs that were named may be read: nobody watches for them to become readable.
 */
export async function liveSnapshots(
  setup: Setup,
  wanted: Asked,
  view: View,
  places: Places,
  count = Number.POSITIVE_INFINITY,
): Promise<number> {
  const output = openStdout();
  const { engine, asked } = engineFor(setup.config, wanted);
  const next = written(engine, setup.config, asked, view);
  const live = startLive(setup, engine.accept);
  const knowledge = startDatabases({ config: setup.config, places, engine, emit: engine.accept });
  const { promise: counted, resolve } = Promise.withResolvers<number>();
  let left = count;
  const timer = setInterval(() => {
    if (!output.line(next())) engine.accept(slowReader("stdout", output.dropped, now()));
    if (--left <= 0) resolve(0);
  }, EACH_SECOND);
  const code = await Promise.race([stopSignal(), output.ended, counted]);
  clearInterval(timer);
  live.close();
  await knowledge.close();
  await output.finish();
  const denied =
    Number.isFinite(count) && allDenied(setup, engine.snapshot({ sort: "rate", limit: 0 }).health);
  return code === 0 && denied ? NO_PERMISSION : code;
}

/** The files' state at their end, or for each second of core time. */
export function fileSnapshots(
  files: Files,
  config: Config,
  wanted: Asked,
  view: View,
  each: "second" | "end",
): Promise<number> {
  const output = openStdout();
  const { engine, asked } = engineFor(config, wanted);
  const next = written(engine, config, asked, view);
  return runFiles(files, {
    emit: each === "end" ? engine.accept : everySecond(engine, output, next),
    health: engine.accept,
    room: output.room,
    finish() {
      output.line(next());
      return output.flush();
    },
    ended: output.ended,
  });
}

/** Before a tick moves core time to another second, the one that ends is written. */
function everySecond(engine: Engine, output: Output, next: () => string): (input: Input) => void {
  let second: number | undefined;
  return (input) => {
    if (input.kind === "tick") {
      const begun = Math.floor(input.at / EACH_SECOND);
      if (second !== undefined && begun > second) output.line(next());
      if (second === undefined || begun > second) second = begun;
    }
    engine.accept(input);
  };
}
