import { expect, test } from "bun:test";
import { profile } from "../../test/console/snapshots.ts";
import { RULE_IDS } from "../model/rules.ts";
import { knownOf } from "./filter-input.ts";

test("every rule is offered, those on screen first, each once", () => {
  const finding = { severity: "info", score: 5, evidence: "", since: 0, last: 0, samples: [] } as const;
  const findings = [
    { ...finding, rule: "of-another-version" },
    { ...finding, rule: "not-http" },
  ];
  const rows = [profile("8.8.8.8", { verdict: { risk: 10, severity: "info", findings } })];
  const { rules = [] } = knownOf({ rows });
  expect(rules.slice(0, 2)).toEqual(["of-another-version", "not-http"]);
  expect([...rules].sort()).toEqual([...RULE_IDS, "of-another-version"].sort());
});
