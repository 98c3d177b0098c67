import { ARMED_SECONDS, type Refusal } from "../model/block.ts";
import type { Target } from "../model/target.ts";
import { allUntil, type Ruleset, type Step } from "./firewall.ts";
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
  const unseen = {
    firewall: nft,
    ruleset: UNSEEN,
    why: "nobody may look here which one is active",
    passed: [],
  };
  return { ...planned(unseen, guard, wish, means.now()), denied: chosen };
}

function planned(chosen: Chosen, guard: Guard, wish: Wish, now: number): Plan {
  const { ruleset } = chosen;
  const judged = judge(ruleset, guard, wish);
  return {
    chosen,
    ...judged,
    unknown: guard.unknown,
    arming: ruleset.add(allUntil(judged.allowed, now + 1000 * ARMED_SECONDS), now),
    lasting: ruleset.add(allUntil(judged.allowed, endOf(wish.seconds, now)), now),
  };
}

/** Tells the targets apart: those that are refused, and all others. */
export function judge(
  ruleset: Ruleset,
  guard: Guard,
  { targets, force = false }: Wish,
): Pick<Plan, "refused" | "allowed"> {
  const refused: { target: Target; refusal: Refusal }[] = [];
  const allowed: Target[] = [];
  for (const target of targets) {
    const refusal = refusalOf(target, ruleset, guard, force);
    if (refusal === undefined) allowed.push(target);
    else refused.push({ target, refusal });
  }
  return { refused, allowed };
}

/** Why it must not, or cannot, be blocked; `force` overrules what of the guard can be overruled. */
export function refusalOf(
  target: Target,
  ruleset: Ruleset,
  guard: Guard,
  force: boolean,
): Refusal | undefined {
  const guarded = guard.refuse(target);
  if (guarded !== undefined && !(force && guarded.forcible)) return guarded;
  const reason = ruleset.refusal(target);
  return reason === undefined ? undefined : { reason, forcible: false };
}

export function endOf(seconds: number | null, now: number): number | null {
  return seconds === null ? null : now + 1000 * seconds;
}
