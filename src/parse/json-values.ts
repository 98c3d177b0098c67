import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, isBlank, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./ascii.ts";
import { closingQuote } from "./quoted.ts";

/** Log lines nest four or five deep; more is an attack or no log. */
const MAX_DEPTH = 64;

/** The byte at `i`, or -1 past the end of the line. */
export function byteAt(view: DataView, i: number, end: number): number {
  return i < end ? view.getUint8(i) : -1;
}

/** The place of the first byte at or after `from` that is no white space. */
export function skipBlanks(view: DataView, from: number, end: number): number {
  let i = from;
  while (i < end && isBlank(view.getUint8(i))) i++;
  return i;
}

/**
 * The place after the JSON value that begins at `from`, or -1 where the line ends inside it. It finds the
 * end and judges little: brackets are counted, not paired by kind, and what stands for a number may be any
 * word or nothing (nginx writes `"upstream_time":,` for a variable that is not set).
 */
export function skipValue(view: DataView, from: number, end: number): number {
  const first = byteAt(view, from, end);
  if (first === QUOTE) return skipString(view, from, end);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(view, from, end);
  let i = from;
  while (i < end && !endsWord(view.getUint8(i))) i++;
  return i;
}

function skipString(view: DataView, from: number, end: number): number {
  const close = closingQuote(view, from + 1, end);
  return close < end ? close + 1 : -1;
}

function skipContainer(view: DataView, from: number, end: number): number {
  let depth = 0;
  let i = from;
  while (i < end) {
    const c = view.getUint8(i);
    if (c === QUOTE) {
      i = skipString(view, i, end);
      if (i < 0) return -1;
      continue;
    }
    if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) return -1;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      if (--depth === 0) return i + 1;
    }
    i++;
  }
  return -1;
}

function endsWord(c: number): boolean {
  return c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET || isBlank(c);
}
