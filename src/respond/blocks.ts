import type { Block } from "../model/block.ts";
import { type Entry, isSame } from "./ledger.ts";
import { type Failure, type Looked, look, type Means } from "./means.ts";
import { entriesIn } from "./records.ts";

/** Every block: what the firewalls say, explained by what was written down. */
export async function listBlocks(means: Means): Promise<{ blocks: Block[]; remarks: string[] } | Failure> {
  const looks = await look(means);
  if ("kind" in looks) return looks;
  const remarks: string[] = [];
  const entries = entriesIn(means, remarks);
  return { blocks: merged(looks, entries, means.now()), remarks };
}

function merged(looks: readonly Looked[], entries: readonly Entry[], now: number): Block[] {
  const blocks = looks.flatMap(({ firewall, ruleset }) =>
    ruleset.held.map((held): Block => {
      const entry = entries.find((one) => isSame(one, { target: held.target, firewall: firewall.name }));
      const began = held.until !== null && held.lasts !== undefined ? held.until - held.lasts : null;
      return {
        target: held.target.text,
        firewall: firewall.name,
        since: entry?.since ?? began,
        until: ruleset.timeouts ? held.until : (entry?.until ?? null),
        reason: entry?.reason ?? "",
        packets: held.packets === null ? null : held.packets + (entry?.packets ?? 0),
      };
    }),
  );
  const names = new Set(looks.map(({ firewall }) => firewall.name));
  const lost = entries.filter(
    ({ target, firewall, until, pending }) =>
      !pending &&
      names.has(firewall) &&
      (until === null || until > now) &&
      !blocks.some((block) => block.target === target.text && block.firewall === firewall),
  );
  const missing = lost.map(({ target, firewall, since, until, reason, packets }): Block => {
    return { target: target.text, firewall, since, until, reason, packets, missing: true };
  });
  return [...blocks, ...missing];
}
