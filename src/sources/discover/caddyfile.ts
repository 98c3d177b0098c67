import { closingQuote, unescaped } from "./quoted.ts";
import { LineCounter, type Statement } from "./statement.ts";

/**
 * The directives of a Caddyfile (caddyserver.com/docs/caddyfile/concepts): a line is one, quotes and backquotes
 * and heredocs may hold lines, `{` at the end of a line opens a block and `}` at the beginning closes one.
 * `{$NAME:default}` becomes its default. Nothing throws, whatever the text.
 */
export function* caddyStatements(text: string): Generator<Statement, void, undefined> {
  const lines = new LineCounter(text);
  let words: string[] = [];
  let line = 1;
  let i = 0;
  const statement = (end: Statement["end"]): Statement => {
    const whole = { words, line, end };
    words = [];
    return whole;
  };
  while (i < text.length) {
    const char = text[i] as string;
    if (char === "\n") {
      if (words.length > 0) yield statement(";");
      i++;
    } else if (char === "\\" && /^\\\r?\n/.test(text.slice(i, i + 3))) i = text.indexOf("\n", i) + 1;
    else if (/\s/.test(char)) i++;
    else if (char === "#") i = until(text, "\n", i);
    else {
      const from = lines.lineAt(i);
      const word = wordAt(text, i);
      i = word.end;
      if (words.length === 0) line = from;
      if (word.text === "{" && endsLine(text, i)) yield statement("{");
      else if (word.text === "}" && words.length === 0) yield statement("}");
      else words.push(word.text);
    }
  }
  if (words.length > 0) yield statement(";");
}

/** The word at `from` and the place after it. */
function wordAt(text: string, from: number): { text: string; end: number } {
  const first = text[from];
  if (first === '"') {
    const end = closingQuote(text, from + 1, first);
    return { text: unescaped(text.slice(from + 1, end), { '"': '"' }), end: end + 1 };
  }
  if (first === "`") {
    const end = until(text, first, from + 1);
    return { text: text.slice(from + 1, end), end: end + 1 };
  }
  let end = from;
  while (end < text.length && !/\s/.test(text[end] as string)) end++;
  const word = text.slice(from, end);
  if (/^<<[\w-]+$/.test(word) && endsLine(text, end)) {
    return { text: "", end: heredocEnd(text, end, word.slice(2)) };
  }
  return { text: word.replace(/\{\$[^{}:]*:([^{}]*)\}/g, "$1"), end };
}

/** The place after the line that begins with the marker, which may be indented, or the end of the text. */
function heredocEnd(text: string, from: number, marker: string): number {
  for (let line = until(text, "\n", from); line < text.length; line = until(text, "\n", line + 1)) {
    let i = line + 1;
    while (text[i] === " " || text[i] === "\t") i++;
    if (text.startsWith(marker, i)) return i + marker.length;
  }
  return text.length;
}

function until(text: string, char: string, from: number): number {
  const end = text.indexOf(char, from);
  return end < 0 ? text.length : end;
}

/** Whether nothing but blanks, or a comment, follows up to the end of the line. */
function endsLine(text: string, from: number): boolean {
  let i = from;
  while (text[i] === " " || text[i] === "\t" || text[i] === "\r") i++;
  return i >= text.length || text[i] === "\n" || text[i] === "#";
}
