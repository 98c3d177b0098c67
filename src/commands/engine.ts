import { randomInt } from "node:crypto";
import { type Config, type ThresholdOption, thresholdsOf } from "../config/options.ts";
import { copyState } from "../correlate/copy.ts";
import { fold } from "../correlate/fold.ts";
import { takeMinutes } from "../correlate/minutes.ts";
import { heldAddresses, newcomers } from "../correlate/newcomers.ts";
import { passingReader } from "../correlate/passing.ts";
import { pastReader, type RowOf, rowReader } from "../correlate/row-of.ts";
import { snapshot } from "../correlate/snapshot.ts";
import { createState, LIMITS, type State } from "../correlate/state.ts";
import { takeVisits } from "../correlate/visits.ts";
import { createJudge } from "../detect/judge.ts";
import { type Cidr, parseCidr } from "../model/cidr.ts";
import type { Input } from "../model/event.ts";
import type { Minute, Past, Visit } from "../model/history.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import { prefixSet } from "../model/prefix-set.ts";
import { proxiesOf } from "../model/proxies.ts";
import type { Alert, Filter, Query, Snapshot } from "../model/snapshot.ts";
import type { PathMatch } from "./path-patterns.ts";

/** The core with its door in and its door out. */
export interface Engine {
  accept(input: Input): void;
  snapshot(query: Query): Snapshot;
  /** What is known of an address now: one object, read at once, of which nothing may be kept. */
  readonly row: RowOf;
  /** At most so many addresses of which nobody was asked yet who they are: they count as asked from now on. */
  newcomers(limit: number): readonly Ip[];
  /** Addresses against which something of weight spoke for the first time since this was last asked. */
  accused(): readonly Ip[];
  /** Addresses that say they are a crawler, each with how its agent is known, since this was last asked. */
  claimants(): ReadonlyMap<Ip, string>;
  /** All addresses that are held. */
  held(): readonly Ip[];
  readonly history: HistoryDoor;
  /** Whether an address is listed, and whether a filter lets it through now. */
  lists(ip: Ip): boolean;
  passes(ip: Ip, filter: Filter): boolean;
  /** Grows with all that may change an answer: an unchanged number means an unchanged snapshot. */
  revision(): number;
  /**
   * While on, snapshots are of the moment when it was put on, and what is accepted is seen once it is off again. Holds
   * a copy of everything meanwhile, some 30 MB when all places are taken, more where findings stand against most of them.
   */
  freeze(on: boolean): void;
}

/** What is to be written down of what happened, and what was before. */
export interface HistoryDoor {
  /** Somebody keeps history from now on: who leaves is remembered until it was taken. */
  keep(): void;
  /** What the next addresses did since that was last taken; `done` where all were looked at. */
  visits(limit: number): { readonly visits: readonly Visit[]; readonly done: boolean };
  minutes(): readonly Minute[];
  /** Addresses that left and could not be remembered, since start. */
  lost(): number;
  /** What was known of an address. */
  past(ip: Ip): Past | undefined;
}

/** What of the configuration says which addresses are listed, as what, how they are judged, and how much of one is shown. */
export type EngineConfig = Pick<
  Config,
  | "showPrivateIps"
  | "cidrAllow"
  | "cidrDeny"
  | "trustProxies"
  | "trustAddresses"
  | "trustPrefixes"
  | "trustAgents"
  | "maxLogEntriesPerIp"
  | "rulesOff"
  | "scannerAgents"
  | ThresholdOption
> & {
  /** The compiled `pathPatterns`, where there are any: their library is loaded by who needs it. */
  readonly pathMatch?: PathMatch;
};

/** `onAlert` hears of every verdict raised or cleared, as it happens. */
export function createEngine(config: EngineConfig, onAlert?: (alert: Alert) => void): Engine {
  const { showPrivateIps, cidrAllow, cidrDeny, trustProxies, maxLogEntriesPerIp } = config;
  let claiming = new Map<Ip, string>();
  const state = createState({
    showPrivate: showPrivateIps,
    allow: prefixes(cidrAllow),
    deny: prefixes(cidrDeny),
    isProxy: proxiesOf(trustProxies).any,
    detailEvents: maxLogEntriesPerIp,
    isTrusted: prefixSet(prefixes([...config.trustAddresses, ...config.trustPrefixes])),
    judge: createJudge({
      thresholds: thresholdsOf(config),
      off: config.rulesOff,
      agents: config.scannerAgents,
      paths: config.pathMatch,
      trustedAgents: config.trustAgents,
      slots: LIMITS.addresses,
      seed: randomInt(2 ** 32),
      onCrawler(ip, agent) {
        if (claiming.size < CLAIMANTS) claiming.set(ip, agent);
      },
    }),
    ...(onAlert !== undefined && { onAlert }),
    seed: randomInt(2 ** 32),
  });
  const words = new Uint32Array(4);
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
    newcomers: (limit) => newcomers(state, limit),
    accused() {
      const { accused } = state.memory;
      state.memory.accused = [];
      return accused;
    },
    claimants() {
      const told = claiming;
      claiming = new Map();
      return told;
    },
    held: () => heldAddresses(state),
    history: {
      keep() {
        state.memory.keeps = true;
      },
      visits: (limit) => takeVisits(state, limit),
      minutes: () => takeMinutes(state.minutes, state.counts),
      lost: () => state.memory.lost,
      past: pastReader(state),
    },
    row: rowReader(state),
    lists: (ip) => parseIpWords(ip, words) && state.isListed(words),
    passes: passingReader(state),
  };
}

/** Far more than search engines send at a time; the others say so again with their next request. */
const CLAIMANTS = 1_024;

/** Of texts that the configuration has checked. */
function prefixes(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseCidr(text) ?? []);
}
