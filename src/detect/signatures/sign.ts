/**
 * Where a needle must stand to mean something. A path reaches up to the first `?`, the query is the rest. Texts that
 * are no path (the referrer, the agent) are all query.
 *
 * - `any`: anywhere.
 * - `word`: anywhere, where its letters or digits begin and end a word.
 * - `unsearched`: anywhere, but not in what people type into a search.
 * - `path`: in the path.
 * - `root`: where the path begins.
 * - `name`: in the path, up to the end of a segment (all of one, as such needles begin with a slash).
 * - `top`: `root` and `name`: the first segment.
 * - `stem`: in the path, no letter behind it: `/.env`, `/.env.old`, but not `/.environment`.
 * - `last`: in the path, its last segment.
 * - `end`: where the path ends.
 * - `query`: in the query.
 * - `value`: all that a parameter holds, but not one by which people search.
 * - `same`: before two sides of which each is a number or quoted, with `=`, `<`, `>` or `like` between them.
 * - `digit`: before a digit.
 * - `product`: before two numbers with `*` between them.
 * - `number`: before a number and what ends an SQL statement.
 */
export type Shape =
  | "any"
  | "word"
  | "unsearched"
  | "path"
  | "root"
  | "name"
  | "top"
  | "stem"
  | "last"
  | "end"
  | "query"
  | "value"
  | "same"
  | "digit"
  | "product"
  | "number";

/**
 * A needle, in lower case with `/` for any slash and a blank for any white space and `+`; where it must stand; and
 * what to call it when not by itself.
 */
export type Sign = readonly [text: string, shape: Shape, name?: string];

/** Signs of which each is enough for the tags. */
export interface Group {
  readonly tag: number;
  readonly signs: readonly Sign[];
}

/** What means nothing alone. */
export const CLUE = {
  climb: 1,
  systemFile: 2,
  lookup: 4,
  fallback: 8,
  script: 16,
  call: 32,
  handler: 64,
  tag: 128,
  quote: 256,
  union: 512,
  select: 1024,
  schema: 2048,
  plugin: 16384,
  readme: 32768,
  pipe: 524288,
  fetch: 1048576,
  javascript: 2097152,
} as const;

export interface ClueGroup {
  readonly clue: number;
  readonly signs: readonly Sign[];
}

/** Clues that say something when all of them are in one text. */
export interface Combination {
  readonly all: number;
  readonly tag: number;
  readonly name: string;
}
