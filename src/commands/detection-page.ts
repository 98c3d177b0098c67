import { between } from "../config/readme.ts";
import type { Rule, Sample } from "../detect/rule.ts";
import { RULES } from "../detect/rules.ts";
import { severityOf } from "../detect/severity.ts";
import { THRESHOLDS, type ThresholdKey } from "../model/thresholds.ts";

/** docs/detection.md with a section of each rule between its markers. */
export function withRules(page: string, rules: readonly Rule[] = RULES): string {
  const ofHost = table(thresholdsOfHost());
  const host = ofHost === "" ? "" : `Of the host as a whole:\n\n${ofHost}\n`;
  return between(page, "rules", `${host}${list(rules)}\n${rules.map(ruleSection).join("\n")}`);
}

/** The thresholds of no rule: they are about the host as a whole. */
export function thresholdsOfHost(): ThresholdKey[] {
  return Object.keys(THRESHOLDS).filter(isOfHost);
}

function isOfHost(key: string): key is ThresholdKey {
  return key.startsWith("host.");
}

function table(keys: readonly ThresholdKey[]): string {
  if (keys.length === 0) return "";
  const rows = keys.map(
    (key) => `| \`detect.${key}\` | ${THRESHOLDS[key].default} | ${THRESHOLDS[key].help} |\n`,
  );
  return `| Threshold | Default | |\n| --- | --- | --- |\n${rows.join("")}`;
}

/** How much a finding of the rule weighs: `info, 5`, `warning to critical, 40 to 90`. */
export function weight({ score, most = score }: Rule): string {
  return `${range(severityOf(score), severityOf(most))}, ${range(score, most)}`;
}

function range(least: string | number, most: string | number): string {
  return least === most ? `${least}` : `${least} to ${most}`;
}

function list(rules: readonly Rule[]): string {
  const rows = rules.map((rule) => `| [${rule.id}](#${rule.id}) | ${weight(rule)} |\n`);
  return `| Rule | Severity and score |\n| --- | --- |\n${rows.join("")}`;
}

function ruleSection(rule: Rule): string {
  const { id, means, spares, mitre, sample, thresholds } = rule;
  return [
    `### ${id}\n`,
    `${plain(means)}\n`,
    `**Spares.** ${plain(spares)}\n`,
    `**Severity and score.** ${weight(rule)}.${mitre === undefined ? "" : ` ATT&CK ${technique(mitre)}.`}\n`,
    ...(thresholds.length === 0 ? [] : [table(thresholds)]),
    sample === undefined ? "No single line of a log fires it by the defaults.\n" : sampleText(sample),
    `**Off.** \`--set detect.off=${id}\`\n`,
  ].join("\n");
}

function sampleText({ line, times = 1 }: Sample): string {
  const often = times === 1 ? "" : `, ${times} times a second apart`;
  return `Fired by${often}:\n\n    ${line.replaceAll("{n}", "1")}\n`;
}

/** `[T1110.001](https://attack.mitre.org/techniques/T1110/001/)`. */
function technique(id: string): string {
  return `[${id}](https://attack.mitre.org/techniques/${id.replace(".", "/")}/)`;
}

/** Words of a rule, which know nothing of Markdown. */
function plain(text: string): string {
  return text.replace(/[<*|]/g, "\\$&");
}
