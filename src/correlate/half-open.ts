import { isV4 } from "../model/ip.ts";
import type { HalfOpen } from "../model/judge.ts";
import { prefixHigh, prefixLow, prefixName } from "./prefix.ts";
import type { State } from "./state.ts";

/** Fewer are any server's on any day: nobody asks where they come from. */
const FEW = 32;

/** The half-open connections of the newest socket table, and the prefix that has most of them. */
export function halfOpenOf({ sockets, addresses }: State, at: number): HalfOpen {
  const { halfOpen: count, holders, halfOpenCount } = sockets;
  if (count < FEW) return { at, count, prefix: undefined, ofPrefix: 0 };
  const { words, stride } = addresses;
  const counts = new Map<number, Map<number, number>>([
    [4, new Map()],
    [6, new Map()],
  ]);
  let most = 0;
  let place = 0;
  for (const slot of holders) {
    const n = halfOpenCount[slot] as number;
    if (n === 0) continue;
    const address = stride * slot;
    const family = counts.get(isV4(words, address) ? 4 : 6);
    // Two words of 32 bits in one number: the upper 21 of the first are enough to tell prefixes of one host apart.
    const key = (prefixHigh(words, address) & 0x1fffff) * 2 ** 32 + prefixLow(words, address);
    const sum = (family?.get(key) ?? 0) + n;
    family?.set(key, sum);
    if (sum <= most) continue;
    most = sum;
    place = address;
  }
  return { at, count, prefix: most === 0 ? undefined : prefixName(words, place), ofPrefix: most };
}
