import { dirname, resolve } from "node:path";
import { caddyStatements } from "./caddyfile.ts";
import type { Search } from "./search.ts";
import type { Statement } from "./statement.ts";

/** A path is no longer, and arguments that hold each other could grow without end. */
const MAX_WORD = 4096;
/** About what looking at one directive costs. */
const STATEMENT_COST = 64;

/** A directive and where it stands. */
export interface Placed extends Statement {
  readonly from: string;
}

/** Puts what is imported in the place of `import`: files, and the snippets defined so far. */
export class Imports {
  readonly #search: Search;
  readonly #snippets = new Map<string, readonly Placed[]>();

  constructor(search: Search) {
    this.#search = search;
  }

  /**
   * The directives of a file or snippet, with `args` in the place of their placeholders. `chain` holds what is
   * being imported, the outermost first.
   */
  *statements(
    path: string,
    statements: Iterable<Statement | Placed>,
    chain: readonly string[],
    args: readonly string[],
  ): Generator<Placed, void, undefined> {
    let depth = 0;
    let snippet: Placed[] | undefined;
    for (const statement of statements) {
      const { line, end } = statement;
      const from = "from" in statement ? statement.from : `${path}:${line}`;
      const whole = statement.words.map((word) => withArguments(word.slice(0, MAX_WORD), args));
      const cost = whole.reduce((sum, word) => sum + word.length, STATEMENT_COST);
      if (!this.#search.files.spend(cost, from)) return;
      const words = whole.map((word) => word.slice(0, MAX_WORD));
      const [name = "", target = "", ...rest] = words;
      const placed = { words, line, end, from };
      if (end === "}") depth = Math.max(0, depth - 1);
      if (snippet !== undefined) {
        if (depth > 0 || end !== "}") snippet.push(placed);
        else snippet = undefined;
      } else if (depth === 0 && end === "{" && /^\(.+\)$/.test(name)) {
        snippet = [];
        this.#snippets.set(name, snippet);
      } else if (name === "import" && end === ";") yield* this.#imported(target, path, chain, rest);
      else yield placed;
      if (end === "{") depth++;
    }
  }

  *#imported(
    target: string,
    path: string,
    chain: readonly string[],
    args: readonly string[],
  ): Generator<Placed, void, undefined> {
    const { files } = this.#search;
    const name = `(${target})`;
    const snippet = this.#snippets.get(name);
    if (snippet === undefined) {
      for (const file of files.included(resolve(dirname(path), target), chain)) {
        yield* this.statements(file.path, caddyStatements(file.text), [...chain, file.path], args);
      }
    } else if (!chain.includes(name) && !files.isTooDeep(chain)) {
      yield* this.statements(path, snippet, [...chain, name], args);
    }
  }
}

/** A word of something imported, with `{args[0]}`, or `{args.0}` as it was, replaced. */
function withArguments(word: string, args: readonly string[]): string {
  if (args.length === 0) return word;
  return word.replace(/\{args(?:\.|\[)(\d{1,3})\]?\}/g, (whole, i) => args[Number(i)] ?? whole);
}
