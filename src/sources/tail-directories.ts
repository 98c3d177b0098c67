import { COARSE, idOf, type TailFs } from "./tail-fs.ts";
import { originsOf } from "./tail-rotated.ts";

/** What a directory held at one time. A later listing is another object, so that change is one comparison. */
export interface Listing {
  readonly path: string;
  /** Changes when the directory is removed and made again; empty where there is none, or none to be read. */
  readonly id: string;
  readonly names: readonly string[];
  /** Names by the names they may have had before rotation. */
  readonly rotated: ReadonlyMap<string, readonly string[]>;
}

interface Entry {
  listing: Listing;
  /** What of its stat would change with its names. */
  signature: string;
  changedAt: number;
  checkedAt: number;
  /** Of the look it was used in last. */
  round: number;
}

/** The directories with logs, each listed again only when its stat says that names changed. */
export class Directories {
  readonly #fs: TailFs;
  readonly #entries = new Map<string, Entry>();
  #round = 0;
  #at = 0;
  #thorough = false;

  constructor(fs: TailFs) {
    this.#fs = fs;
  }

  /** Begins a look at everything. A thorough one does not trust the stat: not every file system keeps it. */
  begin(at: number, thorough: boolean): void {
    this.#round++;
    this.#at = at;
    this.#thorough = thorough;
    for (const [path, entry] of this.#entries) {
      // Longer than the time between two thorough looks is not needed, and paths come and go.
      if (entry.round < this.#round - 100) this.#entries.delete(path);
    }
  }

  /** The names in a directory, looked at once a round, or now where `again`. */
  list(path: string, again = false): Listing {
    const entry = this.#entries.get(path);
    if (entry !== undefined && entry.round === this.#round && !again) return entry.listing;
    const { id, signature } = this.#stat(path);
    if (entry?.signature === signature) {
      entry.round = this.#round;
      if (!this.#thorough && entry.checkedAt >= entry.changedAt + COARSE) return entry.listing;
      entry.checkedAt = this.#at;
      if (id !== "") entry.listing = this.#read(path, id);
      return entry.listing;
    }
    const listing = this.#read(path, id);
    this.#entries.set(path, {
      listing,
      signature,
      changedAt: this.#at,
      checkedAt: this.#at,
      round: this.#round,
    });
    return listing;
  }

  #stat(path: string): { id: string; signature: string } {
    try {
      const stat = this.#fs.stat(path);
      return { id: idOf(stat), signature: `${idOf(stat)}:${stat.mtimeNs}:${stat.ctimeNs}` };
    } catch {
      return { id: "", signature: "" };
    }
  }

  #read(path: string, id: string): Listing {
    let names: string[] = [];
    try {
      if (id !== "") names = this.#fs.readdir(path);
    } catch {
      // Gone meanwhile, or closed to us: a log in it may still be opened by its name.
    }
    let rotated: Map<string, string[]> | undefined;
    return {
      path,
      id,
      names,
      get rotated() {
        rotated ??= byOrigin(names);
        return rotated;
      },
    };
  }
}

function byOrigin(names: readonly string[]): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const name of names) {
    for (const origin of originsOf(name)) {
      const same = index.get(origin);
      if (same === undefined) index.set(origin, [name]);
      else same.push(name);
    }
  }
  return index;
}
