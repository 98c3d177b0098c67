import { isAbsolute, join } from "node:path";
import type { World } from "./file.ts";

/** Of programs that run as root. */
const SYSTEM = "/var/lib/nethergaze";

/**
 * The directory in which is kept what was done: below `$XDG_STATE_HOME` where that is set, else for root
 * /var/lib/nethergaze, for others ~/.local/state (the XDG base directory specification).
 */
export function stateDirectoryOf({ env, uid }: Pick<World, "env" | "uid">): string {
  const { XDG_STATE_HOME, HOME } = env;
  // The specification: a relative path is to be ignored.
  if (XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)) return join(XDG_STATE_HOME, "nethergaze");
  return uid === 0 ? SYSTEM : join(HOME ?? "/", ".local/state/nethergaze");
}

/** What may be fetched again: `asked` (cache.dir), else of root /var/cache/nethergaze, of others ~/.cache/nethergaze. */
export function cacheDirectoryOf(world: Pick<World, "env" | "uid">, asked: string): string {
  if (asked !== "") return asked;
  const { XDG_CACHE_HOME } = world.env;
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, "nethergaze");
  return world.uid === 0 ? SYSTEM_CACHE : formerDirectoryOf(world);
}

const SYSTEM_CACHE = "/var/cache/nethergaze";

/** Where NetherGaze 0.2 kept its history, of root as well. */
export function formerDirectoryOf({ env }: Pick<World, "env">): string {
  return join(env.HOME ?? "/", ".cache/nethergaze");
}

/** The directories that a live program works with. */
export interface Places {
  /** What was done, and what is remembered. */
  readonly state: string;
  /** What may be fetched again. */
  readonly cache: string;
  /** The history of NetherGaze 0.2, if there is one. */
  readonly former: string;
}

export function placesOf(world: Pick<World, "env" | "uid">, cacheDir: string): Places {
  return {
    state: stateDirectoryOf(world),
    cache: cacheDirectoryOf(world, cacheDir),
    former: join(cacheDir === "" ? formerDirectoryOf(world) : cacheDir, "history.db"),
  };
}
