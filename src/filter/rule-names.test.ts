import { expect, test } from "bun:test";
import { unknownRules } from "./rule-names.ts";

const cases: [filter: string, warnings: string[]][] = [
  ["rule:ssh-brute-force,not-http", []],
  ["rule:SSH-* -rule:*", []],
  ["rule:", []],
  ["path:rule status:404", []],
  ["rule:ssh-brute-farce", ["rule:ssh-brute-farce: no such rule, did you mean ssh-brute-force?"]],
  ["-rule:ssh,exploit rule:nft-*", ["rule:ssh: no such rule", "rule:nft-*: no such rule"]],
];
test.each(cases)("%s", (filter, warnings) => {
  expect(unknownRules(filter)).toEqual(warnings);
});
