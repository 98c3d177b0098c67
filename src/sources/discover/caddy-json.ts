import { ACCESS, type CaddyLogger, caddyOutlets, isUnder } from "./caddy-log.ts";
import { at, entriesOf, parseJsonText, stringOf, stringsOf } from "./json.ts";
import type { Outlets } from "./outlets.ts";
import type { Search } from "./search.ts";

interface JsonLogger extends CaddyLogger {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** About what comparing two of these names costs. */
const NAME_COST = 16;

/** What each access log of a configuration in JSON is written to (caddyserver.com/docs/json/logging/). */
export function readCaddyJson(search: Search, path: string, text: string): Outlets[] {
  const config = parseJsonText(text);
  const loggers = new Map(
    entriesOf(at(config, "logging", "logs")).map(([name, logger]) => [name, loggerOf(logger, path)] as const),
  );
  // There is always a default logger; one that nothing says is like this.
  if (!loggers.has("default")) loggers.set("default", loggerOf({}, path));
  const all = [...loggers.values()];
  const cost =
    NAME_COST * all.reduce((sum, { include, exclude }) => sum + include.length + exclude.length + 1, 0);
  const outlets: Outlets[] = [];
  for (const stream of streamsOf(config)) {
    if (!search.files.spend(cost, path)) break;
    const taking = all.filter((logger) => takes(logger, stream));
    outlets.push(caddyOutlets(taking, search));
  }
  return outlets;
}

function loggerOf(logger: unknown, from: string): JsonLogger {
  return {
    output: stringOf(at(logger, "writer", "output")) ?? "stderr",
    path: stringOf(at(logger, "writer", "filename")),
    format: stringOf(at(logger, "encoder", "wrap", "format")) ?? stringOf(at(logger, "encoder", "format")),
    include: stringsOf(at(logger, "include")),
    exclude: stringsOf(at(logger, "exclude")),
    from,
  };
}

/** The names under which the servers log their requests. */
function streamsOf(config: unknown): Set<string> {
  const streams = new Set<string>();
  for (const [, server] of entriesOf(at(config, "apps", "http", "servers"))) {
    const logs = at(server, "logs");
    if (logs === undefined) continue;
    const names = entriesOf(at(logs, "logger_names")).flatMap(
      ([, name]) => stringOf(name) ?? stringsOf(name),
    );
    // The default one is of hosts that are not named.
    if (names.length === 0 || at(logs, "skip_unmapped_hosts") !== true) {
      names.push(stringOf(at(logs, "default_logger_name")) ?? "");
    }
    for (const name of names) streams.add(name === "" ? ACCESS : `${ACCESS}.${name}`);
  }
  return streams;
}

/** Whether a logger gets what is logged under a name: the longest name that it includes or excludes decides. */
function takes({ include, exclude }: JsonLogger, stream: string): boolean {
  if (include.length === 0) return longestOf(exclude, stream) === 0;
  return longestOf(include, stream) > longestOf(exclude, stream);
}

/** The length of the longest of the names under which `stream` falls, or 0. */
function longestOf(names: readonly string[], stream: string): number {
  return names.reduce((longest, name) => {
    return isUnder(stream, name) ? Math.max(longest, name.length) : longest;
  }, 0);
}
