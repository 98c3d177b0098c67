import { PALETTE, type Style } from "../palette.ts";
import { paintSpans, type Rect, type Span, type Surface, spansWidth } from "../surface.ts";

/** What stands in a frame's border. */
export interface Frame {
  readonly title: readonly Span[];
  readonly bottom?: readonly Span[];
  readonly focused: boolean;
  /** The upper border is the lower one of a frame above it. */
  readonly joined?: boolean;
  /** The lower border is painted by a frame below. */
  readonly open?: boolean;
}

/** A box with its title in the upper border. The inside is not painted. */
export function paintFrame(surface: Surface, rect: Rect, frame: Frame): void {
  const { x, y, width, height } = rect;
  const style = frame.focused ? PALETTE.focus : PALETTE.faint;
  const corners = frame.joined ? (["├", "┤"] as const) : (["┌", "┐"] as const);
  // The sign of the cursor, because without colours the frame says nothing.
  paintBorder(surface, rect, corners, frame.title, style, frame.focused ? "›" : " ");
  const last = y + height - (frame.open ? 0 : 1);
  for (let line = y + 1; line < last; line++) {
    surface.text(x, line, 1, "│", style);
    surface.text(x + width - 1, line, 1, "│", style);
  }
  if (frame.open) return;
  paintBorder(surface, { ...rect, y: y + height - 1 }, ["└", "┘"], frame.bottom ?? [], style, " ");
}

function paintBorder(
  surface: Surface,
  { x, y, width }: Rect,
  [left, right]: readonly [string, string],
  title: readonly Span[],
  style: Style,
  mark: string,
): void {
  const size = title.length === 0 ? 0 : Math.min(width - 4, spansWidth(title) + 2);
  surface.text(x, y, 1, left, style);
  if (size > 0) paintSpans(surface, x + 1, y, size, [[mark, style], ...title, [" ", style]]);
  surface.text(x + 1 + size, y, width - 2 - size, "─".repeat(Math.max(0, width - 2 - size)), style);
  surface.text(x + width - 1, y, 1, right, style);
}
