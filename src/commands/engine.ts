import { randomInt } from "node:crypto";
import { fold } from "../correlate/fold.ts";
import { snapshot } from "../correlate/snapshot.ts";
import { createState } from "../correlate/state.ts";
import type { Input } from "../model/event.ts";
import type { Query, Snapshot } from "../model/snapshot.ts";

/** The core with its door in and its door out. */
export interface Engine {
  accept(input: Input): void;
  snapshot(query: Query): Snapshot;
  /** Grows with every input: an unchanged number means an unchanged snapshot. */
  revision(): number;
}

export function createEngine(options: { showPrivate: boolean }): Engine {
  const state = createState({ showPrivate: options.showPrivate, seed: randomInt(2 ** 32) });
  let revision = 0;
  return {
    accept(input) {
      fold(state, input);
      revision++;
    },
    snapshot: (query) => snapshot(state, query),
    revision: () => revision,
  };
}
