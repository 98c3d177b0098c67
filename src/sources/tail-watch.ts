import { type FSWatcher, watch } from "node:fs";
import type { Listing } from "./tail-directories.ts";

/** Directories watched, at most: each costs the kernel memory, and the poll sees the others too. */
const WATCHED = 512;

/**
 * Watches directories for hints: some events never come (Bun drops a second one within a millisecond), others come
 * twice, and a directory made again is another one that must be watched anew.
 */
export class Watches {
  readonly #hint: (directory: string, name: string | undefined) => void;
  #complete = false;
  readonly #watched = new Map<string, { id: string; watcher: FSWatcher | undefined }>();

  constructor(hint: (directory: string, name: string | undefined) => void) {
    this.#hint = hint;
  }

  /** Watches just these directories from now on. */
  follow(listings: Iterable<Listing>): void {
    const wanted = new Map<string, string>();
    let asked = 0;
    for (const { path, id } of listings) {
      if (id !== "") asked++;
      if (id !== "" && wanted.size < WATCHED) wanted.set(path, id);
    }
    for (const [path, { id, watcher }] of this.#watched) {
      if (wanted.get(path) === id) continue;
      watcher?.close();
      this.#watched.delete(path);
    }
    for (const [path, id] of wanted) {
      if (!this.#watched.has(path)) this.#watched.set(path, { id, watcher: this.#watch(path) });
    }
    this.#complete = asked === wanted.size && [...wanted.keys()].every((path) => this.covers(path));
  }

  /** Whether changes in all the directories are told. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether changes in that directory are told. */
  covers(directory: string): boolean {
    return this.#watched.get(directory)?.watcher !== undefined;
  }

  close(): void {
    this.follow([]);
  }

  #watch(path: string): FSWatcher | undefined {
    try {
      const watcher = watch(path, (_, name) => this.#hint(path, name ?? undefined));
      // Whatever ends a watch, the poll goes on, and the next one watches anew.
      watcher.on("error", () => {
        watcher.close();
        this.#watched.delete(path);
      });
      return watcher;
    } catch {
      return undefined;
    }
  }
}
