import { paragraph, type Row, section } from "../config/layout.ts";
import type { Rule } from "../detect/rule.ts";
import { RULES } from "../detect/rules.ts";
import { THRESHOLDS, type ThresholdKey } from "../model/thresholds.ts";
import { thresholdsOfHost, weight } from "./detection-page.ts";

/** What `nethergaze help detection` prints: every rule with what decides when it fires. */
export function detectionHelp(rules: readonly Rule[] = RULES): string {
  return [
    paragraph(
      "What speaks against an address are findings, each of one rule and worth a score. Their sum, at most 100, is its risk: below 30 info, from 70 on critical, else warning. Who is trusted, a proxy that is believed, and this host itself are never judged.",
    ),
    paragraph(
      "Thresholds are keys: --set detect.ssh.failures=10. A rule is switched off by its name: --set detect.off=ssh-brute-force.",
    ),
    section("Of all rules", thresholdRows(["remember", "hold_down"])),
    section("Of the host as a whole", thresholdRows(thresholdsOfHost())),
    ...rules.map((rule) =>
      section(`${rule.id} (${weight(rule)})`, [
        ["means", rule.means],
        ["spares", rule.spares],
        ...thresholdRows(rule.thresholds),
      ]),
    ),
  ]
    .join("")
    .replace(/\n+$/, "\n");
}

function thresholdRows(keys: readonly ThresholdKey[]): Row[] {
  return keys.map((key) => [`detect.${key}=${THRESHOLDS[key].default}`, THRESHOLDS[key].help]);
}
