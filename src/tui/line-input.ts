import { MAX_TEXT } from "../filter/tokens.ts";
import { cut } from "./fit.ts";
import type { Action } from "./keymap.ts";

/** A line being typed, and where the next character goes. */
export interface LineInput {
  readonly text: string;
  readonly at: number;
}

/** The line with typed or pasted text, made harmless, as much of it as a filter may have. */
export function insert({ text, at }: LineInput, typed: string): LineInput {
  const room = MAX_TEXT - text.length;
  const taken = typed
    .slice(0, 2 * MAX_TEXT)
    .replace(/\s+/g, " ")
    .slice(0, room)
    .replace(/[\ud800-\udbff]$/, "");
  // No character has more than two cells, so nothing is cut here.
  const added = cut(taken, 2 * room);
  return { text: text.slice(0, at) + added + text.slice(at), at: at + added.length };
}

/** Whether nothing more goes into the line. */
export function isFull({ text }: LineInput): boolean {
  return text.length >= MAX_TEXT;
}

/** The line after an editing key, or undefined where the action is none. */
export function edit({ text, at }: LineInput, action: Action): LineInput | undefined {
  const before = text.slice(0, at);
  const after = text.slice(at);
  switch (action) {
    case "left":
      return { text, at: at - lastLength(before) };
    case "right":
      return { text, at: at + firstLength(after) };
    case "line-start":
      return { text, at: 0 };
    case "line-end":
      return { text, at: text.length };
    case "erase":
      return joined(before.slice(0, before.length - lastLength(before)), after);
    case "erase-next":
      return joined(before, after.slice(firstLength(after)));
    case "erase-word":
      return joined(before.replace(/\S*\s*$/, ""), after);
    case "erase-line":
      return joined("", after);
    default:
      return undefined;
  }
}

function joined(before: string, after: string): LineInput {
  return { text: before + after, at: before.length };
}

function lastLength(text: string): number {
  return Array.from(text).at(-1)?.length ?? 0;
}

function firstLength(text: string): number {
  return Array.from(text)[0]?.length ?? 0;
}
