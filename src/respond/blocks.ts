import type { Block, FirewallName } from "../model/block.ts";
import type { Target } from "../model/target.ts";
import type { Usable } from "./firewalls.ts";
import type { Entry } from "./ledger.ts";
import { type Failure, look, type Means } from "./means.ts";
import { entriesIn } from "./records.ts";

/** Every block: what the firewalls say, explained by what was written down. */
export async function listBlocks(means: Means): Promise<{ blocks: Block[]; remarks: string[] } | Failure> {
  const remarks: string[] = [];
  const looks = await look(means, remarks);
  if ("kind" in looks) return looks;
  const entries = entriesIn(means, remarks);
  return { blocks: merged(looks, entries, means.now()), remarks };
}

function merged(looks: readonly Usable[], entries: readonly Entry[], now: number): Block[] {
  const known = new Map(entries.map((entry) => [keyOf(entry.firewall, entry.target), entry]));
  const held = new Set<string>();
  const blocks = looks.flatMap(({ firewall, ruleset }) =>
    ruleset.held.map(({ target, until, lasts, packets }): Block => {
      const key = keyOf(firewall.name, target);
      held.add(key);
      const entry = known.get(key);
      const began = until !== null && lasts !== undefined ? until - lasts : null;
      return {
        target: target.text,
        firewall: firewall.name,
        since: entry?.since ?? began,
        until: ruleset.timeouts ? until : (entry?.until ?? null),
        reason: entry?.reason ?? "",
        packets: packets === null ? null : packets + (entry?.packets ?? 0),
      };
    }),
  );
  const names = new Set(looks.map(({ firewall }) => firewall.name));
  const lost = entries.filter(
    ({ target, firewall, until, pending, armed }) =>
      !pending &&
      !armed &&
      names.has(firewall) &&
      (until === null || until > now) &&
      !held.has(keyOf(firewall, target)),
  );
  const missing = lost.map(({ target, firewall, since, until, reason, packets }): Block => {
    return { target: target.text, firewall, since, until, reason, packets, missing: true };
  });
  return [...blocks, ...missing];
}

function keyOf(firewall: FirewallName, { text }: Target): string {
  return `${firewall} ${text}`;
}
