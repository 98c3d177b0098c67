import type { Config } from "../config/options.ts";
import type { Preview } from "../model/block.ts";
import type { Past } from "../model/history.ts";
import type { Origin, Query, Snapshot } from "../model/snapshot.ts";
import type { Target } from "../model/target.ts";
import { shown } from "../respond/firewall.ts";
import type { Failure, Means } from "../respond/means.ts";
import { type Plan, planBlock, type Wish } from "../respond/plan.ts";
import { originWords } from "../tui/detail.ts";
import { around, blastOf } from "./blast.ts";

/** What is known of whom a block would hit. */
export interface Known {
  snapshot(query: Query): Snapshot;
  /** Epoch milliseconds: nothing is known of what was before. */
  readonly since: number;
  /** What history knows of an address, and where it comes from. */
  past?(target: Target): Past | undefined;
  origin?(target: Target): Origin | undefined;
}

/** What a block would do, from the firewall as it is now. `known` is asked only where that can be told. */
export async function previewOf(
  means: Means,
  { firewall }: Pick<Config, "firewall">,
  wish: Wish,
  known: () => Known,
): Promise<Preview | Failure> {
  const plan = await planBlock(means, wish);
  return "kind" in plan ? plan : previewed(plan, firewall === "none", wish, known());
}

function previewed(plan: Plan, onlyShown: boolean, { targets, seconds }: Wish, known: Known): Preview {
  const { chosen, refused, arming, lasting, denied, unknown } = plan;
  const refusals = new Map(refused.map(({ target, refusal }) => [target.text, refusal]));
  const [first, ...others] = targets;
  const network = first === undefined || others.length > 0 ? undefined : around(first);
  const past = first === undefined || others.length > 0 ? undefined : known.past?.(first);
  const origin = first === undefined || others.length > 0 ? undefined : known.origin?.(first);
  const who = originWords(origin);
  const blast = (of: readonly Target[]) => blastOf(known.snapshot, of, known.since);
  return {
    targets: targets.map(({ text }) => {
      const refusal = refusals.get(text);
      return { target: text, ...(refusal !== undefined && { refusal }) };
    }),
    seconds,
    firewall: onlyShown ? "none" : chosen.firewall.name,
    why: onlyShown ? "asked for" : chosen.why,
    blast: blast(targets),
    ...(who !== "" && { who }),
    ...(past !== undefined && { past }),
    ...(network !== undefined && { around: { ...blast([network]), prefix: network.text } }),
    commands: arming.flatMap(shown),
    lasting: lasting.flatMap(shown),
    remarks: [
      ...chosen.passed,
      ...chosen.ruleset.remarks,
      ...unknown.map((part) => `the guard does not know ${part}`),
      ...(denied === undefined ? [] : [`no permission to run this: ${denied.detail}`]),
    ],
    ...(denied !== undefined && { denied: denied.detail }),
  };
}
