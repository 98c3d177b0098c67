import { RULE_IDS } from "../model/rules.ts";
import { didYouMean } from "../model/suggest.ts";
import { isFilterError, parse } from "./parse.ts";

/**
 * What a filter's `rule:` terms name and no rule here is called, each in words of untrusted text: no error, for what is
 * filtered may be of another version.
 */
export function unknownRules(text: string): string[] {
  const terms = parse(text);
  if (isFilterError(terms)) return [];
  return terms
    .filter(({ key }) => key?.name === "rule")
    .flatMap(({ token }) => token.values.map((value) => value.text.toLowerCase()))
    .filter((name) => !RULE_IDS.some((id) => id === name || isStart(name, id)))
    .map((name) => `rule:${name}: no such rule${didYouMean(name, RULE_IDS)}`);
}

/** Whether `pattern` is what `id` begins with, and a star. */
function isStart(pattern: string, id: string): boolean {
  return pattern.endsWith("*") && id.startsWith(pattern.slice(0, -1));
}
