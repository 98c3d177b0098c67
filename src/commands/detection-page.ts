import { between } from "../config/readme.ts";
import { severityOf } from "../detect/cases.ts";
import type { Rule, Sample } from "../detect/rule.ts";
import { RULES } from "../detect/rules.ts";
import { THRESHOLDS } from "../model/thresholds.ts";

/** docs/detection.md with a section of each rule between its markers. */
export function withRules(page: string, rules: readonly Rule[] = RULES): string {
  return between(page, "rules", `${list(rules)}\n${rules.map(ruleSection).join("\n")}`);
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
  const rows = thresholds.map(
    (key) => `| \`detect.${key}\` | ${THRESHOLDS[key].default} | ${THRESHOLDS[key].help} |\n`,
  );
  return [
    `### ${id}\n`,
    `${plain(means)}\n`,
    `**Spares.** ${plain(spares)}\n`,
    `**Severity and score.** ${weight(rule)}.${mitre === undefined ? "" : ` ATT&CK ${technique(mitre)}.`}\n`,
    ...(rows.length === 0 ? [] : [`| Threshold | Default | |\n| --- | --- | --- |\n${rows.join("")}`]),
    sample === undefined ? "What fires it stands in no log.\n" : sampleText(sample),
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
