import type { FirewallName } from "../model/block.ts";
import { contains } from "../model/cidr.ts";
import type { Target } from "../model/target.ts";
import type { Held } from "./firewall.ts";
import { takeOut } from "./looked-again.ts";
import { type Failure, inTurn, look, type Means, textOf } from "./means.ts";
import { entriesIn, keepLedger, resultOf, written } from "./records.ts";

/** Takes blocks out, wherever they are; with the last one of a firewall everything of ours in it. */
export interface Unblocked {
  readonly kind: "done";
  readonly removed: readonly { readonly target: Target; readonly firewall: FirewallName }[];
  /** Not blocked by themselves; each with the blocked prefix it lies in, where there is one. */
  readonly absent: readonly { readonly target: Target; readonly within?: Target }[];
  readonly remarks: readonly string[];
}

export function unblock(means: Means, targets: readonly Target[]): Promise<Unblocked | Failure> {
  return inTurn(means, () => unblocked(means, targets));
}

async function unblocked(means: Means, targets: readonly Target[]): Promise<Unblocked | Failure> {
  const texts = new Set(targets.map(textOf));
  const remarks: string[] = [];
  const removed: { target: Target; firewall: FirewallName }[] = [];
  const all: Held[] = [];
  const looks = await look(means, remarks);
  if ("kind" in looks) return looks;
  const known = entriesIn(means, remarks);
  for (const { firewall, ruleset } of looks) {
    all.push(...ruleset.held);
    const held = ruleset.held.map(({ target }) => target).filter(({ text }) => texts.has(text));
    // Also those that somebody else's rules keep from being in force now: they might come to be again.
    const steps = ruleset.remove(targets);
    const failure = await takeOut(means, firewall, steps, held);
    const asleep = known.filter((entry) => entry.firewall === firewall.name && texts.has(entry.target.text));
    const meant = held.length > 0 ? held : asleep.map(({ target }) => target);
    if (meant.length > 0 || failure !== undefined) {
      const act = { at: means.now(), what: "unblock", firewall: firewall.name, steps } as const;
      const names = (meant.length > 0 ? meant : targets).map(textOf);
      written(means, { ...act, targets: names, result: resultOf(failure) }, remarks);
    }
    if (failure !== undefined) return { kind: "failed", denied: failure.denied, detail: failure.detail };
    removed.push(...held.map((target) => ({ target, firewall: firewall.name })));
  }
  const names = new Set(looks.map(({ firewall }) => firewall.name));
  const forgotten = known.filter(({ target, firewall }) => texts.has(target.text) && names.has(firewall));
  if (forgotten.length > 0)
    remarks.push(
      ...keepLedger(
        means,
        known.filter((entry) => !forgotten.includes(entry)),
      ),
    );
  const found = new Set([...removed, ...forgotten].map(({ target }) => target.text));
  const absent = targets
    .filter(({ text }) => !found.has(text))
    .map((target) => {
      const within = all.find(
        ({ target: { cidr } }) => cidr.bits < target.cidr.bits && contains(cidr, target.cidr.words),
      )?.target;
      return { target, ...(within !== undefined && { within }) };
    });
  return { kind: "done", removed, absent, remarks };
}
