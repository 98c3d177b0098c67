import { FORM_LINES } from "./form.ts";
import type { Rect } from "./surface.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the parts of the main screen lie. Panels include their frames. */
export interface Layout {
  readonly header: Rect;
  /** The top offenders' line; no height where there is no room. */
  readonly offenders: Rect;
  readonly table: Rect;
  readonly live: Rect;
  readonly footer: Rect;
  /** The live panel lies below the table and shares its frame. */
  readonly stacked: boolean;
}

/** Smaller than this, a table and a log beside keys no longer say anything. */
const MIN_WIDTH = 60;
const MIN_HEIGHT = 15;
/** From here a log line beside the table still has room for its path. */
const SIDE_BY_SIDE = 140;
const HEADER = 2;
const FOOTER = 2;
/** Below this the offenders' line costs more rows than it is worth. */
const OFFENDERS_FROM = 20;

/** The layout for a terminal of that size, or undefined where it is too small for any. */
export function layoutOf({ width, height }: Size): Layout | undefined {
  if (width < MIN_WIDTH || height < MIN_HEIGHT) return undefined;
  const offenders = height < OFFENDERS_FROM ? 0 : 1;
  const top = HEADER + offenders;
  const body = height - top - FOOTER;
  const common = {
    header: { x: 0, y: 0, width, height: HEADER },
    offenders: { x: 0, y: HEADER, width, height: offenders },
    footer: { x: 0, y: height - FOOTER, width, height: FOOTER },
  };
  if (width >= SIDE_BY_SIDE) {
    const left = Math.round(width * 0.62);
    return {
      ...common,
      table: { x: 0, y: top, width: left, height: body },
      live: { x: left, y: top, width: width - left, height: body },
      stacked: false,
    };
  }
  const upper = Math.round(body * 0.6);
  return {
    ...common,
    table: { x: 0, y: top, width, height: upper },
    live: { x: 0, y: top + upper, width, height: body - upper },
    stacked: true,
  };
}

/** The rows of the table that are on screen: inside the frame, right of the cursor's cell, below the titles. */
export function tableRows({ table, stacked }: Layout): Rect {
  return { x: table.x + 2, y: table.y + 2, width: table.width - 4, height: table.height - (stacked ? 2 : 3) };
}

/** The lines of the live panel: inside its frame, with a blank on the left. */
export function liveRows({ live }: Layout): Rect {
  return { x: live.x + 2, y: live.y + 1, width: live.width - 3, height: live.height - 2 };
}

/** The frame of what could stand at the cursor of the filter's input: above the input, over the panels. */
export function completionRect({ footer }: Layout, items: number): Rect {
  const height = Math.min(items, MAX_COMPLETIONS, footer.y - HEADER - 2) + 2;
  return { x: 1, y: footer.y - height, width: Math.min(COMPLETION_WIDTH, footer.width - 2), height };
}

/** What could stand there, one a line: inside its frame. */
export function completionRows(layout: Layout, items: number): Rect {
  const { x, y, width, height } = completionRect(layout, items);
  return { x: x + 2, y: y + 1, width: width - 4, height: height - 2 };
}

/** As many as one reads at a glance; more typing leaves fewer. */
const MAX_COMPLETIONS = 12;
const COMPLETION_WIDTH = 78;

/** From this size on a window leaves the screen behind it in sight. */
const WINDOW_FROM = { width: 100, height: 30 };
const WINDOW_WIDTH = 130;
/** A form is no longer than its fields, each at most this wide. */
const FORM = { width: 90, height: FORM_LINES + 2 };

/** Commands and reasons in full lines; the header and the footer stay in sight. */
const QUESTION_WIDTH = 100;

/** What a window shows: the form is as small as it can be. */
type WindowKind = "help" | "detail" | "form" | "block" | "armed" | "blocks" | "hook" | "recurring";

/** A window's frame, as high as it may be: the whole screen where that is small. */
export function modalRect({ width, height }: Size, kind: WindowKind = "detail"): Rect {
  const roomy = width >= WINDOW_FROM.width && height >= WINDOW_FROM.height;
  if (kind === "form") {
    const wide = Math.min(FORM.width, width);
    const high = Math.min(FORM.height, height);
    return { x: (width - wide) >> 1, y: (height - high) >> 1, width: wide, height: high };
  }
  if (kind === "block" || kind === "armed") {
    const wide = Math.min(QUESTION_WIDTH, width);
    return { x: (width - wide) >> 1, y: HEADER, width: wide, height: Math.max(0, height - HEADER - FOOTER) };
  }
  if (!roomy) return { x: 0, y: 0, width, height };
  const wide = Math.min(WINDOW_WIDTH, width - 8);
  return { x: (width - wide) >> 1, y: 2, width: wide, height: height - 4 };
}

/** The lines of a window: inside its frame, with a blank on both sides. */
export function modalRows(size: Size, kind?: WindowKind): Rect {
  return rowsIn(modalRect(size, kind));
}

/** What lies inside a window's frame, with a blank on both sides. */
export function rowsIn({ x, y, width, height }: Rect): Rect {
  return { x: x + 2, y: y + 1, width: Math.max(0, width - 4), height: Math.max(0, height - 2) };
}

/** Whether a cell lies inside. */
export function inside({ x, y, width, height }: Rect, column: number, line: number): boolean {
  return column >= x && column < x + width && line >= y && line < y + height;
}
