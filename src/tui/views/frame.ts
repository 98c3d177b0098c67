import { PALETTE, type Style } from "../palette.ts";
import { paintSpans, type Rect, type Span, type Surface, spansWidth } from "../surface.ts";

/** What stands in a frame's border. */
interface Frame {
  readonly title: readonly Span[];
  /** At the right end of the upper border, where there is room beside the title. */
  readonly right?: readonly Span[];
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
  const mark = frame.focused ? "›" : " ";
  paintBorder(surface, rect, corners, { left: frame.title, right: frame.right ?? [] }, style, mark);
  const last = y + height - (frame.open ? 0 : 1);
  for (let line = y + 1; line < last; line++) {
    surface.text(x, line, 1, "│", style);
    surface.text(x + width - 1, line, 1, "│", style);
  }
  if (frame.open) return;
  const bottom = { left: frame.bottom ?? [], right: [] };
  paintBorder(surface, { ...rect, y: y + height - 1 }, ["└", "┘"], bottom, style, " ");
}

interface Words {
  readonly left: readonly Span[];
  readonly right: readonly Span[];
}

function paintBorder(
  surface: Surface,
  { x, y, width }: Rect,
  [start, end]: readonly [string, string],
  { left, right }: Words,
  style: Style,
  mark: string,
): void {
  const wanted = right.length === 0 ? 0 : spansWidth(right) + 2;
  const tail = wanted > width / 2 ? 0 : wanted;
  const size = left.length === 0 ? 0 : Math.min(width - 4 - tail, spansWidth(left) + 2);
  surface.text(x, y, 1, start, style);
  if (size > 0) paintSpans(surface, x + 1, y, size, [[mark, style], ...left, [" ", style]]);
  const line = Math.max(0, width - 2 - size - tail - (tail > 0 ? 1 : 0));
  surface.text(x + 1 + size, y, line, "─".repeat(line), style);
  if (tail > 0) {
    paintSpans(surface, x + 1 + size + line, y, tail, [[" ", style], ...right, [" ", style]]);
    surface.text(x + width - 2, y, 1, "─", style);
  }
  surface.text(x + width - 1, y, 1, end, style);
}
