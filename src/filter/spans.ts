import { isFilterError, parse, readTerm } from "./parse.ts";
import { MAX_TEXT, type Token, tokenize } from "./tokens.ts";

/** A piece of a filter's text and what it is. Blanks between terms are in none. */
export interface FilterSpan {
  readonly start: number;
  readonly end: number;
  readonly kind: "key" | "operator" | "value" | "text" | "negation" | "error";
}

/** The pieces of a filter's text in order, for a person who types it: also of one that is wrong or not yet done. */
export function filterSpans(text: string): readonly FilterSpan[] {
  // Of each unit what it is: what is painted later covers what was there.
  const kinds: (FilterSpan["kind"] | undefined)[] = new Array(Math.min(text.length, MAX_TEXT));
  const paint = (start: number, end: number, kind: FilterSpan["kind"]): void => {
    kinds.fill(kind, start, end);
  };
  for (const token of tokenize(text)) {
    paintToken(token, paint);
    const read = readTerm(text, token);
    if (isFilterError(read)) paint(read.start, read.end, "error");
  }
  // What is wrong with the whole: too many terms, too long.
  const whole = parse(text);
  if (isFilterError(whole)) paint(whole.start, whole.end, "error");
  const spans: FilterSpan[] = [];
  let start = 0;
  for (let i = 1; i <= kinds.length; i++) {
    const kind = kinds[start];
    if (i < kinds.length && kinds[i] === kind) continue;
    if (kind !== undefined) spans.push({ start, end: i, kind });
    start = i;
  }
  if (text.length > MAX_TEXT) spans.push({ start: MAX_TEXT, end: text.length, kind: "error" });
  return spans;
}

function paintToken(
  { start, negated, key, operator, values }: Token,
  paint: (start: number, end: number, kind: FilterSpan["kind"]) => void,
): void {
  if (negated) paint(start, start + 1, "negation");
  if (key !== undefined) paint(key.start, key.end, "key");
  if (operator !== undefined) paint(operator.start, operator.end, "operator");
  for (const [i, value] of values.entries()) {
    if (i > 0) paint(value.start - 1, value.start, "operator");
    paint(value.start, value.end, key === undefined ? "text" : "value");
  }
}
