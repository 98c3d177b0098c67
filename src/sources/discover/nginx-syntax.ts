import { luaBlockEnd } from "./lua.ts";
import { closingQuote, unescaped } from "./quoted.ts";
import { LineCounter, type Statement } from "./statement.ts";

/** Of ngx_conf_read_token() in ngx_conf_file.c; any other backslash stays. */
const ESCAPES = { '"': '"', "'": "'", "\\": "\\", t: "\t", r: "\r", n: "\n" };

/**
 * The directives of an nginx configuration file, as ngx_conf_file.c reads them. Blocks of Lua are left out:
 * they have a syntax of their own. What nginx would refuse is read as well as it goes; nothing throws.
 */
export function* nginxStatements(text: string): Generator<Statement, void, undefined> {
  const lines = new LineCounter(text);
  let words: string[] = [];
  let line = 1;
  let i = 0;
  while (i < text.length) {
    const char = text[i] as string;
    if (isBlank(char)) i++;
    else if (char === "#") {
      while (i < text.length && text[i] !== "\n") i++;
    } else if (char === "{" && words[0]?.endsWith("_by_lua_block")) {
      i = luaBlockEnd(text, i + 1);
      words = [];
    } else if (char === ";" || char === "{" || char === "}") {
      if (words.length === 0) line = lines.lineAt(i);
      i++;
      yield { words, line, end: char };
      words = [];
    } else {
      if (words.length === 0) line = lines.lineAt(i);
      const quoted = char === '"' || char === "'";
      const end = quoted ? closingQuote(text, i + 1, char) : wordEnd(text, i);
      words.push(unescaped(text.slice(quoted ? i + 1 : i, end), ESCAPES));
      i = quoted ? end + 1 : end;
    }
  }
}

function wordEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const char = text[i] as string;
    if (char === "\\") i++;
    else if (isBlank(char) || char === ";") break;
    // `${name}` is a variable, any other brace opens a block.
    else if (char === "{" && text[i - 1] !== "$") break;
  }
  return Math.min(i, text.length);
}

function isBlank(char: string): boolean {
  return char === " " || char === "\n" || char === "\t" || char === "\r";
}
