import { isFilterError, parse } from "./parse.ts";

/** The keys that a filter asks, by their documented names; none of a text that is no filter. */
export function keysUsed(text: string): ReadonlySet<string> {
  const terms = parse(text);
  return new Set(isFilterError(terms) ? [] : terms.flatMap(({ key }) => key?.name ?? []));
}
