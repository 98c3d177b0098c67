import type { IpProfile, Severity, Verdicts } from "../src/model/snapshot.ts";

/** What speaks against all of `rows`, which stand with the riskiest first. */
export function verdictsOf(rows: readonly IpProfile[]): Verdicts {
  const accused = rows.flatMap(({ ip, verdict }) => (verdict === undefined ? [] : [{ ip, ...verdict }]));
  const count = (wanted: Severity) => accused.filter(({ severity }) => severity === wanted).length;
  return {
    critical: count("critical"),
    warning: count("warning"),
    info: count("info"),
    worst: accused
      .slice(0, 3)
      .map(({ findings, ...each }) => ({ ...each, rules: findings.map(({ rule }) => rule) })),
  };
}
