import { ARMED_SECONDS, type Refusal } from "../model/block.ts";
import type { Target } from "../model/target.ts";
import type { Step } from "./firewall.ts";
import type { Chosen } from "./firewalls.ts";
import { choose, type Failure, type Guard, type Means } from "./means.ts";
import { nft, UNSEEN } from "./nft.ts";

/** A block as asked for. */
export interface Wish {
  readonly targets: readonly Target[];
  /** How long; null: until it is unblocked. */
  readonly seconds: number | null;
  /** Only for {@link ARMED_SECONDS}, to be confirmed by the same without this. */
  readonly armed?: boolean;
  readonly reason: string;
  /** Overrules what of the guard can be overruled. */
  readonly force?: boolean;
}

/** What would be done, from the firewall as it is now. */
export interface Plan {
  readonly chosen: Chosen;
  readonly refused: readonly { readonly target: Target; readonly refusal: Refusal }[];
  readonly allowed: readonly Target[];
  /** What the guard could not look at, in words. */
  readonly unknown: readonly string[];
  /** What arms it for a minute, and what makes it last. */
  readonly arming: readonly Step[];
  readonly lasting: readonly Step[];
  /** Why the firewall could not be looked at: then these are the steps of nftables, and nothing can be run. */
  readonly denied?: Failure;
}

export async function planBlock(means: Means, wish: Wish): Promise<Plan | Failure> {
  const chosen = await choose(means);
  const guard = await means.guard();
  if (!("kind" in chosen)) return planned(chosen, guard, wish, means.now());
  if (!chosen.denied || (means.forced !== undefined && means.forced !== "nft")) return chosen;
  const unseen = { firewall: nft, ruleset: UNSEEN, why: "nobody may look here which one is active" };
  return { ...planned(unseen, guard, wish, means.now()), denied: chosen };
}

export function planned(
  chosen: Chosen,
  guard: Guard,
  { targets, seconds, force = false }: Wish,
  now: number,
): Plan {
  const refused: { target: Target; refusal: Refusal }[] = [];
  const allowed: Target[] = [];
  const { ruleset } = chosen;
  for (const target of targets) {
    const guarded = guard.refuse(target);
    const inTheWay = ruleset.refusal(target);
    if (guarded !== undefined && !(force && guarded.forcible)) refused.push({ target, refusal: guarded });
    else if (inTheWay !== undefined) refused.push({ target, refusal: { reason: inTheWay, forcible: false } });
    else allowed.push(target);
  }
  return {
    chosen,
    refused,
    allowed,
    unknown: guard.unknown,
    arming: ruleset.add(allowed, now + 1000 * ARMED_SECONDS, now),
    lasting: ruleset.add(allowed, endOf(seconds, now), now),
  };
}

export function endOf(seconds: number | null, now: number): number | null {
  return seconds === null ? null : now + 1000 * seconds;
}
