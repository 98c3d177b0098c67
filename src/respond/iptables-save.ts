/** A rule, as iptables-save(8) writes it with `-c`. */
export interface SavedRule {
  /** What follows its chain's name: what `-D CHAIN` takes to find it. */
  readonly args: string;
  readonly packets: number;
}

export interface SavedChain {
  /** ACCEPT or DROP; `-` for a chain that somebody made. */
  readonly policy: string;
  readonly rules: readonly SavedRule[];
}

/** The chains of one table, by name, in what `iptables-save -c -t TABLE` writes. */
export function readSavedTable(saved: string): ReadonlyMap<string, SavedChain> {
  const chains = new Map<string, { policy: string; rules: SavedRule[] }>();
  for (const line of saved.split("\n")) {
    const [, made, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (made !== undefined && policy !== undefined) chains.set(made, { policy, rules: [] });
    const [, packets, chain = "", args = ""] = /^\[(\d+):\d+\] -A (\S+) ?(.*)$/.exec(line) ?? [];
    chains.get(chain)?.rules.push({ args, packets: Number(packets) });
  }
  return chains;
}

/**
 * Whether rules of somebody filter here, those of the chain `own` aside. What only leads from chain to chain does
 * nothing by itself: ufw leaves such behind where it is switched off.
 */
export function filters(chains: ReadonlyMap<string, SavedChain>, own: string): boolean {
  return chains.entries().some(([name, { policy, rules }]) => {
    if (policy !== "-" && policy !== "ACCEPT") return true;
    return name !== own && rules.some(({ args }) => !leadsTo(args, chains));
  });
}

function leadsTo(args: string, chains: ReadonlyMap<string, unknown>): boolean {
  const [, chain] = /(?:^| )-[jg] (\S+)$/.exec(args) ?? [];
  return chain !== undefined && chains.has(chain);
}
