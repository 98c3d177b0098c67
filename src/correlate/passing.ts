import { findAddress } from "../model/address-index.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import type { Filter } from "../model/snapshot.ts";
import { isKept, previousRecord } from "./recent.ts";
import { LAST_AUTH, LAST_REQUEST, read } from "./record.ts";
import { Row } from "./row.ts";
import type { State } from "./state.ts";

/** Of an address's requests, and of its logins, the newest that are looked at for a filter: a millisecond of them. */
const LOOKED_AT = 512;

/**
 * Asks one address after another whether a filter lets it through now: with one of its newest lines, or by itself where
 * none is kept or the filter asks for none. Who is not held does not pass.
 */
export function passingReader(state: State): (ip: Ip, filter: Filter) => boolean {
  const { records, recent, lines } = state;
  const row = new Row(state);
  const words = new Uint32Array(4);
  return (ip, filter) => {
    const slot = parseIpWords(ip, words) ? findAddress(state.addresses, words, 0) : -1;
    if (slot < 0) return false;
    row.slot = slot;
    if (!filter.asksLines || !isKept(recent, row.newest)) return filter.address(row);
    return [LAST_REQUEST, LAST_AUTH].some((newest) => {
      let seq = read(records, slot, newest);
      for (let i = 0; i < LOOKED_AT && isKept(recent, seq); i++, seq = previousRecord(recent, seq)) {
        if (filter.line(lines.read(seq), row)) return true;
      }
      return false;
    });
  };
}
