import type { FirewallName } from "../model/block.ts";
import { contains } from "../model/cidr.ts";
import type { Target } from "../model/target.ts";
import { type Held, isUnusable } from "./firewall.ts";
import { type Failure, inTurn, look, type Means, runAll, textOf } from "./means.ts";
import { entriesIn, keepLedger, written } from "./records.ts";

/** Takes blocks out, wherever they are; with the last one of a firewall everything of ours in it. */
export interface Unblocked {
  readonly kind: "done";
  readonly removed: readonly { readonly target: Target; readonly firewall: FirewallName }[];
  /** Not blocked by themselves; each with the blocked prefix it lies in, where there is one. */
  readonly absent: readonly { readonly target: Target; readonly within?: Target }[];
  readonly remarks: readonly string[];
}

export function unblock(means: Means, targets: readonly Target[]): Promise<Unblocked | Failure> {
  return inTurn(means, () => takeOut(means, targets));
}

async function takeOut(means: Means, targets: readonly Target[]): Promise<Unblocked | Failure> {
  const texts = new Set(targets.map(textOf));
  const remarks: string[] = [];
  const removed: { target: Target; firewall: FirewallName }[] = [];
  const all: Held[] = [];
  const looks = await look(means, remarks);
  if ("kind" in looks) return looks;
  for (const { firewall, ruleset } of looks) {
    all.push(...ruleset.held);
    const held = ruleset.held.map(({ target }) => target).filter(({ text }) => texts.has(text));
    // Also those that somebody else's rules keep from being in force now: they might come to be again.
    const steps = ruleset.remove(targets);
    const failure = await runAll(means, steps);
    if (held.length === 0) continue;
    const after = failure ?? (await firewall.look(means.run, means.now()));
    const still =
      "kind" in after || isUnusable(after)
        ? held
        : held.filter(({ text }) => after.held.some(({ target }) => target.text === text));
    const detail =
      failure?.detail ??
      (still.length === 0 ? "ok" : `${firewall.name} still holds ${still.map(textOf).join(", ")}`);
    const act = { at: means.now(), what: "unblock", firewall: firewall.name, steps } as const;
    written(
      means,
      { ...act, targets: held.map(textOf), result: detail === "ok" ? detail : `failed: ${detail}` },
      remarks,
    );
    if (detail !== "ok") return { kind: "failed", denied: failure?.denied ?? false, detail };
    removed.push(...held.map((target) => ({ target, firewall: firewall.name })));
  }
  const names = new Set(looks.map(({ firewall }) => firewall.name));
  const known = entriesIn(means, remarks);
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
