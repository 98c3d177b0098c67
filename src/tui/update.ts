import { type Snapshot, SORTS } from "../model/snapshot.ts";
import { type Column, columnsFor } from "./columns.ts";
import { type Action, actionOf, type KeyName } from "./keymap.ts";
import {
  inside,
  type Layout,
  layoutOf,
  liveRows,
  modalRect,
  modalRows,
  type Size,
  tableRows,
} from "./layout.ts";
import { edit, insert } from "./line-input.ts";
import { append, EMPTY, scroll } from "./log.ts";
import { modalLines } from "./modal-lines.ts";
import { FIRST, follow, keepOrder, moveTo } from "./rows.ts";
import { type Asked, modeOf, type State, selected } from "./state.ts";

/** What can happen to the console. */
export type Message =
  /** `text` is what the key types, absent for keys that type nothing. */
  | { readonly kind: "key"; readonly key: KeyName; readonly text?: string }
  | { readonly kind: "paste"; readonly text: string }
  | { readonly kind: "press"; readonly x: number; readonly y: number }
  /** `by` is -1 up, 1 down. */
  | { readonly kind: "wheel"; readonly x: number; readonly y: number; readonly by: number }
  | { readonly kind: "resize"; readonly size: Size }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot; readonly asked: Asked }
  /** A second passed since the last key or turn of the wheel. */
  | { readonly kind: "release" }
  | { readonly kind: "notice-over" };

/** What the console must do about it. */
export type Effect =
  | { readonly kind: "ask" | "refresh" | "quit" | "suspend" }
  /** Send `release` a second from now, counting from the last time. */
  | { readonly kind: "hold" }
  /** Send `notice-over` in a while. */
  | { readonly kind: "notice" }
  | { readonly kind: "copy"; readonly text: string };

type Step = readonly [State, ...Effect[]];

const ASK: Effect = { kind: "ask" };
const HOLD: Effect = { kind: "hold" };
const NOTICE: Effect = { kind: "notice" };
const WHEEL_LINES = 3;

/** The next state, and what is to be done. The same state object means that nothing is to be painted. */
export function update(state: State, message: Message): Step {
  switch (message.kind) {
    case "key": {
      const [next, ...effects] = key({ ...state, held: true }, message.key, message.text);
      return [next, HOLD, ...effects];
    }
    case "paste":
      return state.input === undefined ? [state] : type(state, message.text);
    case "press": {
      const [next, ...effects] = press({ ...state, held: true }, message.x, message.y);
      return [next, HOLD, ...effects];
    }
    case "wheel":
      return [wheel({ ...state, held: true }, message.x, message.y, message.by * WHEEL_LINES), HOLD];
    case "resize":
      return [settled({ ...state, size: message.size })];
    case "snapshot":
      return [receive(state, message.snapshot, message.asked)];
    case "release":
      return [settled({ ...state, held: false, rows: state.snapshot?.rows ?? [] })];
    case "notice-over": {
      const { notice: _, ...rest } = state;
      return [rest];
    }
  }
}

function receive(state: State, snapshot: Snapshot, asked: Asked): State {
  const same = asked.filter === state.shown.filter;
  const keep = state.held && same && asked.sort === state.shown.sort;
  return settled({
    ...state,
    snapshot,
    shown: asked,
    rows: keep ? keepOrder(state.rows, snapshot.rows) : snapshot.rows,
    log: append(same ? state.log : EMPTY, snapshot.live, state.maxLines),
  });
}

/** The state with every position inside what there is. */
function settled(state: State): State {
  const log = state.log.back === 0 ? state.log : scroll(state.log, 0, liveHeight(state), state.maxLines);
  return scrollModal({ ...state, cursor: follow(state.cursor, state.rows, tableHeight(state)), log }, 0);
}

function key(state: State, name: KeyName, text: string | undefined): Step {
  const action = actionOf(modeOf(state), name);
  if (action !== undefined) return act(state, action);
  return state.input !== undefined && text !== undefined ? type(state, text) : [state];
}

function type(state: State, text: string): Step {
  return state.input === undefined ? [state] : typed({ ...state, input: insert(state.input, text) });
}

/** The filter as the input now has it. */
function typed(state: State): Step {
  return filtered(state, state.input?.text.trim() ?? "");
}

function filtered(state: State, filter: string): Step {
  return filter === state.filter ? [state] : [{ ...state, filter }, ASK];
}

function act(state: State, action: Action): Step {
  switch (action) {
    case "quit":
    case "suspend":
      return [state, { kind: action }];
    case "refresh":
      return [{ ...state, notice: "reading every source" }, { kind: "refresh" }, ASK, NOTICE];
    case "freeze":
      return state.frozen ? [{ ...state, frozen: false }, ASK] : [{ ...state, frozen: true }];
    case "copy":
      return copy(state);
    case "help":
      return [{ ...state, modal: { kind: "help", scroll: 0 } }];
    case "open":
      return open(state);
    case "close":
      return [closed(state)];
    case "back":
      return state.filter === "" ? [{ ...state, cursor: FIRST }] : filtered(state, "");
    case "focus-next":
    case "focus-previous":
      return [{ ...state, focus: state.focus === "table" ? "live" : "table" }];
    case "sort-next":
      return sortBy(state, 1);
    case "sort-previous":
      return sortBy(state, -1);
    case "filter":
      return [{ ...state, input: { text: state.filter, at: state.filter.length } }];
    case "filter-keep":
      return [withoutInput(state)];
    case "filter-clear":
      return filtered(withoutInput(state), "");
    case "filter-address":
      return state.modal?.kind === "detail" ? filtered(closed(state), state.modal.ip) : [state];
    case "up":
      return [move(state, -1)];
    case "down":
      return [move(state, 1)];
    case "page-up":
      return [move(state, -page(state))];
    case "page-down":
      return [move(state, page(state))];
    case "first":
      return [move(state, Number.NEGATIVE_INFINITY)];
    case "last":
      return [move(state, Number.POSITIVE_INFINITY)];
    default: {
      const input = state.input && edit(state.input, action);
      return input === undefined ? [state] : typed({ ...state, input });
    }
  }
}

function copy(state: State): Step {
  const ip = state.modal?.kind === "detail" ? state.modal.ip : selected(state)?.ip;
  if (ip === undefined) return [state];
  return [{ ...state, notice: `sent ${ip} to the clipboard` }, { kind: "copy", text: ip }, NOTICE];
}

function open(state: State): Step {
  const row = selected(state);
  if (row === undefined) return [state];
  // The address somebody looks at is the one the cursor stays with.
  const cursor = { ...state.cursor, ip: row.ip };
  return [{ ...state, cursor, modal: { kind: "detail", ip: row.ip, scroll: 0 } }, ASK];
}

function closed(state: State): State {
  const { modal: _, ...rest } = state;
  return rest;
}

function withoutInput(state: State): State {
  const { input: _, ...rest } = state;
  return rest;
}

function sortBy(state: State, by: number): Step {
  const at = SORTS.indexOf(state.sort) + by + SORTS.length;
  return [{ ...state, sort: SORTS[at % SORTS.length] ?? state.sort }, ASK];
}

/** Moves what has the focus by so many lines; infinities are its ends. */
function move(state: State, by: number): State {
  if (state.modal !== undefined) return scrollModal(state, by);
  if (state.focus === "live")
    return { ...state, log: scroll(state.log, -by, liveHeight(state), state.maxLines) };
  return { ...state, cursor: moveTo(state.cursor, state.rows, tableHeight(state), state.cursor.index + by) };
}

function scrollModal(state: State, by: number): State {
  if (state.modal === undefined) return state;
  const { width, height } = modalRows(state.size);
  const lowest = Math.max(0, modalLines(state, width).length - height);
  return {
    ...state,
    modal: { ...state.modal, scroll: Math.max(0, Math.min(lowest, state.modal.scroll + by)) },
  };
}

function page(state: State): number {
  if (state.modal !== undefined) return Math.max(1, modalRows(state.size).height - 1);
  return Math.max(1, (state.focus === "live" ? liveHeight(state) : tableHeight(state)) - 1);
}

function tableHeight({ size }: State): number {
  const layout = layoutOf(size);
  return layout === undefined ? 1 : tableRows(layout).height;
}

function liveHeight({ size }: State): number {
  const layout = layoutOf(size);
  return layout === undefined ? 1 : liveRows(layout).height;
}

function wheel(state: State, x: number, y: number, by: number): State {
  if (state.modal !== undefined) return scrollModal(state, by);
  const layout = layoutOf(state.size);
  if (layout === undefined) return state;
  if (inside(layout.live, x, y)) return move({ ...state, focus: "live" }, by);
  return inside(layout.table, x, y) ? move({ ...state, focus: "table" }, by) : state;
}

function press(state: State, x: number, y: number): Step {
  if (state.modal !== undefined) return [inside(modalRect(state.size), x, y) ? state : closed(state)];
  const layout = layoutOf(state.size);
  if (layout === undefined) return [state];
  if (inside(layout.live, x, y)) return [{ ...state, focus: "live" }];
  return inside(layout.table, x, y) ? pressTable({ ...state, focus: "table" }, layout, x, y) : [state];
}

function pressTable(state: State, layout: Layout, x: number, y: number): Step {
  const area = tableRows(layout);
  if (y === area.y - 1) {
    const sort = columnAt(area.width, x - area.x)?.sort;
    return sort === undefined ? [state] : [{ ...state, sort }, ASK];
  }
  const index = state.cursor.top + y - area.y;
  if (!inside(area, x, y) || state.rows[index] === undefined) return [state];
  // A second press on a row opens it.
  if (state.cursor.ip !== undefined && index === state.cursor.index) return open(state);
  return [{ ...state, cursor: moveTo(state.cursor, state.rows, area.height, index) }];
}

function columnAt(width: number, x: number): Column | undefined {
  return columnsFor(width).find((placed) => x >= placed.x && x <= placed.x + placed.width)?.column;
}
