import type { Activity, Finding, Severity, Verdict } from "../model/snapshot.ts";
import { RULES, type Rule } from "./rules.ts";

/** Risks and scores from here on. */
const WARNING = 30;
const CRITICAL = 70;
const MOST = 100;

/** What speaks against a row, by the rules; undefined for nothing. Pure. */
export function judge(row: Activity, rules: readonly Rule[] = RULES): Verdict | undefined {
  let findings: Finding[] | undefined;
  let sum = 0;
  for (const rule of rules) {
    const hit = rule.test(row);
    if (hit === undefined) continue;
    findings ??= [];
    findings.push({ rule: rule.name, severity: severityOf(hit.score), ...hit });
    sum += hit.score;
  }
  if (findings === undefined) return undefined;
  const risk = Math.min(MOST, sum);
  // The sort is stable: of equal scores, the rule that stands first in the list.
  return { risk, severity: severityOf(risk), findings: findings.sort((a, b) => b.score - a.score) };
}

/** How bad a risk, or a score, of 0-100 is. */
export function severityOf(risk: number): Severity {
  if (risk >= CRITICAL) return "critical";
  return risk >= WARNING ? "warning" : "info";
}
