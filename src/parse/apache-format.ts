import type { ParseLine } from "./format.ts";
import { compileFields, type LayoutField, TELLS, type Tells, told } from "./layout.ts";

/** Directives of Apache's mod_log_config without an argument, and what they tell; others nothing. */
const DIRECTIVES: Readonly<Record<string, Tells>> = {
  h: TELLS.address,
  a: TELLS.address,
  l: TELLS.dash,
  u: TELLS.user,
  t: TELLS.clfTime,
  r: TELLS.request,
  m: TELLS.method,
  U: TELLS.path,
  H: TELLS.protocol,
  s: TELLS.status,
  b: TELLS.size,
  B: TELLS.size,
  O: TELLS.size,
  v: TELLS.vhost,
  V: TELLS.vhost,
  D: TELLS.number,
  T: TELLS.number,
  p: TELLS.number,
  P: TELLS.number,
  I: TELLS.number,
  k: TELLS.number,
};

/** Request headers, by `%{NAME}i`. */
const HEADERS: Readonly<Record<string, Tells>> = {
  referer: TELLS.referrer,
  "user-agent": TELLS.userAgent,
  host: TELLS.vhost,
  "x-forwarded-for": TELLS.forwarded,
  "x-real-ip": TELLS.forwarded,
  "cf-connecting-ip": TELLS.forwarded,
};

/** `%`, perhaps with statuses and `<` or `>`, perhaps with an argument in braces, and a letter or `^` and two. */
const DIRECTIVE = /%(?:!?\d{3}(?:,\d{3})*)?[<>]?(?:\{([^{}]{0,256})\})?(\^\w\w|[A-Za-z%])/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", '"': '"', "\\": "\\" };

/**
 * The reader of an Apache `LogFormat` string (mod_log_config), with or without its escapes; in words what is
 * wrong with it where it cannot be read.
 */
export function compileApache(format: string): ParseLine | string {
  const text = format.replace(/\\([nt"\\])/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
  let before = "";
  const fields: LayoutField[] = [];
  const literal = (piece: string): void => {
    const last = fields.pop();
    if (last === undefined) before += piece;
    else fields.push({ ...last, behind: last.behind + piece });
  };
  let from = 0;
  for (const match of text.matchAll(DIRECTIVE)) {
    literal(text.slice(from, match.index));
    from = match.index + match[0].length;
    const [, argument, letter = ""] = match;
    const bracketed = letter === "t" && argument === undefined;
    if (letter === "%") {
      literal("%");
      continue;
    }
    if (bracketed) literal("[");
    fields.push({ tells: tellsOf(letter, argument), behind: "" });
    if (bracketed) literal("]");
  }
  literal(text.slice(from));
  return compileFields({ before, fields }, "%h or %a");
}

function tellsOf(letter: string, argument: string | undefined): Tells {
  if (argument === undefined) return told(DIRECTIVES, letter);
  if (letter === "i") return told(HEADERS, argument.toLowerCase());
  if (letter === "t") return TELLS.time;
  // %{c}a is the connection's peer, as %a is without mod_remoteip.
  return TELLS.nothing;
}
