import { randomInt } from "node:crypto";
import type { Config } from "../config/options.ts";
import { fold } from "../correlate/fold.ts";
import { type RowOf, rowReader } from "../correlate/row-of.ts";
import { snapshot } from "../correlate/snapshot.ts";
import { createState } from "../correlate/state.ts";
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
  /** Grows with every input: an unchanged number means an unchanged snapshot. */
  revision(): number;
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
    seed: randomInt(2 ** 32),
  });
  let revision = 0;
  return {
    accept(input) {
      fold(state, input);
      revision++;
    },
    snapshot: (query) => snapshot(state, query),
    row: rowReader(state),
    revision: () => revision,
  };
}

/** Of texts that the configuration has checked. */
function prefixes(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseCidr(text) ?? []);
}
