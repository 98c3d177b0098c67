import { randomInt } from "node:crypto";
import type { Config } from "../config/options.ts";
import { copyState } from "../correlate/copy.ts";
import { fold } from "../correlate/fold.ts";
import { type RowOf, rowReader } from "../correlate/row-of.ts";
import { snapshot } from "../correlate/snapshot.ts";
import { createState, type State } from "../correlate/state.ts";
import { judge } from "../detect/judge.ts";
import { type Cidr, parseCidr } from "../model/cidr.ts";
import type { Input } from "../model/event.ts";
import { proxiesOf } from "../model/proxies.ts";
import type { Query, Snapshot } from "../model/snapshot.ts";

/** The core with its door in and its door out. */
export interface Engine {
  accept(input: Input): void;
  snapshot(query: Query): Snapshot;
  /** What is known of a line's address now: one object, read at once, of which nothing may be kept. */
  readonly row: RowOf;
  /** Grows with all that may change an answer: an unchanged number means an unchanged snapshot. */
  revision(): number;
  /**
   * While on, snapshots are of the moment when it was put on, and what is accepted is seen once it is off again. Holds
   * a copy of everything meanwhile, some 30 MB when all places are taken.
   */
  freeze(on: boolean): void;
}

/** What of the configuration says which addresses are listed, as what, and how much of one is shown. */
export type Listed = Pick<
  Config,
  "showPrivateIps" | "cidrAllow" | "cidrDeny" | "trustProxies" | "maxLogEntriesPerIp"
>;

export function createEngine(listed: Listed): Engine {
  const { showPrivateIps, cidrAllow, cidrDeny, trustProxies, maxLogEntriesPerIp } = listed;
  const state = createState({
    showPrivate: showPrivateIps,
    allow: prefixes(cidrAllow),
    deny: prefixes(cidrDeny),
    isProxy: proxiesOf(trustProxies).any,
    detailEvents: maxLogEntriesPerIp,
    judge,
    seed: randomInt(2 ** 32),
  });
  let frozen: State | undefined;
  let revision = 0;
  return {
    accept(input) {
      fold(state, input);
      if (frozen === undefined) revision++;
    },
    snapshot(query) {
      const answer = snapshot(frozen ?? state, query);
      // Asked again, it will have searched further.
      if (answer.searching) revision++;
      return answer;
    },
    revision: () => revision,
    freeze(on) {
      if (on === (frozen !== undefined)) return;
      frozen = on ? copyState(state) : undefined;
      revision++;
    },
    row: rowReader(state),
  };
}

/** Of texts that the configuration has checked. */
function prefixes(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseCidr(text) ?? []);
}
