import type { FirewallName } from "../model/block.ts";
import { type Firewall, isUnusable, type Ruleset, type RunStep, type Unusable } from "./firewall.ts";
import { iptables } from "./iptables.ts";
import { nft } from "./nft.ts";
import { INACTIVE, ufw } from "./ufw.ts";

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
  if (forced !== undefined) return { ...chosen, why: "asked for" };
  return {
    ...chosen,
    why: active === undefined ? "nothing else is active" : `${TITLES[active.firewall.name]} is active`,
  };
}

/** Those that can be used. */
export function usableOf(looked: readonly Looked[]): readonly Usable[] {
  return looked.flatMap(({ firewall, found }) => (isUnusable(found) ? [] : [{ firewall, ruleset: found }]));
}

/** Why none of those that were looked at can be used: what a person can do something about comes first. */
export function whyNone(looked: readonly Looked[]): Unusable {
  const problems = looked.flatMap(({ found }) => (isUnusable(found) ? [found] : []));
  const [first, ...others] = problems;
  if (first !== undefined && others.length === 0) return first;
  return (
    problems.find(({ problem }) => problem === "denied") ??
    problems.find((found) => found.problem === "failed" && found !== INACTIVE) ?? {
      problem: "absent",
      detail: "no firewall is here that can be used: install nftables",
    }
  );
}
