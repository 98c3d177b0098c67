import type { Accused, Severity, Verdicts } from "../model/snapshot.ts";
import { threeBest } from "./offenders.ts";
import { Row } from "./row.ts";
import type { State } from "./state.ts";

/**
 * What speaks against the addresses of `shown`. Made for every snapshot of all addresses, so each is asked for its risk
 * alone; words are made for three.
 */
export function verdictsOf(state: State, shown: Int32Array): Verdicts {
  const row = new Row(state);
  const counts: Record<Severity, number> = { critical: 0, warning: 0, info: 0 };
  const worst = threeBest(state);
  for (const slot of shown) {
    row.slot = slot;
    const { risk } = row;
    if (risk === 0) continue;
    const severity = row.verdict?.severity;
    if (severity === undefined) continue;
    counts[severity]++;
    worst.offer(slot, risk);
  }
  return {
    ...counts,
    worst: worst.best.flatMap(({ slot, value: risk }): Accused[] => {
      row.slot = slot;
      const { ip, verdict } = row;
      if (verdict === undefined) return [];
      const { severity, findings } = verdict;
      return [{ ip, risk, severity, rules: findings.map(({ rule }) => rule) }];
    }),
  };
}
