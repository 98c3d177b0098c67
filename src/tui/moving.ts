import type { Ip } from "../model/ip.ts";
import { moveBlocks } from "./block-list.ts";
import { layoutOf, liveRows, tableRows } from "./layout.ts";
import { following, moveBy, moveTo as moveLogTo } from "./log.ts";
import { type ModalText, modalText } from "./modal-text.ts";
import { moveOffenders } from "./offenders-list.ts";
import { moveTo } from "./rows.ts";
import { isAddress, type State } from "./state.ts";
import { windowRows } from "./window.ts";

/** Moves what has the focus by so many lines; infinities are its ends. */
export function move(state: State, by: number): State {
  if (state.modal?.kind === "blocks") return moveBlocks(state, by);
  if (state.modal?.kind === "recurring") return moveOffenders(state, by);
  if (state.modal !== undefined) return scrollModal(state, by);
  if (state.focus === "live") return moveLog(state, by);
  return { ...state, cursor: moveTo(state.cursor, state.rows, tableHeight(state), state.cursor.index + by) };
}

/** Moves what has the focus by its own height: -1 up, 1 down. */
export function movePage(state: State, by: number): State {
  return move(state, by * Math.max(1, pageOf(state) - 1));
}

function moveLog(state: State, by: number): State {
  return { ...state, log: moveBy(state.log, by, liveHeight(state), state.maxLines) };
}

/** On a certain line of the live panel. */
export function moveLogToLine(state: State, index: number): State {
  return { ...state, log: moveLogTo(state.log, index, liveHeight(state)) };
}

export function follow(state: State): State {
  return { ...state, log: following(state.log, state.maxLines) };
}

/** Scrolls the open window by so many lines, no further than there are any. */
export function scrollModal(state: State, by: number): State {
  return state.modal === undefined ? state : scrollModalTo(state, state.modal.scroll + by);
}

function scrollModalTo(state: State, scroll: number, text = textOf(state)): State {
  const { modal } = state;
  if (modal === undefined) return state;
  const lowest = Math.max(0, text.lines.length - windowRows(state).height);
  const at = Math.max(0, Math.min(lowest, scroll));
  if (modal.kind !== "hook") return { ...state, modal: { ...modal, scroll: at } };
  return { ...state, modal: { ...modal, scroll: at, run: { ...modal.run, follows: scroll >= lowest } } };
}

/** Scrolls to the next section of the open window, or to the one before. */
export function scrollToSection(state: State, by: 1 | -1): State {
  const { modal } = state;
  if (modal === undefined) return state;
  const text = textOf(state);
  const lowest = Math.max(0, text.lines.length - windowRows(state).height);
  const starts = [...new Set(text.sections.map((start) => Math.min(start, lowest)))];
  const next =
    by > 0
      ? (starts.find((start) => start > modal.scroll) ?? 0)
      : (starts.findLast((start) => start < modal.scroll) ?? lowest);
  return scrollModalTo(state, next, text);
}

function textOf(state: State): ModalText {
  return modalText(state, windowRows(state));
}

function pageOf(state: State): number {
  if (state.modal !== undefined) return windowRows(state).height;
  return state.focus === "live" ? liveHeight(state) : tableHeight(state);
}

/** Rows of the table on screen. */
export function tableHeight({ size }: State): number {
  const layout = layoutOf(size);
  return layout === undefined ? 1 : tableRows(layout).height;
}

/** Lines of the live panel on screen. */
export function liveHeight({ size }: State): number {
  const layout = layoutOf(size);
  return layout === undefined ? 1 : liveRows(layout).height;
}

/** The addresses of the table's rows that are on screen, and that of an open detail. */
export function addressesOnScreen(state: State): Ip[] {
  const { rows, cursor, snapshot } = state;
  const shown = rows
    .slice(cursor.top, cursor.top + tableHeight(state))
    .flatMap((row) => (isAddress(row) ? [row.ip] : []));
  const open = snapshot?.detail?.profile.ip;
  return open === undefined ? shown : [open, ...shown];
}
