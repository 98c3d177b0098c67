import type { FirewallName } from "../model/block.ts";
import { type Firewall, isUnusable, type Ruleset, type RunStep, type Unusable } from "./firewall.ts";
import { iptables } from "./iptables.ts";
import { nft } from "./nft.ts";
import { ufw } from "./ufw.ts";

/** Every firewall there is. ufw keeps its rules in iptables', and iptables perhaps in nftables: the outermost first. */
export const FIREWALL_LIST: readonly Firewall[] = [ufw, nft, iptables];

/** How each is called as a whole, where it is not called as its program is. */
const TITLES: Readonly<Record<FirewallName, string>> = { ufw: "ufw", nft: "nftables", iptables: "iptables" };

/** A firewall, and as it is or why it cannot be used. */
export interface Looked {
  readonly firewall: Firewall;
  readonly found: Ruleset | Unusable;
}

/** A firewall that can be used, as it is. */
export interface Usable {
  readonly firewall: Firewall;
  readonly ruleset: Ruleset;
}

/** The firewall that blocks go into. */
export interface Chosen extends Usable {
  /** In words: `ufw is active`. */
  readonly why: string;
  /** Those that may have come before it, but do not answer, in words. */
  readonly passed: readonly string[];
}

/** Looks at every firewall, or at the one that is `forced`, all at once. Runs what reads, and changes nothing. */
export function lookAll(run: RunStep, now: number, forced?: FirewallName): Promise<readonly Looked[]> {
  const list = FIREWALL_LIST.filter(({ name }) => forced === undefined || name === forced);
  return Promise.all(list.map(async (firewall) => ({ firewall, found: await firewall.look(run, now) })));
}

/**
 * Chooses the firewall that keeps this machine: one that is active, not one that is installed. Where none is, the first
 * that works. `forced`: the one the operator asked for.
 */
export async function chooseFirewall(
  run: RunStep,
  now: number,
  forced?: FirewallName,
): Promise<Chosen | Unusable> {
  const looked = await lookAll(run, now, forced);
  const usable = usableOf(looked);
  const active = usable.find(({ ruleset }) => ruleset.active);
  const chosen = active ?? usable[0];
  if (chosen === undefined) return whyNone(looked);
  if (forced !== undefined) return { ...chosen, why: "asked for", passed: [] };
  // Any before the one that is active may be active too; where none is, any at all.
  const end = looked.findIndex(({ firewall }) => firewall === active?.firewall);
  const others = active === undefined ? looked : looked.slice(0, end);
  return {
    ...chosen,
    passed: silent(others).map((words) => `${words}: ${TITLES[chosen.firewall.name]} is used`),
    why: active === undefined ? "nothing else is active" : `${TITLES[active.firewall.name]} is active`,
  };
}

/** Those that can be used. */
export function usableOf(looked: readonly Looked[]): readonly Usable[] {
  return looked.flatMap(({ firewall, found }) => (isUnusable(found) ? [] : [{ firewall, ruleset: found }]));
}

/** Those that may keep this machine and do not say, in words: `ufw did not answer in time`. */
export function silent(looked: readonly Looked[]): readonly string[] {
  return looked.flatMap(({ found }) =>
    isUnusable(found) && found.problem !== "absent" && !found.idle ? [found.detail] : [],
  );
}

/** Why none of those that were looked at can be used: what a person can do something about comes first. */
export function whyNone(looked: readonly Looked[]): Unusable {
  const problems = looked.flatMap(({ found }) => (isUnusable(found) ? [found] : []));
  const [first, ...others] = problems;
  if (first !== undefined && others.length === 0) return first;
  return (
    problems.find(({ problem }) => problem === "denied") ??
    problems.find((found) => found.problem === "failed" && !found.idle) ?? {
      problem: "absent",
      detail: "no firewall is here that can be used: install nftables",
    }
  );
}
