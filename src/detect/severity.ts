import type { Severity } from "../model/snapshot.ts";

/** Risks and scores from here on. */
const WARNING = 30;
const CRITICAL = 70;

/** How bad a risk, or a score, of 0-100 is. */
export function severityOf(risk: number): Severity {
  if (risk >= CRITICAL) return "critical";
  return risk >= WARNING ? "warning" : "info";
}
