import type { FoundLog, Note } from "./found.ts";
import { streamNote } from "./logs.ts";
import type { Search } from "./search.ts";

/** A log that a server writes. */
export interface Written extends FoundLog {
  /** Which of the requests it gets, in the words of the configuration; undefined for all of them. */
  readonly condition?: string | undefined;
  /** The path has variable parts: of the files that match it now those are meant that nothing else names. */
  readonly expand?: true;
}

/** Everything that one server writes each of its requests to. */
export interface Outlets {
  readonly logs: readonly Written[];
  /** Why others cannot be followed. They do not matter where one can. */
  readonly notes: readonly Note[];
}

/**
 * Adds the logs that tell of each request once: a server may write the same request to several, and following
 * them all would count it as often. One that can be read is preferred, then one that another server needs anyway, then
 * one that tells most, then the first. A note says what is a copy of what.
 */
export function addOnce(servers: readonly Outlets[], { files, logs, notes }: Search): void {
  const choices: Choice[] = [];
  for (const server of servers) {
    const streams = new Set(server.logs.filter(({ path }) => logs.isStream(path)));
    const written = server.logs.filter((log) => !streams.has(log) && log.path !== "/dev/null");
    choices.push(...choicesOf(written));
    if (written.length > 0) continue;
    for (const note of server.notes) notes.add(note);
    for (const { from } of streams) notes.add(streamNote(from));
  }
  const needed = new Set<string>();
  for (const { alike } of choices) if (alike.length === 1) for (const { path } of alike) needed.add(path);
  const copies: { log: Written; of: Written }[] = [];
  for (const { alike, parts } of choices) {
    const worth = (log: Written): number =>
      (files.isReadable(log.path) ? 8 : 0) + (needed.has(log.path) ? 4 : 0) + telling(log.format);
    const [chosen] = alike.toSorted((a, b) => worth(b) - worth(a));
    if (chosen === undefined) continue;
    needed.add(chosen.path);
    const { condition, ...log } = chosen;
    logs.add(log);
    for (const other of [...alike, ...parts]) copies.push({ log: other, of: chosen });
  }
  for (const { log, of } of copies) {
    if (needed.has(log.path)) continue;
    notes.add({ from: log.from, text: `${log.path} repeats the requests of ${of.path} and is not followed` });
  }
}

/** Logs of one server of which one is enough. */
interface Choice {
  /** They get the same requests. */
  readonly alike: readonly Written[];
  /** They get some of them. */
  readonly parts: readonly Written[];
}

function choicesOf(logs: readonly Written[]): Choice[] {
  const groups = Map.groupBy(logs, ({ condition }) => condition);
  const alike = groups.get(undefined);
  if (alike === undefined) return [...groups.values()].map((group) => ({ alike: group, parts: [] }));
  return [{ alike, parts: logs.filter(({ condition }) => condition !== undefined) }];
}

/** How much a format tells: the client's address counts more than the request. */
function telling(format: string): number {
  if (format.includes("$")) {
    const address = /remote_addr|real_?ip|forwarded_for|proxy_protocol_addr/.test(format);
    return (address ? 2 : 0) + (/\$\{?(?:request|request_uri|uri)\b/.test(format) ? 1 : 0);
  }
  if (format.includes("%"))
    return (/%[<>]?(?:\{c\}a|[ah])/.test(format) ? 2 : 0) + (/%[<>]?[rU]/.test(format) ? 1 : 0);
  return format === "auto" ? 0 : 3;
}
