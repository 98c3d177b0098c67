import { modalRect, modalRows } from "../layout.ts";
import { modalLines } from "../modal-lines.ts";
import { PALETTE } from "../palette.ts";
import type { State } from "../state.ts";
import { paintSpans, type Span, type Surface } from "../surface.ts";
import { keySpans } from "./footer.ts";
import { paintFrame } from "./frame.ts";

/** The open modal: a frame with its keys in the lower border, and the lines that are scrolled to. */
export function paintModal(surface: Surface, state: State): void {
  const { modal, size } = state;
  if (modal === undefined) return;
  const frame = modalRect(size);
  const area = modalRows(size);
  const lines = modalLines(state, area.width);
  const rest = lines.length - modal.scroll - area.height;
  paintFrame(surface, frame, {
    title: title(state, rest),
    bottom: keySpans(state, area.width - 2),
    focused: true,
  });
  surface.clip(frame, () => {
    for (let i = 0; i < area.height; i++) {
      const y = area.y + i;
      surface.text(area.x - 1, y, 1, "", PALETTE.plain);
      paintSpans(surface, area.x, y, area.width + 1, lines[modal.scroll + i]?.() ?? []);
    }
  });
}

function title({ modal, snapshot }: State, rest: number): Span[] {
  const more: Span = [rest > 0 ? ` · ${rest} more below` : "", PALETTE.dim];
  if (modal?.kind !== "detail") return [["Help", PALETTE.strong], more];
  const live = snapshot?.detail?.profile.ip === modal.ip;
  return [[modal.ip, PALETTE.strong], [live ? "" : " · gone", PALETTE.warning], more];
}
