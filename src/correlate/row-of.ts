import { findAddress } from "../model/address-index.ts";
import type { RequestView } from "../model/event.ts";
import type { Past } from "../model/history.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import type { IpProfile } from "../model/snapshot.ts";
import { Row } from "./row.ts";
import type { State } from "./state.ts";

/** The row of the address that a line or an alert is about; undefined where the address is not held. */
export type RowOf = (about: RequestView | { readonly ip: Ip }) => IpProfile | undefined;

/** Reads rows one by one. It is one lazy object, pointed at the next address with the next question. */
export function rowReader(state: State): RowOf {
  const row = new Row(state);
  const words = new Uint32Array(4);
  return (about) => {
    // A line in the making has its address in words.
    const held = "words" in about ? about.words : parseIpWords(about.ip, words) ? words : undefined;
    const slot = held === undefined ? -1 : findAddress(state.addresses, held, 0);
    if (slot < 0) return undefined;
    row.slot = slot;
    return row;
  };
}

/** Reads what history knows of an address that is held. */
export function pastReader(state: State): (ip: Ip) => Past | undefined {
  const words = new Uint32Array(4);
  return (ip) => {
    const slot = parseIpWords(ip, words) ? findAddress(state.addresses, words, 0) : -1;
    return slot < 0 ? undefined : state.memory.past[slot];
  };
}
