import { detailLines, type Line } from "./detail.ts";
import { cut } from "./fit.ts";
import { helpOf } from "./keymap.ts";
import { losses, signOf } from "./lamps.ts";
import { PALETTE } from "./palette.ts";
import type { State } from "./state.ts";

/** The lines of the open modal, none where none is open. */
export function modalLines(state: State, width: number): Line[] {
  const { modal, snapshot, utc } = state;
  if (modal === undefined) return [];
  if (modal.kind === "help") return helpLines(state);
  const detail = snapshot?.detail;
  // The answer about the address before this one may still be there.
  if (snapshot === undefined || detail?.profile.ip !== modal.ip) {
    return [() => [["nothing is known about this address any more", PALETTE.dim]]];
  }
  return detailLines(detail, { width, utc, now: snapshot.at });
}

const KEY_CELLS = 13;
const SOURCE_CELLS = 40;

function helpLines({ snapshot }: State): Line[] {
  const keys = helpOf().map(
    ({ label = "", help = "" }): Line =>
      () => [
        [`  ${label.padEnd(KEY_CELLS)}`, PALETTE.focus],
        [help, PALETTE.plain],
      ],
  );
  const sources = (snapshot?.health ?? []).map(
    (event): Line =>
      () => [
        ["  ", PALETTE.plain],
        signOf(event.state),
        [` ${cut(event.source, SOURCE_CELLS)}  `, PALETTE.plain],
        [[event.detail, ...losses([event])].join(", "), PALETTE.dim],
      ],
  );
  return [
    () => [["KEYS", PALETTE.strong]],
    ...keys,
    () => [],
    () => [["MOUSE", PALETTE.strong]],
    () => [
      ["  click a title to sort, a row to select it, again to open it; the wheel scrolls", PALETTE.plain],
    ],
    () => [],
    () => [["SOURCES", PALETTE.strong]],
    ...sources,
  ];
}
