import type { Offender, Snapshot } from "../model/snapshot.ts";
import type { Compare } from "./first.ts";
import { BYTES, HIDDEN, isMarked, REQUESTS, read } from "./record.ts";
import { Row } from "./row.ts";
import type { State } from "./state.ts";
import { byAddress } from "./top.ts";
import { sumWindow } from "./windows.ts";

const OFFENDERS = 3;

/**
 * The three first of `shown` by requests in 60 s, by sockets and by bytes sent, equal ones as rows would stand. Made for
 * every snapshot of all addresses, so what cannot be among them is passed over unseen: nobody had more requests in
 * a minute than ever.
 */
export function offendersOf(state: State, shown: Int32Array): Snapshot["offenders"] {
  const { records, sockets, windows } = state;
  const now = Math.floor(state.now / 1000);
  const requests = threeBest(state);
  const bytes = threeBest(state);
  for (const slot of shown) {
    if (read(records, slot, REQUESTS) >= requests.least())
      requests.offer(slot, sumWindow(windows, slot, now, 60));
    bytes.offer(slot, read(records, slot, BYTES));
  }
  const connections = threeBest(state);
  for (const slot of sockets.holders) {
    if (!isMarked(records, slot, HIDDEN)) connections.offer(slot, sockets.count[slot] as number);
  }
  const row = new Row(state);
  const named = ({ best }: Best): Offender[] =>
    best.map(({ slot, value }) => {
      row.slot = slot;
      return { ip: row.ip, value };
    });
  return { requests: named(requests), connections: named(connections), bytes: named(bytes) };
}

/** The three first of what is offered. */
export interface Best {
  readonly best: readonly { readonly slot: number; readonly value: number }[];
  /** What a value must reach to be among them: more than nothing. */
  least(): number;
  offer(slot: number, value: number): void;
}

/** None yet. Equal ones will stand as rows would. */
export function threeBest(state: State): Best {
  const best: { readonly slot: number; readonly value: number }[] = [];
  const ties = tiesOf(state);
  let least = 1;
  return {
    best,
    least: () => least,
    offer(slot, value) {
      if (value < least) return;
      const third = best[OFFENDERS - 1];
      // Under a flood most are equal.
      if (third !== undefined && value === third.value && ties(slot, third.slot) > 0) return;
      best.push({ slot, value });
      best.sort((a, b) => b.value - a.value || ties(a.slot, b.slot));
      if (best.length > OFFENDERS) best.pop();
      if (best.length === OFFENDERS) least = Math.max(1, best.at(-1)?.value ?? 1);
    },
  };
}

/** How rows stand that are equal in what they are sorted by. */
function tiesOf(state: State): Compare {
  const { records, sockets } = state;
  const names = byAddress(state);
  return (a, b) =>
    (sockets.count[b] as number) - (sockets.count[a] as number) ||
    read(records, b, REQUESTS) - read(records, a, REQUESTS) ||
    names(a, b);
}
