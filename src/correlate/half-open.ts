import type { HalfOpen } from "../model/judge.ts";
import { groupByPrefix } from "./groups.ts";
import { prefixName } from "./prefix.ts";
import type { State } from "./state.ts";

/** Fewer are any server's on any day: nobody asks where they come from. */
const FEW = 32;

/** The half-open connections of the newest socket table, and the prefix that has most of them. */
export function halfOpenOf(state: State, at: number): HalfOpen {
  const { halfOpen: count, holders, halfOpenCount } = state.sockets;
  if (count < FEW) return { at, count, prefix: undefined, ofPrefix: 0 };
  const slots = Int32Array.from(holders.filter((slot) => (halfOpenCount[slot] as number) > 0));
  const { of, example } = groupByPrefix(state, slots);
  const sums = new Uint32Array(example.length);
  let most = 0;
  for (const slot of slots) {
    const group = of[slot] as number;
    sums[group] = (sums[group] as number) + (halfOpenCount[slot] as number);
    if ((sums[group] as number) > (sums[most] as number)) most = group;
  }
  const { words, stride } = state.addresses;
  return {
    at,
    count,
    prefix: prefixName(words, stride * (example[most] as number)),
    ofPrefix: sums[most] as number,
  };
}
