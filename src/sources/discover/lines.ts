import { closingQuote, unescaped } from "./quoted.ts";

/** A line of configuration, joined with those that a backslash at its end continues it with. */
export interface Line {
  readonly text: string;
  /** Of its beginning, from 1. */
  readonly line: number;
}

/** No directive that a person writes is longer; the rest of such a line is left out. */
const MAX_LINE = 16_384;

/** The lines of `text` that hold anything but a comment, without blanks around them. */
export function* logicalLines(text: string): Generator<Line, void, undefined> {
  let parts: string[] = [];
  let first = 0;
  const lines = text.split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (parts.length === 0) first = i + 1;
    const continues = line.endsWith("\\");
    parts.push(continues ? line.slice(0, -1) : line);
    if (continues && i < lines.length - 1) continue;
    const whole = parts.join("").slice(0, MAX_LINE).trim();
    if (whole !== "" && !whole.startsWith("#")) yield { text: whole, line: first };
    parts = [];
  }
}

/** The words of a line as ap_getword_conf() of Apache reads them: a quote counts only where a word begins. */
export function apacheWords(text: string): string[] {
  const words: string[] = [];
  let i = 0;
  while (i < text.length) {
    const char = text[i] as string;
    if (/\s/.test(char)) {
      i++;
      continue;
    }
    const quoted = char === '"' || char === "'";
    const start = quoted ? i + 1 : i;
    let end = start;
    if (quoted) end = closingQuote(text, start, char);
    else while (end < text.length && !/\s/.test(text[end] as string)) end++;
    words.push(unescaped(text.slice(start, end), quoted ? { "\\": "\\", [char]: char } : { "\\": "\\" }));
    i = end + 1;
  }
  return words;
}
