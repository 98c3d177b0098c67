import { type Completion, completeFilter } from "../filter/complete.ts";
import { compileFilter, type FilterError, isFilterError } from "../filter/filter.ts";
import type { Known } from "../filter/keys.ts";
import { RULE_IDS } from "../model/rules.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Action } from "./keymap.ts";
import { edit, insert, type LineInput } from "./line-input.ts";

/** The filter being typed. */
export interface FilterInput {
  readonly line: LineInput;
  /** What may be filtered for, as it was when the input was opened: typing must not take away what it offers. */
  readonly known: Known;
  /** What could stand at the cursor; `chosen` counts from 0 once somebody asks for it with Tab. */
  readonly completion: Completion;
  readonly chosen?: number;
  /** How far back in the history it is, and what was typed before that. */
  readonly older?: { readonly index: number; readonly typed: string };
  /** What is wrong with it. */
  readonly error?: FilterError;
}

/** Filters kept: nobody looks further back. */
const MAX_HISTORY = 50;

/** An input that begins with `text`. */
export function openInput(text: string, known: Known): FilterInput {
  return withLine({ text, at: text.length }, known);
}

/** After typing or pasting. */
export function typeInto({ line, known }: FilterInput, text: string): FilterInput {
  return withLine(insert(line, text), known);
}

/** After an editing key; undefined where the action is none. */
export function editInput(input: FilterInput, action: Action): FilterInput | undefined {
  const line = edit(input.line, action);
  return line && withLine(line, input.known);
}

/** With the next of what could stand at the cursor, or the one before. */
export function completeInput(input: FilterInput, by: 1 | -1): FilterInput {
  const { completion, chosen, line } = input;
  const { start, items } = completion;
  if (items.length === 0) return input;
  const next =
    chosen === undefined ? (by > 0 ? 0 : items.length - 1) : (chosen + by + items.length) % items.length;
  return chooseInput(input, next, chosen === undefined ? completion.end : line.at, start);
}

/** With a certain one of them. */
export function chooseInput(
  { completion, line, chosen, known }: FilterInput,
  index: number,
  end = chosen === undefined ? completion.end : line.at,
  start = completion.start,
): FilterInput {
  const word = completion.items[index]?.text ?? "";
  const text = line.text.slice(0, start) + word + line.text.slice(end);
  const at = start + word.length;
  return { ...withError({ text, at }), known, completion, chosen: index };
}

/** With the filter before or after this one in the history; the last step forward gives back what was typed. */
export function recallInto(input: FilterInput, history: readonly string[], by: 1 | -1): FilterInput {
  const { known } = input;
  const { index, typed } = input.older ?? { index: -1, typed: input.line.text };
  const next = Math.max(-1, Math.min(history.length - 1, index + by));
  const opened = openInput(next < 0 ? typed : (history[next] ?? typed), known);
  return next < 0 ? opened : { ...opened, older: { index: next, typed } };
}

/** The history with a filter that was kept. */
export function remember(history: readonly string[], filter: string): readonly string[] {
  if (filter === "" || history[0] === filter) return history;
  return [filter, ...history.filter((old) => old !== filter)].slice(0, MAX_HISTORY);
}

/** The first candidate on screen where so many have room: the chosen one is always among them. */
export function firstShown({ chosen = 0 }: FilterInput, room: number): number {
  return Math.max(0, chosen - room + 1);
}

/**
 * The filter that the input asks for now: without the word that is not understood yet, or that may become a key;
 * undefined where that is none either.
 */
export function filterOf({ line, error, completion: { start, items } }: FilterInput): string | undefined {
  const text = line.text.trim();
  if (error === undefined) {
    const word = line.text.slice(start).toLowerCase();
    const begun = word !== "" && items.some((item) => item.text.endsWith(":") && item.text.startsWith(word));
    return begun ? line.text.slice(0, start).replace(/-$/, "").trim() : text;
  }
  return understood(line.text, error);
}

/** The text without the words that are wrong, of which there are no more than it has blanks. */
function understood(text: string, error: FilterError): string | undefined {
  let rest = text;
  let wrong = error;
  for (let words = text.split(" ").length; words > 0; words--) {
    // The whole word goes, whatever part of it is wrong.
    const before = rest.slice(0, rest.lastIndexOf(" ", wrong.start - 1) + 1);
    const next = rest.indexOf(" ", wrong.end);
    rest = (before + (next < 0 ? "" : rest.slice(next + 1))).trim();
    const compiled = compileFilter(rest);
    if (!isFilterError(compiled)) return rest;
    wrong = compiled;
  }
  return undefined;
}

/** What the screen knows that may be filtered for. */
export function knownOf({ rows = [], live = [] }: Partial<Pick<Snapshot, "rows" | "live">>): Known {
  const requests = live.flatMap(({ event }) => (event.kind === "request" ? [event] : []));
  return {
    addresses: distinct(rows.map(({ ip }) => ip)),
    services: distinct(rows.flatMap(({ services }) => services.map(({ name }) => name))),
    countries: distinct(rows.map(({ origin }) => origin?.country)),
    // What is on screen comes first, then what else there could be.
    rules: distinct([
      ...rows.flatMap(({ verdict }) => verdict?.findings.map(({ rule }) => rule)),
      ...RULE_IDS,
    ]),
    vhosts: distinct(requests.map(({ vhost }) => vhost)),
    users: distinct(live.map(({ event }) => event.user)),
  };
}

/** Candidates of one kind that are worth offering. */
const MAX_KNOWN = 200;

function distinct(texts: readonly (string | undefined)[]): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    if (text !== undefined && text !== "" && found.size < MAX_KNOWN) found.add(text);
  }
  return [...found];
}

function withLine(line: LineInput, known: Known): FilterInput {
  return { ...withError(line), known, completion: completeFilter(line.text, line.at, known) };
}

function withError(line: LineInput): Omit<FilterInput, "completion" | "known"> {
  const compiled = compileFilter(line.text.trim() === "" ? "" : line.text);
  return { line, ...(isFilterError(compiled) && { error: compiled }) };
}
