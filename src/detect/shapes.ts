import { isBlank, isDigit, isLetter } from "./ascii.ts";
import type { Shape } from "./signatures/sign.ts";

/** A text in which needles were found. */
export interface Text {
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Where its query begins, at the `?`; `end` without one. */
  query: number;
}

/** Whether the needle found at `[from, to)` stands as it must. */
type Fits = (text: Text, from: number, to: number) => boolean;

/** What {@link Shape} describes. Each looks at a few bytes around the needle, however long the text. */
export const SHAPES: Readonly<Record<Shape, Fits>> = {
  any: () => true,
  word: ({ bytes, start, end }, from, to) =>
    !(from > start && inWord(bytes, from)) && !(to < end && inWord(bytes, to)),
  unsearched: (text, from) => !isSearched(text, from),
  path: ({ query }, from) => from < query,
  root: isRoot,
  name: isName,
  top: (text, from, to) => isRoot(text, from) && isName(text, from, to),
  stem: ({ bytes, end, query }, from, to) => from < query && !(to < end && isLetter(bytes[to] as number)),
  last: (text, from, to) => isName(text, from, to) && isLast(text, to),
  end: ({ bytes, end, query }, from, to) => from < query && (to === end || bytes[to] === QUESTION),
  query: ({ query }, from) => from >= query,
  value: isValue,
  same: ({ bytes, end }, _, to) => isComparison(bytes, to, end),
  digit: ({ bytes, end }, _, to) => to < end && isDigit(bytes[to] as number),
  product: ({ bytes, end }, _, to) => {
    const star = skipDigits(bytes, skipBlanks(bytes, to, end), end);
    return star > to && bytes[star] === 0x2a && star + 1 < end && isDigit(bytes[star + 1] as number);
  },
  number: ({ bytes, end }, _, to) => {
    const behind = skipBlanks(bytes, skipDigits(bytes, to, end), end);
    if (behind === to || behind >= end) return false;
    const c = bytes[behind] as number;
    const next = behind + 1 < end ? bytes[behind + 1] : 0;
    return c === 0x23 || (c === 0x2d && next === 0x2d) || (c === 0x2f && next === 0x2a);
  },
};

const QUESTION = 0x3f;
const SLASH = 0x2f;
const EQUALS = 0x3d;

/** No name, number or blank that is looked at is longer, so that a hostile text costs no more for each needle. */
const FAR = 32;

/** Behind a scheme of five letters, a host of 253 bytes (RFC 1035, 2.3.4) and a port. */
const FARTHEST_ROOT = 270;

/** The path begins with a slash, or behind the host of `http://host/path`, which proxies are asked. */
function isRoot({ bytes, start, query }: Text, from: number): boolean {
  if (from === start) return true;
  if (bytes[start] !== 0x68 || from >= query || from >= start + FARTHEST_ROOT) return false;
  let slashes = 0;
  for (let i = start; i < from; i++) if (bytes[i] === SLASH) slashes++;
  // One is left of the two where repeated slashes became one.
  return slashes === 2 || slashes === 1;
}

function isName({ bytes, end, query }: Text, from: number, to: number): boolean {
  if (from >= query) return false;
  if (to === end) return true;
  const c = bytes[to] as number;
  if (c === 0x20 || c === 0x2b) {
    const behind = skipBlanks(bytes, to, end);
    return behind >= end || bytes[behind] === QUESTION;
  }
  return ENDS[c] === 1;
}

/** What ends a name in a path, besides the path's own end. */
const ENDS = new Uint8Array(256);
for (const c of "/\\?;#:&\"'|<>()\0\t\r\n") ENDS[c.charCodeAt(0)] = 1;

function isLast({ bytes, end }: Text, to: number): boolean {
  const behind = to < end && bytes[to] === SLASH ? to + 1 : to;
  if (behind >= end) return true;
  const c = bytes[behind] as number;
  return c === QUESTION || c === 0x3b || c === 0;
}

/** What the parameters are called by which people search: what they type there is only looked up. */
export const SEARCHES: ReadonlySet<string> = new Set([
  "q",
  "s",
  "query",
  "search",
  "term",
  "text",
  "keyword",
  "keywords",
  "wd",
  "k",
  "kw",
  "words",
  "find",
  "qs",
  "as_q",
  "suche",
  "sword",
  "srch",
  "search_query",
  "search_text",
  "search-term",
  "search_term",
  "searchterm",
  "searchtext",
  "searchword",
  "search[value]",
  "search%5bvalue%5d",
  "filter[search]",
  "filter%5bsearch%5d",
  "field-keywords",
  "query_string",
]);

function isValue(text: Text, from: number, to: number): boolean {
  const { bytes, end } = text;
  if (from <= text.query || bytes[from - 1] !== EQUALS) return false;
  if (to < end) {
    const c = bytes[to] as number;
    if (c !== 0x26 && c !== 0x3b && c !== 0 && c !== 0x23) return false;
  }
  return !isSearched(text, from);
}

/** What people type is short. */
const LONGEST_SEARCH = 64;

/** Whether `from` lies in the value of one of {@link SEARCHES}. */
function isSearched({ bytes, start, query }: Text, from: number): boolean {
  if (from <= query) return false;
  let equals = -1;
  for (let i = from - 1; i >= start && i >= from - LONGEST_SEARCH; i--) {
    const c = bytes[i] as number;
    if (c === EQUALS) equals = i;
    if (c !== 0x26 && c !== QUESTION) continue;
    return equals > i && equals - i < FAR && SEARCHES.has(lowered(bytes, i + 1, equals));
  }
  return false;
}

function lowered(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text.toLowerCase();
}

function isComparison(bytes: Uint8Array, at: number, end: number): boolean {
  const left = skipSide(bytes, at, end);
  if (left === 0) return false;
  let i = skipBlanks(bytes, left, end);
  if (i >= end) return false;
  const c = bytes[i] as number;
  if (c === EQUALS || c === 0x3c || c === 0x3e) {
    i++;
    if (i < end && (bytes[i] === EQUALS || bytes[i] === 0x3e)) i++;
  } else if (isLike(bytes, i, end)) i += 4;
  else return false;
  return skipSide(bytes, i, end) > 0;
}

function isLike(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 4 > end) return false;
  for (let i = 0; i < 4; i++) if (((bytes[at + i] as number) | 0x20) !== "like".charCodeAt(i)) return false;
  return true;
}

/** The index behind a number or something quoted (the last quote may be the page's own); 0 for anything else. */
function skipSide(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && i < at + FAR && (isBlank(bytes[i] as number) || bytes[i] === 0x28)) i++;
  const quote = bytes[i] as number;
  if (i < end && isQuote(quote)) {
    const most = Math.min(end, i + FAR);
    let j = i + 1;
    while (j < most && bytes[j] !== quote && isWord(bytes[j] as number)) j++;
    if (j < end && isQuote(bytes[j] as number)) j++;
    return skipParens(bytes, j, end);
  }
  const behind = skipDigits(bytes, i, end);
  return behind === i ? 0 : skipParens(bytes, behind, end);
}

function skipParens(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && i < at + FAR && bytes[i] === 0x29) i++;
  return i;
}

function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && i < at + FAR && isBlank(bytes[i] as number)) i++;
  return i;
}

function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && i < at + FAR && isDigit(bytes[i] as number)) i++;
  return i;
}

function isQuote(c: number): boolean {
  return c === 0x22 || c === 0x27 || c === 0x60;
}

function isWord(c: number): boolean {
  return isLetter(c) || isDigit(c) || c === 0x5f || c >= 0x80;
}

/** Whether a word goes on from the byte before `at` to that at it. */
function inWord(bytes: Uint8Array, at: number): boolean {
  return isWord(bytes[at - 1] as number) && isWord(bytes[at] as number);
}
