import { findKey } from "./keys.ts";
import { readPrefixes } from "./values.ts";

/** One value of a term, or its text, without quotes and escapes. `start` and `end` hold what was typed for it. */
export interface Value {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
  /** It was typed with a `=` before it: the whole text, not a part. The `=` is not in `text`. */
  readonly exact: boolean;
}

/** A key as typed. */
export interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `:` or a comparison. */
interface Operator {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What cannot be read, whatever the key. */
interface Fault {
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/** One term as typed; offsets are UTF-16 units of the whole text. Nothing is known yet of its key or its values. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly negated: boolean;
  /** Absent for free text, whose one value it is then. */
  readonly key?: Name;
  readonly operator?: Operator;
  /** Also empty ones, as after the comma of `state:est,`. */
  readonly values: readonly Value[];
  readonly fault?: Fault;
}

/** Longer than anybody types; bounds what is searched for at each line. */
export const MAX_TEXT = 1_024;

/**
 * The terms of a filter, in order. Any text can be cut into terms; what is wrong with one is in its `fault`. What is
 * beyond {@link MAX_TEXT} is not looked at.
 *
 * A word is a key with values where it begins with letters or digits and `:`, or with the name of a number and a
 * comparison, which may have blanks around it. Left as text: URLs (`http://`), addresses and beginnings of such
 * (`2a00:1450`), an unknown name before `=` (a query string), and everything in quotes.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = Math.min(text.length, MAX_TEXT);
  const cut = text.length > end ? text.slice(0, end) : text;
  for (let i = 0; i < end; ) {
    if (isBlank(cut, i)) i++;
    else {
      const token = tokenAt(cut, i);
      tokens.push(token);
      i = token.end;
    }
  }
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  // A lone dash is text.
  const negated = text[start] === "-" && !isBlank(text, start + 1);
  const from = negated ? start + 1 : start;
  const head = headAt(text, from);
  if (head === undefined) {
    const { value, fault } = valueAt(text, from, false, false);
    return { start, end: fault?.end ?? value.end, negated, values: [value], ...(fault && { fault }) };
  }
  const { key, operator } = head;
  const list = operator.text === ":";
  const values: Value[] = [];
  let at = list ? operator.end : pastBlanks(text, operator.end);
  // A comparison that nothing follows ends where it stands.
  if (at === text.length) at = operator.end;
  for (;;) {
    const { value, fault } = valueAt(text, at, list, list);
    values.push(value);
    if (fault !== undefined) return { start, end: fault.end, negated, key, operator, values, fault };
    if (!list || text[value.end] !== ",") return { start, end: value.end, negated, key, operator, values };
    at = value.end + 1;
  }
}

/** The key and the operator that a word begins with, or undefined where it is text. */
function headAt(text: string, start: number): { key: Name; operator: Operator } | undefined {
  let end = start;
  while (end < text.length && /[\w-]/.test(text[end] as string)) end++;
  if (end === start) return undefined;
  const key = { text: text.slice(start, end), start, end };
  if (text[end] === ":") {
    const word = text.slice(start, wordEnd(text, start));
    if (readPrefixes(word) !== undefined) return undefined;
    const rest = text.slice(end + 1, start + word.length);
    if (findKey(key.text) === undefined && (rest.startsWith("//") || isPartOfAddress(key.text, rest)))
      return undefined;
    return { key, operator: { text: ":", start: end, end: end + 1 } };
  }
  const at = findKey(key.text)?.numeric ? pastBlanks(text, end) : end;
  const comparison = comparisonAt(text, at);
  if (comparison === "") return undefined;
  const operator = { text: comparison, start: at, end: at + comparison.length };
  if (findKey(key.text)) return { key, operator };
  return comparison !== "=" && /\d/.test(text[operator.end] ?? "") ? { key, operator } : undefined;
}

/** The comparison that stands at `at`, or nothing. */
export function comparisonAt(text: string, at: number): string {
  const first = text[at];
  if (first === "=") return "=";
  if (first !== ">" && first !== "<") return "";
  return text[at + 1] === "=" ? `${first}=` : first;
}

/** The value at `start`, to the next blank, and in a list to the next comma. */
function valueAt(
  text: string,
  start: number,
  list: boolean,
  mayBeExact: boolean,
): { value: Value; fault?: Fault } {
  const exact = mayBeExact && text[start] === "=";
  const from = exact ? start + 1 : start;
  if (text[from] !== '"') {
    let end = from;
    while (!isBlank(text, end) && !(list && text[end] === ",")) end++;
    return { value: { text: text.slice(from, end), start, end, quoted: false, exact } };
  }
  let inside = "";
  let i = from + 1;
  for (; i < text.length && text[i] !== '"'; i++) {
    if (text[i] === "\\" && (text[i + 1] === '"' || text[i + 1] === "\\")) i++;
    inside += text[i];
  }
  if (i >= text.length) {
    const value = { text: inside, start, end: text.length, quoted: true, exact };
    return { value, fault: { what: "the quote is not closed", start: from, end: text.length } };
  }
  const end = i + 1;
  const value = { text: inside, start, end, quoted: true, exact };
  if (isBlank(text, end) || (list && text[end] === ",")) return { value };
  return {
    value,
    fault: { what: "a blank is missing after the quote", start: end, end: wordEnd(text, end) },
  };
}

/** `2a00:1450`, `fe80:`: so begin addresses. */
function isPartOfAddress(first: string, rest: string): boolean {
  return /^[\da-f]{1,4}$/i.test(first) && /^[\da-f:.]*$/i.test(rest);
}

function wordEnd(text: string, start: number): number {
  let end = start;
  while (!isBlank(text, end)) end++;
  return end;
}

function pastBlanks(text: string, start: number): number {
  let i = start;
  while (i < text.length && isBlank(text, i)) i++;
  return i;
}

/** Also the end of the text is a blank. */
function isBlank(text: string, at: number): boolean {
  return (text[at] ?? "").trim() === "";
}
