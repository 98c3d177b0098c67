import { isFilterError, parse } from "./parse.ts";

/** Whether one of a filter's terms is `key:value`, not negated. */
export function asksFor(text: string, key: string, value: string): boolean {
  const terms = parse(text);
  return (
    !isFilterError(terms) &&
    terms.some(
      ({ token, key: asked }) =>
        asked?.name === key &&
        !token.negated &&
        token.values.some((given) => given.text.toLowerCase() === value),
    )
  );
}
