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
  const [left, right] = frame.joined ? ["├", "┤"] : ["┌", "┐"];
  paintBorder(surface, x, y, width, [left, right], frame.title, style);
  const last = y + height - (frame.open ? 0 : 1);
  for (let line = y + 1; line < last; line++) {
    surface.text(x, line, 1, "│", style);
    surface.text(x + width - 1, line, 1, "│", style);
  }
  if (!frame.open) paintBorder(surface, x, y + height - 1, width, ["└", "┘"], frame.bottom ?? [], style);
}

function paintBorder(
  surface: Surface,
  x: number,
  y: number,
  width: number,
  [left, right]: readonly [string, string] | readonly string[],
  title: readonly Span[],
  style: Style,
): void {
  const room = Math.max(0, width - 4);
  const size = title.length === 0 ? 0 : Math.min(room, spansWidth(title) + 2);
  surface.text(x, y, 1, left ?? "", style);
  if (size > 0) paintSpans(surface, x + 1, y, size, [[" ", style], ...title, [" ", style]]);
  surface.text(x + 1 + size, y, width - 2 - size, "─".repeat(Math.max(0, width - 2 - size)), style);
  surface.text(x + width - 1, y, 1, right ?? "", style);
}
