import { cut } from "./fit.ts";
import type { Action } from "./keymap.ts";

/** A line being typed, and where the next character goes. */
export interface LineInput {
  readonly text: string;
  readonly at: number;
}

/** As long as a filter may be. */
const MAX_TEXT = 1_024;

/** The line with typed or pasted text, made harmless. */
export function insert({ text, at }: LineInput, typed: string): LineInput {
  const added = cut(typed.replace(/\s+/g, " "), MAX_TEXT - text.length);
  return { text: text.slice(0, at) + added + text.slice(at), at: at + added.length };
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
