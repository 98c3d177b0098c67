import { findAddress } from "../model/address-index.ts";
import type { Filter, LiveLine, Query } from "../model/snapshot.ts";
import { ADDRESS, recordAt } from "./recent.ts";
import { Row } from "./row.ts";
import type { State } from "./state.ts";

/** More than any screen shows at once. */
const LIVE_LINES = 500;
/** Lines looked at for one question: bounds its cost under a flood. */
const LIVE_SCANNED = 20_000;

interface Live {
  /** Oldest first. */
  readonly live: LiveLine[];
  /** Lines after `query.after` that are not among them: let through and left out, overwritten, or not looked at. */
  readonly skipped: number;
}

/**
 * The lines after `query.after` of listed addresses that the filter lets through: the newest 500, or `query.lines` of
 * all, evenly picked. Only those are decoded as a whole.
 */
export function liveLines(state: State, { after, lines, filter }: Query): Live {
  if (after === undefined) return { live: [], skipped: 0 };
  const { recent } = state;
  const passes = linePasses(state, filter);
  const oldest = Math.max(after + 1, recent.oldest, recent.newest - LIVE_SCANNED + 1);
  const most = lines === undefined ? LIVE_LINES : LIVE_SCANNED;
  const passed: number[] = [];
  let seq = recent.newest;
  for (; seq >= oldest && passed.length < most; seq--) if (passes(seq)) passed.push(seq);
  passed.reverse();
  const picked = lines === undefined ? passed : pickEvenly(passed, lines);
  const live = picked.flatMap((seq) => {
    const event = state.lines.take(seq);
    return event === undefined ? [] : [{ seq, event }];
  });
  return { live, skipped: Math.max(0, seq - after) + passed.length - live.length };
}

function linePasses(state: State, filter: Filter | undefined): (seq: number) => boolean {
  const { recent, addresses, isListed, lines } = state;
  const row = new Row(state);
  return (seq) => {
    const at = recordAt(recent, seq) + ADDRESS;
    if (!isListed(recent.words, at)) return false;
    if (filter === undefined) return true;
    if (!filter.asksRows) return filter.line(lines.read(seq), undefined);
    row.slot = findAddress(addresses, recent.words, at);
    return filter.line(lines.read(seq), row.slot < 0 ? undefined : row);
  };
}

/** `count` of them, or all where there are no more: the first, the last, and evenly between; the last where one. */
function pickEvenly(from: readonly number[], count: number): readonly number[] {
  if (from.length <= count) return from;
  if (count <= 1) return count < 1 ? [] : from.slice(-1);
  const step = (from.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => from[Math.round(i * step)] as number);
}
