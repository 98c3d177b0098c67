/** A directive of configuration: words, and how it ends: opening a block, closing one, or neither. */
export interface Statement {
  /** Without quotes and escapes. */
  readonly words: readonly string[];
  /** Of its first word, from 1. */
  readonly line: number;
  readonly end: "{" | "}" | ";";
}

/** Counts lines up to places that only grow. */
export class LineCounter {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The line of a place, from 1. */
  lineAt(place: number): number {
    for (; this.#at < place; this.#at++) if (this.#text[this.#at] === "\n") this.#line++;
    return this.#line;
  }
}
