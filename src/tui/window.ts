import { modalRect, rowsIn } from "./layout.ts";
import { modalText } from "./modal-text.ts";
import type { State } from "./state.ts";
import type { Rect } from "./surface.ts";

/** The frame of the open window. One that asks is no higher than what it says: the table stays in sight. */
export function windowRect(state: State): Rect {
  const { size, modal } = state;
  const rect = modalRect(size, modal?.kind);
  if (modal?.kind !== "block" && modal?.kind !== "armed") return rect;
  const { lines } = modalText(state, rowsIn(rect));
  return { ...rect, height: Math.min(rect.height, lines.length + 2) };
}

/** The lines of the open window: inside its frame, with a blank on both sides. */
export function windowRows(state: State): Rect {
  return rowsIn(windowRect(state));
}
