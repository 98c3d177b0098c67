import type { FoundLog, Note } from "./found.ts";
import { streamNote } from "./logs.ts";
import type { Search } from "./search.ts";

/** A log that a server writes. */
export interface Written extends FoundLog {
  /** Which of the requests it gets, in the words of the configuration; undefined for all of them. */
  readonly condition?: string | undefined;
}

/** Everything that one server writes each of its requests to. */
export interface Outlets {
  readonly logs: readonly Written[];
  /** Why others cannot be followed. They do not matter where one can. */
  readonly notes: readonly Note[];
}

/**
 * Adds the logs that tell of each request once: a server may write the same request to several, and following
 * them all would count it as often. One that another server needs anyway is preferred, then one whose format
 * names the client's address, then the first. A note says what is a copy of what.
 */
export function addOnce(servers: readonly Outlets[], { logs, notes }: Search): void {
  const choices: Choice[] = [];
  for (const server of servers) {
    const streams = new Set(server.logs.filter(({ path }) => logs.isStream(path)));
    const files = server.logs.filter((log) => !streams.has(log) && log.path !== "/dev/null");
    choices.push(...choicesOf(files));
    if (files.length > 0) continue;
    for (const note of server.notes) notes.add(note);
    for (const { from } of streams) notes.add(streamNote(from));
  }
  const needed = new Set<string>();
  for (const { alike } of choices) if (alike.length === 1) for (const { path } of alike) needed.add(path);
  const copies: { log: Written; of: Written }[] = [];
  for (const { alike, parts } of choices) {
    const chosen = alike.find(({ path }) => needed.has(path)) ?? alike.find(hasAddress) ?? alike[0];
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

function hasAddress({ format }: Written): boolean {
  if (format.includes("$")) return /remote_addr|real_?ip|forwarded_for|proxy_protocol_addr/.test(format);
  return format.includes("%") ? /%[<>]?(?:\{c\}a|[ah])/.test(format) : format !== "auto";
}
