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
