import { cells, cut } from "./fit.ts";
import { PALETTE, type Style } from "./palette.ts";

/** Cells, from the upper left corner of the screen. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What views paint on. Coordinates are whole cells of the screen; what lies outside is not painted. */
export interface Surface {
  /** Paints exactly `width` cells of one line with `text`, made harmless, cut or filled with blanks. */
  text(x: number, y: number, width: number, text: string, style: Style, right?: boolean): void;
  /** Whatever `body` paints stays inside `rect`. */
  clip(rect: Rect, body: () => void): void;
}

/** A run of text in one style. */
export type Span = readonly [text: string, style: Style];

/** Wider than any terminal: what is measured of a text that may come from outside. */
const MAX_CELLS = 1_000;

/** The cells that runs fill one after the other once they are harmless. */
export function spansWidth(spans: readonly Span[]): number {
  let width = 0;
  for (const [text] of spans) width += cells(cut(text, MAX_CELLS));
  return width;
}

/** Paints runs one after the other and blanks after them: `width` cells in all. */
export function paintSpans(
  surface: Surface,
  x: number,
  y: number,
  width: number,
  spans: readonly Span[],
): void {
  let at = 0;
  for (const [text, style] of spans) {
    const shown = cut(text, width - at);
    const size = cells(shown);
    if (size > 0) surface.text(x + at, y, size, shown, style);
    at += size;
  }
  if (at < width) surface.text(x + at, y, width - at, "", PALETTE.plain);
}

/** A part of a line that is there or not. */
export interface Segment {
  readonly spans: readonly Span[];
  /** Parts of the highest rank leave first where the line is short; rank 0 stays. */
  readonly rank: number;
}

/** The segments that fit into `width` cells, in their order, `gap` between each two. */
export function fitting(segments: readonly Segment[], width: number, gap: Span): Span[] {
  const kept = segments.filter((segment) => segment.spans.length > 0);
  const between = spansWidth([gap]);
  const sizes = new Map(kept.map((segment) => [segment, spansWidth(segment.spans)]));
  let used = kept.reduce((sum, segment) => sum + (sizes.get(segment) ?? 0) + between, -between);
  while (used > width) {
    let worst = 0;
    for (let i = 1; i < kept.length; i++) {
      if ((kept[i] as Segment).rank >= (kept[worst] as Segment).rank) worst = i;
    }
    const leaving = kept[worst];
    if (leaving === undefined || leaving.rank === 0) break;
    used -= (sizes.get(leaving) ?? 0) + between;
    kept.splice(worst, 1);
  }
  return kept.flatMap((segment, i) => (i === 0 ? segment.spans : [gap, ...segment.spans]));
}
