import type { Input } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import type { Filter, IpProfile } from "../model/snapshot.ts";
import type { Engine } from "./engine.ts";

/** Twice as many addresses as the core may hold, and as many before these: who left may come back. */
const MAX_MATCHED = 131_072;

/** A filter that has seen every line, also those that are no longer kept. */
export interface Matched {
  readonly filter: Filter;
  /** Is shown each input before it is folded. */
  see(input: Input): void;
}

/**
 * Notes which addresses had a line that passes, for programs that ask the same from the first line to the last. A filter
 * that asks rows too is left as it is: what holds of an address may change after its line.
 */
export function matchedBy(filter: Filter): Matched {
  if (!filter.asksLines || filter.asksRows) return { filter, see() {} };
  let matched = new Set<Ip>();
  /** Those before: a program that runs for months forgets them first, and not who comes now. */
  let before = new Set<Ip>();
  return {
    filter: {
      ...filter,
      asksLines: false,
      address: (row) => matched.has(row.ip) || before.has(row.ip) || (!hadLines(row) && filter.address(row)),
    },
    see(input) {
      if (input.kind !== "request" && input.kind !== "auth") return;
      if (!filter.line(input, undefined)) return;
      if (matched.size === MAX_MATCHED && !matched.has(input.ip)) {
        before = matched;
        matched = new Set();
      }
      matched.add(input.ip);
    },
  };
}

/** The engine, with the filter shown each input first. */
export function shownTo({ see }: Matched, engine: Engine): Engine {
  const accept = (input: Input): void => {
    see(input);
    engine.accept(input);
  };
  return { ...engine, accept };
}

function hadLines({ requests, authFailures, authAccepted, last }: IpProfile): boolean {
  return requests > 0 || authFailures > 0 || authAccepted > 0 || last !== undefined;
}
