import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OPTION_LIST } from "../config/options.ts";
import { readToml } from "../config/toml.ts";
import type { Rule } from "../detect/rule.ts";
import { RULES } from "../detect/rules.ts";
import { THRESHOLDS } from "../model/thresholds.ts";
import { detectionHelp } from "./detection-help.ts";
import { weight, withRules } from "./detection-page.ts";

const PAGE = readFileSync(join(import.meta.dir, "../../docs/detection.md"), "utf8");
/** What people wrote of it. */
const PROSE = PAGE.slice(0, PAGE.indexOf("<!-- rules -->"));

const RULE: Rule = {
  id: "cross-site-scripting",
  means: "It sends <script>, *often*.",
  spares: "Nobody.",
  score: 20,
  most: 80,
  mitre: "T1110.001",
  sample: { line: "attack {n}", times: 3 },
  thresholds: ["http.probes"],
  watch: () => ({ evidence: () => "" }),
};

test("the page holds what the list of rules says: else, npm run generate", () => {
  expect(withRules(PAGE)).toBe(PAGE);
  expect(PAGE).toEndWith("<!-- /rules -->\n");
  const sections = [...PAGE.matchAll(/^### (.*)$/gm)].map(([, id]) => id ?? "");
  expect(sections).toEqual(RULES.map(({ id }) => id));
});

test("a rule's section has all that is known of it, and its words stay words", () => {
  const page = withRules("a\n<!-- rules -->\nstale\n<!-- /rules -->\nb\n", [RULE]);
  expect(page).toStartWith("a\n<!-- rules -->\n\n");
  expect(page).toContain("\n\n| Rule |");
  expect(page).not.toContain("stale");
  expect(page).toEndWith("`\n\n<!-- /rules -->\nb\n");
  for (const text of [
    "### cross-site-scripting\n\nIt sends \\<script>, \\*often\\*.\n",
    "**Spares.** Nobody.\n",
    " info to critical, 20 to 80. ATT&CK [T1110.001](https://attack.mitre.org/techniques/T1110/001/).\n",
    "\n| `detect.http.probes` | 3 | requests ",
    "Fired by, 3 times a second apart:\n\n    attack 1\n",
    "`--set detect.off=cross-site-scripting`",
  ]) {
    expect(page).toContain(text);
  }
  const { mitre, sample, most, ...least } = RULE;
  const bare = withRules("<!-- rules --><!-- /rules -->", [{ ...least, thresholds: [] }]);
  expect(bare).toContain(
    "**Severity and score.** info, 20.\n\nNo single line of a log fires it by the defaults.\n",
  );
  expect(bare.slice(bare.indexOf("### "))).not.toContain("Threshold");
});

test("weights are told by their limits", () => {
  const cases: [score: number, most: number | undefined, weight: string][] = [
    [5, undefined, "info, 5"],
    [40, 60, "warning, 40 to 60"],
    [29, 100, "info to critical, 29 to 100"],
  ];
  for (const [score, most, text] of cases) {
    const { most: _, ...rule } = RULE;
    expect(weight({ ...rule, score, ...(most !== undefined && { most }) })).toBe(text);
  }
});

test("what the prose says of keys is true", () => {
  const defaults = new Map(
    OPTION_LIST.flatMap(([, option]) => option.keys.map((key) => [key, option.default])),
  );
  const keys = [...PROSE.matchAll(/`((?:detect|trust|filters)\.[a-z_.]+)`/g)].map(([, key]) => key ?? "");
  expect(keys.length).toBeGreaterThan(5);
  expect(keys.filter((key) => !defaults.has(key))).toEqual([]);
  const seconds = [...PROSE.matchAll(/`(detect\.[a-z_.]+)` \((\d+) s\)/g)];
  expect(seconds.length).toBe(2);
  for (const [, key = "", number] of seconds) expect(defaults.get(key)).toBe(Number(number));
  const [, toml = ""] = /\n\n((?: {4}.*\n|\n)*? {4}\[detect\]\n(?: {4}.*\n|\n)+)/.exec(PROSE) ?? [];
  const settings = readToml("page", toml.replace(/^ {4}/gm, ""));
  expect([...settings.keys()].sort()).toEqual(["detect.ssh.failures", "rulesOff", "trustPrefixes"]);
});

test("help tells every rule with its thresholds, in 80 columns", () => {
  const text = detectionHelp();
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(text).toEndWith("\n");
  expect(text).not.toMatch(/\n\n\n|\n\n$| \n/);
  const words = text.replace(/\s+/g, " ");
  for (const rule of RULES) {
    expect(text).toContain(`\n${rule.id} (${weight(rule)}):\n`);
    for (const told of [rule.means, rule.spares]) expect(words).toContain(told);
    for (const key of rule.thresholds) expect(text).toContain(`\n  detect.${key}=`);
  }
  const ofAll = Object.keys(THRESHOLDS).filter((key) => /^(?:host\.|remember$|hold_down$)/.test(key));
  for (const key of ofAll) expect(text).toContain(`\n  detect.${key}=`);
});
