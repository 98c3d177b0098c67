import { searchApache } from "./apache.ts";
import { searchCaddy } from "./caddy.ts";
import { searchContainers } from "./containers.ts";
import { Files } from "./files.ts";
import type { Discovery } from "./found.ts";
import { searchHaproxy } from "./haproxy.ts";
import { Logs } from "./logs.ts";
import { searchNginx } from "./nginx.ts";
import { Notes } from "./notes.ts";
import type { Search } from "./search.ts";
import { type ServerName, searchUsualPlaces } from "./usual.ts";

export interface DiscoverOptions {
  /** The directory that holds the system to be searched, without a slash at its end; empty for this one's. */
  readonly root?: string;
}

/** The servers whose configuration is read. A new one is a file and a line here. */
const SERVERS: Readonly<Record<ServerName, (search: Search) => boolean>> = {
  nginx: searchNginx,
  apache: searchApache,
  caddy: searchCaddy,
  haproxy: searchHaproxy,
};

/**
 * The HTTP access logs of this system and its servers' logs of errors, as the configuration of its servers names them,
 * each path once and in the same order every time, and notes of what cannot be followed. The paths begin with the root; those in
 * `from` and in notes do not. Reads files and directories only, within the bounds of {@link Files}; nothing
 * throws, whatever they hold.
 */
export function discover({ root = "" }: DiscoverOptions = {}): Discovery {
  const notes = new Notes();
  const files = new Files(root, notes);
  const logs = new Logs(files, notes);
  const search = { files, logs, notes };
  const configured = new Set<ServerName>();
  for (const name of Object.keys(SERVERS) as ServerName[]) if (SERVERS[name](search)) configured.add(name);
  searchContainers(search);
  searchUsualPlaces(search, configured);
  return { logs: logs.all, errors: logs.errors, notes: notes.all };
}
