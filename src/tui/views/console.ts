import { layoutOf } from "../layout.ts";
import { PALETTE } from "../palette.ts";
import type { State } from "../state.ts";
import type { Surface } from "../surface.ts";
import { paintCompletion, paintFooter } from "./footer.ts";
import { paintHeader, paintOffenders } from "./header.ts";
import { paintLive } from "./live.ts";
import { paintModal } from "./modal.ts";
import { paintTable } from "./table.ts";

/** Paints every cell of the screen. */
export function paintConsole(surface: Surface, state: State): void {
  const layout = layoutOf(state.size);
  if (layout === undefined) {
    paintTooSmall(surface, state);
    return;
  }
  paintHeader(surface, layout.header, state);
  if (layout.offenders.height > 0) paintOffenders(surface, layout.offenders, state);
  paintTable(surface, layout, state);
  paintLive(surface, layout, state);
  paintFooter(surface, layout.footer, state);
  paintCompletion(surface, layout, state);
  paintModal(surface, state);
}

function paintTooSmall(surface: Surface, { size: { width, height } }: State): void {
  for (let y = 0; y < height; y++) surface.text(0, y, width, "", PALETTE.plain);
  const words = `needs 60x15: this terminal is ${width}x${height}; q quits`;
  surface.text(0, height >> 1, width, words, PALETTE.warning);
}
