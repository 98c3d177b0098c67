import type { Note } from "./found.ts";

/** More than anybody reads; thousands of sites may all log to syslog. */
const MAX_NOTES = 256;
/** A path, and what is said of it. */
const MAX_TEXT = 4200;

/** The notes of one discovery, each once, in the order in which they came up. */
export class Notes {
  readonly #notes = new Map<string, Note>();

  /** Beyond the bound only that there are more is kept. */
  add(note: Note): void {
    if (note.text.length > MAX_TEXT) return;
    const key = `${note.from}\n${note.text}`;
    if (this.#notes.has(key) || this.#notes.size > MAX_NOTES) return;
    if (this.#notes.size < MAX_NOTES) this.#notes.set(key, note);
    else this.#notes.set("", { from: note.from, text: `more than ${MAX_NOTES} notes: the rest is left out` });
  }

  get all(): readonly Note[] {
    return [...this.#notes.values()];
  }
}
