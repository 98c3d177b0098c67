import type { AuthEvent, RequestEvent, RequestView } from "../model/event.ts";
import { parseIpWords } from "../model/ip.ts";
import type { IpProfile } from "../model/snapshot.ts";
import { findAddress } from "./addresses.ts";
import { Row } from "./row.ts";
import type { State } from "./state.ts";

/** The row of a line's address; undefined where the address is not held. */
export type RowOf = (event: RequestEvent | RequestView | AuthEvent) => IpProfile | undefined;

/** Reads rows line by line. It is one lazy object, pointed at the next address with the next question. */
export function rowReader(state: State): RowOf {
  const row = new Row(state);
  const words = new Uint32Array(4);
  return (event) => {
    // A line in the making has its address in words.
    const held = "words" in event ? event.words : parseIpWords(event.ip, words) ? words : undefined;
    const slot = held === undefined ? -1 : findAddress(state.addresses, held, 0);
    if (slot < 0) return undefined;
    row.slot = slot;
    return row;
  };
}
