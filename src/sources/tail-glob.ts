/** Tells whether one component of a path is meant. */
export type Matcher = (name: string) => boolean;

type Token = "*" | ((char: string) => boolean);

/** Whether a path or a component of one holds `*`, `?` or `[`. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/**
 * The matcher of one component: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`, as glob(7). A leading dot must be matched by a dot.
 * Time is at most the product of both lengths, whatever the pattern.
 */
export function compile(pattern: string): Matcher {
  if (!isGlob(pattern)) return (name) => name === pattern;
  const tokens = tokenize(pattern);
  const dotted = pattern.startsWith(".");
  return (name) => (dotted || !name.startsWith(".")) && matches(tokens, [...name]);
}

/** As {@link compile}, for a whole path: each component for itself, so that no wildcard stands for a slash. */
export function compilePath(pattern: string): Matcher {
  const matchers = pattern.split("/").map(compile);
  return (path) => {
    const names = path.split("/");
    return names.length === matchers.length && matchers.every((matches, i) => matches(names[i] ?? ""));
  };
}

function matches(tokens: readonly Token[], chars: readonly string[]): boolean {
  let t = 0;
  let c = 0;
  /** Where to go on when a try fails: the latest star takes one character more. */
  let star = -1;
  let taken = 0;
  while (c < chars.length) {
    const token = tokens[t];
    if (token === "*") {
      star = t++;
      taken = c;
    } else if (token?.(chars[c] ?? "")) {
      t++;
      c++;
    } else if (star >= 0) {
      t = star + 1;
      c = ++taken;
    } else return false;
  }
  while (tokens[t] === "*") t++;
  return t === tokens.length;
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  const chars = [...pattern];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    // The first `]` may be a member itself; a bracket never closed is an ordinary character.
    const first = chars[i + 1] === "!" || chars[i + 1] === "^" ? i + 2 : i + 1;
    const close = char === "[" ? chars.indexOf("]", first + 1) : -1;
    if (char === "*") tokens.push("*");
    else if (char === "?") tokens.push(() => true);
    else if (close < 0) tokens.push((other) => other === char);
    else {
      tokens.push(bracket(chars.slice(first, close), first === i + 2));
      i = close;
    }
  }
  return tokens;
}

function bracket(members: readonly string[], negated: boolean): (char: string) => boolean {
  const ranges: [string, string][] = [];
  for (let i = 0; i < members.length; i++) {
    const low = members[i] as string;
    const high = members[i + 2];
    if (members[i + 1] === "-" && high !== undefined) {
      ranges.push([low, high]);
      i += 2;
    } else ranges.push([low, low]);
  }
  return (char) => ranges.some(([low, high]) => low <= char && char <= high) !== negated;
}
