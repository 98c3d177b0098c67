import { identity, riskSpan } from "../detail.ts";
import { modalRect, modalRows } from "../layout.ts";
import { modalText } from "../modal-text.ts";
import { PALETTE } from "../palette.ts";
import type { State } from "../state.ts";
import { paintSpans, type Span, type Surface } from "../surface.ts";
import { keySpans } from "./footer.ts";
import { paintFrame } from "./frame.ts";

/** The open window: a frame with its keys in the lower border, and the lines that are scrolled to. */
export function paintModal(surface: Surface, state: State): void {
  const { modal, size } = state;
  if (modal === undefined) return;
  const frame = modalRect(size, modal.kind);
  const area = modalRows(size, modal.kind);
  const { lines } = modalText(state, area);
  const rest = lines.length - modal.scroll - area.height;
  paintFrame(surface, frame, {
    ...titles(state, rest),
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

function titles({ modal, snapshot }: State, rest: number): { title: Span[]; right?: Span[] } {
  const more: Span = [rest > 0 ? ` · ${rest} more below` : "", PALETTE.dim];
  if (modal?.kind === "form") return { title: [["Filter", PALETTE.strong], more] };
  if (modal?.kind !== "detail") return { title: [["Help", PALETTE.strong], more] };
  const profile = snapshot?.detail?.profile;
  if (profile?.ip !== modal.ip)
    return {
      title: [
        [modal.ip, PALETTE.strong],
        [" · gone", PALETTE.warning],
      ],
    };
  return { title: [...identity(profile), more], right: [riskSpan(profile)] };
}
