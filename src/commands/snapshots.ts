import type { Config } from "../config/options.ts";
import type { Input } from "../model/event.ts";
import type { Filter, Query } from "../model/snapshot.ts";
import { createEngine, type Engine } from "./engine.ts";
import { type Files, runFiles } from "./files.ts";
import { type Setup, startLive } from "./live.ts";
import { type Output, openStdout } from "./output.ts";
import { stopSignal } from "./stop.ts";

const EACH_SECOND = 1000;

/** What is asked of a snapshot, headless: the console's first order, and every row there is room for. */
export interface Asked {
  readonly filter: Filter | undefined;
  readonly limit?: number | undefined;
}

/** Asks one snapshot after another, each with the lines since the one before. */
export function snapshots(engine: Engine, { filter, limit }: Asked): () => string {
  let after = 0;
  return () => {
    const query: Query = {
      sort: "rate",
      after,
      ...(filter !== undefined && { filter }),
      ...(limit !== undefined && { limit }),
    };
    const snapshot = engine.snapshot(query);
    after = snapshot.seq;
    return JSON.stringify(snapshot);
  };
}

/** One snapshot a second as a JSON line; with `count`, that many and then the end. */
export async function streamSnapshots(
  setup: Setup,
  asked: Asked,
  count = Number.POSITIVE_INFINITY,
): Promise<number> {
  const output = openStdout();
  const engine = createEngine({ showPrivate: setup.config.showPrivateIps });
  const next = snapshots(engine, asked);
  const live = startLive(setup, engine.accept);
  const { promise: counted, resolve } = Promise.withResolvers<number>();
  let left = count;
  const timer = setInterval(() => {
    output.line(next());
    if (--left <= 0) resolve(0);
  }, EACH_SECOND);
  const code = await Promise.race([stopSignal(), output.ended, counted]);
  clearInterval(timer);
  live.close();
  await output.finish();
  return code;
}

/** The files' state at their end, or for each second of core time. */
export async function fileSnapshots(
  files: Files,
  config: Config,
  asked: Asked,
  each: "second" | "end",
): Promise<number> {
  const output = openStdout();
  const engine = createEngine({ showPrivate: config.showPrivateIps });
  const next = snapshots(engine, asked);
  const emit = each === "end" ? engine.accept : everySecond(engine, output, next);
  const code = await runFiles(files, {
    emit,
    health: engine.accept,
    room: output.room,
    ended: output.ended,
  });
  output.line(next());
  await output.flush();
  return code;
}

/** Before a tick moves core time on, the second that ends with it is written. */
function everySecond(engine: Engine, output: Output, next: () => string): (input: Input) => void {
  let ticked = false;
  return (input) => {
    if (input.kind === "tick") {
      if (ticked) output.line(next());
      ticked = true;
    }
    engine.accept(input);
  };
}
