import { isFilterError, parse, type Term } from "./parse.ts";
import { quoted } from "./spelling.ts";
import type { Token, Value } from "./tokens.ts";
import { type Range, readRange } from "./values.ts";

const COMPARED: Readonly<Record<Range["is"], string>> = {
  ">": "over ",
  ">=": "at least ",
  "<": "under ",
  "<=": "at most ",
  "=": "",
  "-": "",
};

/**
 * A filter in plain words, short: `status 4xx or 500-503, over 60 requests/min, path without /health`. Of one that
 * is wrong, what is wrong; `none` where everything passes. It may hold whatever somebody typed.
 */
export function filterWords(text: string): string {
  const terms = parse(text);
  if (isFilterError(terms)) return terms.message;
  return terms.length === 0 ? "none" : terms.map(termWords).join(", ");
}

function termWords({ token, key, checks }: Term): string {
  const { negated, values } = token;
  const not = negated ? "not " : "";
  if (key === undefined) {
    const [value] = values;
    const text = value?.text ?? "";
    if (checks[0]?.by === "address") return `${not}in ${text.replaceAll(",", " or ")}`;
    return (negated ? "without " : "") + quoted(text);
  }
  const { phrase } = key;
  switch (phrase.kind) {
    case "is": {
      const words = or(values.map(({ text }) => comparison(token, text)));
      if (phrase.label === "" || phrase.label === "in") return `${not}${phrase.label && "in "}${words}`;
      return `${phrase.label} ${not}${words}`;
    }
    case "with":
      return `${phrase.label} ${withWords(values, negated)}`;
    case "number": {
      const label = phrase.label && `${phrase.label} `;
      const unit = phrase.unit && ` ${phrase.unit}`;
      return `${label}${not}${or(values.map(({ text }) => comparison(token, text)))}${unit}`;
    }
  }
}

function withWords(values: readonly Value[], negated: boolean): string {
  const part = negated ? "without " : "with ";
  const whole = negated ? "not " : "exactly ";
  return or(values.map(({ text, exact }, i) => (i > 0 && !exact ? "" : exact ? whole : part) + text));
}

/** `over 60`, `10-50`, `4xx`: as a value reads with the comparison that stands before it. */
function comparison({ operator }: Token, text: string): string {
  const spelled = operator === undefined || operator.text === ":" ? text : operator.text + text;
  const range = readRange(spelled);
  return range === undefined ? spelled : COMPARED[range.is] + range.text;
}

function or(words: readonly string[]): string {
  return words.join(" or ");
}
