import { formatIp, type Ip } from "../model/ip.ts";
import { ACTIVITY, read } from "./record.ts";
import type { State } from "./state.ts";

/** Of whom only packets are known, who may be forged by the million, so many at a time (of those asked for at once). */
const ALONE = 256;

/**
 * Addresses of which nobody was asked yet who they are, at most `limit`; they count as asked from now on. A look at all
 * places costs some 50 us.
 */
export function newcomers({ addresses, memory, records }: State, limit: number): Ip[] {
  const { asked } = memory;
  const { top, cellOf, words, stride } = addresses;
  const found: Ip[] = [];
  let alone = 0;
  for (let looked = 0; looked < top && found.length < limit; looked++) {
    memory.askHand = (memory.askHand + 1) % top;
    const slot = memory.askHand;
    if (asked[slot] === 1 || cellOf[slot] === -1) continue;
    if (read(records, slot, ACTIVITY) === 0 && ++alone > ALONE) continue;
    asked[slot] = 1;
    found.push(formatIp(words, stride * slot));
  }
  return found;
}

/** All addresses that are held, some 10 ms of a full table. */
export function heldAddresses({ addresses: { top, cellOf, words, stride } }: State): Ip[] {
  const held: Ip[] = [];
  for (let slot = 0; slot < top; slot++) if (cellOf[slot] !== -1) held.push(formatIp(words, stride * slot));
  return held;
}
