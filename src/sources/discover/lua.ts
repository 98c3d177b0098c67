import { closingQuote } from "./quoted.ts";

/**
 * The place after the brace that ends a block of Lua begun before `from`, or the end of the text. Braces in
 * strings, long brackets and comments do not count (lua.org/manual/5.1, section 2.1).
 */
export function luaBlockEnd(text: string, from: number): number {
  let depth = 1;
  let i = from;
  while (i < text.length) {
    const char = text[i];
    if (char === "{") depth++;
    if (char === "}" && --depth === 0) return i + 1;
    if (char === '"' || char === "'") i = closingQuote(text, i + 1, char);
    else if (char === "[") i = longBracketEnd(text, i) ?? i;
    else if (char === "-" && text[i + 1] === "-") i = longBracketEnd(text, i + 2) ?? lineEnd(text, i);
    i++;
  }
  return text.length;
}

/** The last place of a long bracket `[==[ ... ]==]` that begins at `from`, or undefined where none does. */
function longBracketEnd(text: string, from: number): number | undefined {
  if (text[from] !== "[") return undefined;
  let i = from + 1;
  while (text[i] === "=") i++;
  if (text[i] !== "[") return undefined;
  const close = `]${"=".repeat(i - from - 1)}]`;
  const end = text.indexOf(close, i + 1);
  return end < 0 ? text.length : end + close.length - 1;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
