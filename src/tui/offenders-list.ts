import { firstLine } from "./rows.ts";
import type { State } from "./state.ts";
import { windowRows } from "./window.ts";

/** The line of titles above the recurring offenders. */
export const OFFENDERS_HEAD = 1;

/** Moves the cursor by so many recurring offenders, with it in sight. */
export function moveOffenders(state: State, by: number): State {
  return state.modal?.kind === "recurring" ? selectOffender(state, state.modal.at + by) : state;
}

/** The cursor on the offender nearest to that place. */
export function selectOffender(state: State, place: number): State {
  const { modal } = state;
  if (modal?.kind !== "recurring") return state;
  const count = typeof modal.found === "object" ? modal.found.length : 0;
  const at = Math.max(0, Math.min(count - 1, place));
  const line = at === 0 ? 0 : OFFENDERS_HEAD + at;
  const scroll = firstLine(modal.scroll, line, OFFENDERS_HEAD + count, windowRows(state).height);
  return { ...state, modal: { ...modal, at, scroll } };
}
