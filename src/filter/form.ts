import { findKey } from "./keys.ts";
import { isFilterError, parse, type Term } from "./parse.ts";
import { quoted, spellValue } from "./spelling.ts";
import { comparisonAt, tokenize } from "./tokens.ts";
import { readPrefixes } from "./values.ts";

/** The fields of a filter's form, in their order. */
export const FORM_FIELDS = [
  "state",
  "status",
  "method",
  "path",
  "agent",
  "vhost",
  "net",
  "rate",
  "text",
  "rest",
] as const;
export type FormField = (typeof FORM_FIELDS)[number];

/**
 * A filter as a form. Each field but the last two holds what stands behind its key; `text` the words without a key;
 * `rest` all terms that have no field, or would share one, as they were typed.
 */
export type FilterForm = Readonly<Record<FormField, string>>;

/** Fields of text, which may hold blanks: the others are lists. */
const TEXTS: readonly FormField[] = ["path", "agent", "vhost"];

/** The filter's terms in their fields. One that is wrong is all `rest`. */
export function toForm(text: string): FilterForm {
  const form: Record<FormField, string> = {
    state: "",
    status: "",
    method: "",
    path: "",
    agent: "",
    vhost: "",
    net: "",
    rate: "",
    text: "",
    rest: "",
  };
  const terms = parse(text);
  if (isFilterError(terms)) return { ...form, rest: text };
  for (const { token, field } of terms.map(placed)) {
    const free = field === "text" || field === "rest";
    const name = !free && form[field] !== "" ? "rest" : field;
    const start = name === "rest" ? token.start : (token.values[0]?.start ?? token.start);
    const { operator } = token;
    const compared = name === field && operator !== undefined && operator.text !== ":" ? operator.text : "";
    const spelled = (name === "rest" ? "" : compared) + text.slice(start, token.end);
    form[name] = form[name] === "" ? spelled : `${form[name]} ${spelled}`;
  }
  return form;
}

/** The filter that the fields spell. It may be wrong: see {@link fieldError}. */
export function fromForm(form: FilterForm): string {
  return FORM_FIELDS.map((name) => spell(name, form[name]))
    .filter((term) => term !== "")
    .join(" ");
}

/** What is wrong with a field, if anything. */
export function fieldError(name: FormField, value: string): string | undefined {
  const terms = parse(spell(name, value));
  return isFilterError(terms) ? terms.message : undefined;
}

function placed({ token, key, checks }: Term): { token: Term["token"]; field: FormField } {
  const name = key === undefined ? (checks[0]?.by === "address" ? "net" : "text") : key.name;
  const field = name === "ip" ? "net" : FORM_FIELDS.find((candidate) => candidate === name);
  return { token, field: token.negated || field === undefined ? "rest" : field };
}

/** The term, or terms, that a field stands for. */
function spell(name: FormField, value: string): string {
  const typed = value.trim();
  if (typed === "" || name === "rest") return typed;
  if (name === "text") return isText(typed) ? typed : quoted(typed);
  const compared = findKey(name)?.numeric === true;
  const term = (spelled: string): string => {
    // A list of comparisons stands behind a colon.
    const compares = compared && comparisonAt(spelled, 0) !== "" && !spelled.includes(",");
    return `${name}${compares ? "" : ":"}${spelled}`;
  };
  const asTyped = term(compared ? typed.replace(/([<>=])\s+/g, "$1") : typed);
  const [token, ...more] = tokenize(asTyped);
  if (more.length === 0 && token?.fault === undefined) return asTyped;
  if (TEXTS.includes(name)) return term(spellValue(typed));
  const close = compared ? typed.replace(/\s*([-<>=,])\s*/g, "$1") : typed;
  return term(close.replace(/\s*[\s,]\s*/g, ","));
}

/** Whether every word of it is free text that must be there. */
function isText(typed: string): boolean {
  return tokenize(typed).every(
    ({ negated, key, fault, values: [value] }) =>
      !negated &&
      key === undefined &&
      fault === undefined &&
      value !== undefined &&
      value.text !== "" &&
      (value.quoted || readPrefixes(value.text) === undefined),
  );
}
