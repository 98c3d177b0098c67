import { findAddress } from "../model/address-index.ts";
import type { Filter } from "../model/snapshot.ts";
import { ADDRESS, isKept, recordAt } from "./recent.ts";
import { BORN, HIDDEN, isMarked, read } from "./record.ts";
import type { Row } from "./row.ts";
import type { State } from "./state.ts";

/**
 * Kept lines looked at per question: some ten milliseconds where a filter decodes all their texts, and a full arena is
 * through after a handful of questions.
 */
export const SEARCHED = 8_192;

/**
 * Which addresses have a kept line that a filter lets through, found out piece by piece: new lines first, then older
 * ones backwards. Of each address the newest such line is enough: when that is no longer kept, none is.
 *
 * Of a filter that asks rows too, a line may pass now and not later. So its lines are looked at in rounds, again and
 * again, and a line found in an earlier question is asked again before it counts. While all kept lines fit into one
 * question the answer is exact; else a line that did not pass before is found within one round, a handful of
 * questions.
 */
export interface Search {
  filter: Filter | undefined;
  /** Per slot: its newest line that passed, 0 for none. Of this round, and of the one before. */
  hits: Float64Array;
  before: Float64Array;
  /** All lines of these were looked at, both ends included. */
  from: number;
  to: number;
  /** Whether a round was completed, and whether this one began with this question. */
  complete: boolean;
  fresh: boolean;
}

export function createSearch(): Search {
  // Made when somebody first asks for lines: most programs never do.
  const none = new Float64Array(0);
  return { filter: undefined, hits: none, before: none, from: 1, to: 0, complete: false, fresh: true };
}

/** Goes on with the search for `filter`, or begins it; returns whether all kept lines were looked at once. */
export function searchLines(state: State, filter: Filter, row: Row): boolean {
  const { search, recent } = state;
  if (search.filter !== filter) begin(state, filter);
  else if (search.to < recent.oldest - 1) begin(state, filter);
  else if (filter.asksRows && search.from <= recent.oldest) again(state);
  else search.fresh = false;
  let left = state.searched;
  for (; search.to < recent.newest && left > 0; left--) look(state, filter, row, ++search.to);
  for (; search.from > recent.oldest && left > 0; left--) look(state, filter, row, --search.from);
  const through = search.to === recent.newest && search.from <= recent.oldest;
  if (through) search.complete = true;
  return through || (filter.asksRows && search.complete);
}

/** Whether the address of `row` has, as far as was searched, a kept line that passes, or passes without any. */
export function passes({ search, recent, records, lines }: State, filter: Filter, row: Row): boolean {
  if (!isKept(recent, row.newest)) return filter.address(row);
  const { slot } = row;
  const born = read(records, slot, BORN);
  const holds = (seq: number): boolean => seq > born && isKept(recent, seq);
  const hit = search.hits[slot] as number;
  if (!filter.asksRows || (search.fresh && search.from <= recent.oldest)) return holds(hit);
  if (holds(hit) && filter.line(lines.read(hit), row)) return true;
  const old = search.before[slot] as number;
  return holds(old) && filter.line(lines.read(old), row);
}

function begin(state: State, filter: Filter): void {
  const { search, addresses } = state;
  if (search.hits.length === 0) {
    search.hits = new Float64Array(addresses.capacity);
    search.before = new Float64Array(addresses.capacity);
  }
  search.filter = filter;
  search.before.fill(0);
  search.complete = false;
  restart(state);
}

/** From the newest line back, knowing nothing. */
function restart({ search, recent }: State): void {
  search.hits.fill(0);
  search.from = recent.newest + 1;
  search.to = recent.newest;
  search.fresh = true;
}

/** The same, but what this round found counts until the next one has been there. */
function again(state: State): void {
  const { search } = state;
  const { hits } = search;
  search.hits = search.before;
  search.before = hits;
  restart(state);
}

function look({ search, recent, addresses, records, lines }: State, filter: Filter, row: Row, seq: number) {
  const slot = findAddress(addresses, recent.words, recordAt(recent, seq) + ADDRESS);
  // Of nobody who is held, or from an earlier stay of the address, or never to be shown.
  if (slot < 0 || seq <= read(records, slot, BORN) || isMarked(records, slot, HIDDEN)) return;
  if ((search.hits[slot] as number) > seq) return;
  row.slot = slot;
  if (filter.line(lines.read(seq), row)) search.hits[slot] = seq;
}
