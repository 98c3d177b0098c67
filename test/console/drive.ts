import { compileFilter, isFilterError } from "../../src/filter/filter.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { askedOf, initialState, queryOf, type Settings, type State } from "../../src/tui/state.ts";
import type { Effect, Message } from "../../src/tui/step.ts";
import { update } from "../../src/tui/update.ts";
import { answer } from "./snapshots.ts";

export const SIZE = { width: 80, height: 24 };

/** A console without a screen: answers what is asked for at once, out of `world`. */
export function drive(
  known: Partial<Snapshot> = {},
  size = SIZE,
  able: Pick<Settings, "able" | "hooks"> = {},
) {
  let world = known;
  let state: State = initialState(size, {
    utc: true,
    maxLines: 50,
    interval: 1,
    sort: "req",
    reverse: false,
    group: "address",
    columns: [],
    ...able,
  });
  const effects: Effect[] = [];
  const send = (message: Message): void => {
    const [next, ...wanted] = update(state, message);
    state = next;
    effects.push(...wanted);
    if (wanted.some(({ kind }) => kind === "ask")) refresh();
  };
  const refresh = (): void => {
    const filter = compileFilter(state.filter);
    if (isFilterError(filter)) throw new Error(`asked for ${state.filter}: ${filter.message}`);
    send({ kind: "snapshot", snapshot: answer({ ...queryOf(state), filter }, world), asked: askedOf(state) });
  };
  refresh();
  return {
    state: () => state,
    effects,
    send,
    refresh,
    keys: (...keys: readonly string[]) => {
      for (const key of keys) {
        const text = key === "space" ? " " : key;
        if (key === " ") throw new Error("its name is space");
        send({ kind: "key", key, ...(text.length === 1 && { text }) });
      }
    },
    change: (next: Partial<Snapshot>) => {
      world = next;
      refresh();
    },
  };
}
