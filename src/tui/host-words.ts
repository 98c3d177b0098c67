import type { HostVerdict } from "../model/snapshot.ts";
import { SEVERITIES } from "./severity.ts";

/** `▲ SPOOFED FLOOD: `, what was seen, and what helps. */
export interface HostWords {
  readonly head: string;
  readonly evidence: string;
  readonly advice: string;
}

export function hostWords({ class: kind, severity, findings, advice }: HostVerdict): HostWords {
  return {
    head: `${SEVERITIES[severity].sign} ${kind.replaceAll("-", " ").toUpperCase()}: `,
    evidence: findings.map((finding) => finding.evidence).join(", "),
    advice,
  };
}
