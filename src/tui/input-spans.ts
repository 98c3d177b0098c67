import { cells, cut } from "./fit.ts";
import type { LineInput } from "./line-input.ts";
import { PALETTE, type Style } from "./palette.ts";
import type { Span } from "./surface.ts";

/** How a stretch of the text looks, from one UTF-16 unit to another. */
export interface Look {
  readonly start: number;
  readonly end: number;
  readonly style: Style;
}

/** More than any line being typed fills. */
const MAX_CELLS = 4_096;

/** A line being typed, its cursor as an inverse cell (the terminal's own stays hidden), scrolled to show it. */
export function inputSpans({ text, at }: LineInput, width: number, looks: readonly Look[] = []): Span[] {
  const room = Math.max(1, width - 1);
  // The first character on screen: the cursor's cell and what stands before it fit.
  let first = 0;
  let before = cells(cut(text.slice(0, at), MAX_CELLS));
  while (before > room && first < at) {
    const character = String.fromCodePoint(text.codePointAt(first) ?? 32);
    before -= cells(cut(character, 2));
    first += character.length;
  }
  const spans: Span[] = [];
  let shown = 0;
  for (let i = first; i <= text.length && shown <= room; ) {
    const character = i < text.length ? String.fromCodePoint(text.codePointAt(i) ?? 32) : " ";
    const look = looks.find(({ start, end }) => i >= start && i < end)?.style ?? PALETTE.strong;
    spans.push([character, i === at ? PALETTE.selected : look]);
    i += character.length;
    shown += Math.max(1, cells(cut(character, 2)));
  }
  return spans;
}
