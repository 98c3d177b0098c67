import { compareAddresses } from "../model/ip.ts";
import { compareTexts, isTextSort, type NumberSort, numberOf } from "../model/order.ts";
import type { Sort } from "../model/snapshot.ts";
import { byNumber, type Compare, firstOf, withTies } from "./first.ts";
import { REQUESTS, read } from "./record.ts";
import { Row } from "./row.ts";
import type { State } from "./state.ts";

/** The first `limit` of `slots` by `sort`, in the order of model/order.ts. */
export function topSlots(
  state: State,
  slots: Int32Array,
  sort: Sort,
  limit: number,
  reverse = false,
): Int32Array {
  return firstOf(slots, limit, comparator(state, slots, sort, reverse));
}

function comparator(state: State, slots: Int32Array, sort: Sort, reverse: boolean): Compare {
  const names = byAddress(state);
  if (sort === "ip") return reverse ? (a, b) => names(b, a) : names;
  const primary = isTextSort(sort)
    ? byText(sort === "cc" ? state.origins.countries : state.origins.networks, reverse)
    : byNumber(slotNumbers(state, slots, sort), reverse);
  const { records, sockets } = state;
  return withTies(
    primary,
    byNumber(sockets.count),
    (a, b) => read(records, b, REQUESTS) - read(records, a, REQUESTS),
    names,
  );
}

/** The numeric order of the addresses of two slots. */
export function byAddress({ addresses: { words, stride } }: State): Compare {
  return (a, b) => compareAddresses(words, stride * a, words, stride * b);
}

/** Alphabetical, by the texts that stand at the ids: "" comes last. */
export function byText(texts: readonly string[], reverse: boolean): Compare {
  return (a, b) => compareTexts(texts[a] as string, texts[b] as string, reverse);
}

/** The number each of `slots` is sorted by, at the slot's place: once each, however often it is compared. */
export function slotNumbers(state: State, slots: Int32Array, sort: NumberSort): Float64Array {
  const row = new Row(state);
  const keys = new Float64Array(state.addresses.top);
  const number = numberOf(sort);
  for (const slot of slots) {
    row.slot = slot;
    // A row lists eight services and may have more.
    keys[slot] = sort === "svc" ? row.serviceCount : number(row);
  }
  return keys;
}
