import { choiceAt } from "./block-lines.ts";
import { headLines, selectBlock } from "./block-list.ts";
import { chooseAt } from "./blocking.ts";
import { columnsFor } from "./columns.ts";
import { firstShown } from "./filter-input.ts";
import { choose, enterForm, withForm } from "./filtering.ts";
import { buttonAt, focusOn, stopAt } from "./form.ts";
import {
  completionRect,
  completionRows,
  inside,
  type Layout,
  layoutOf,
  liveRows,
  tableRows,
} from "./layout.ts";
import { topOf } from "./log.ts";
import { move, moveLogToLine, scrollModal } from "./moving.ts";
import { OFFENDERS_HEAD, selectOffender } from "./offenders-list.ts";
import { open } from "./opening.ts";
import { moveTo } from "./rows.ts";
import { closed, type State } from "./state.ts";
import { ASK, type Step } from "./step.ts";
import { columnsOf } from "./table-columns.ts";
import { windowRect, windowRows } from "./window.ts";

const WHEEL_LINES = 3;

/** The wheel scrolls what is under it, or the open window. */
export function wheel(state: State, { x, y, by }: { x: number; y: number; by: number }): State {
  const lines = by * WHEEL_LINES;
  if (state.modal?.kind === "blocks" || state.modal?.kind === "recurring") return move(state, lines);
  if (state.modal !== undefined) return scrollModal(state, lines);
  const layout = layoutOf(state.size);
  if (layout === undefined) return state;
  if (inside(layout.live, x, y)) return move({ ...state, focus: "live" }, lines);
  return inside(layout.table, x, y) ? move({ ...state, focus: "table" }, lines) : state;
}

/** A press of the left button. */
export function press(state: State, x: number, y: number): Step {
  if (state.modal !== undefined) return pressModal(state, x, y);
  const layout = layoutOf(state.size);
  if (layout === undefined) return [state];
  const { input } = state;
  if (input !== undefined && input.completion.items.length > 0) {
    const { length } = input.completion.items;
    const area = completionRows(layout, length);
    if (inside(area, x, y)) return choose(state, firstShown(input, area.height) + y - area.y);
    if (inside(completionRect(layout, length), x, y)) return [state];
  }
  if (inside(layout.live, x, y)) return pressLive({ ...state, focus: "live" }, layout, x, y);
  return inside(layout.table, x, y) ? pressTable({ ...state, focus: "table" }, layout, x, y) : [state];
}

/** Outside of a window closes it; inside chooses what is there. */
function pressModal(state: State, x: number, y: number): Step {
  const { modal } = state;
  if (modal === undefined) return [state];
  if (!inside(windowRect(state), x, y)) return [closed(state)];
  const area = windowRows(state);
  const line = y - area.y + modal.scroll;
  if (modal.kind === "block") {
    const choice = choiceAt(modal.block, line, x - area.x, state.utc);
    return choice === undefined ? [state] : chooseAt(state, choice.row, choice.place);
  }
  if (modal.kind === "blocks" && inside(area, x, y)) return [selectBlock(state, line - headLines(state))];
  if (modal.kind === "recurring") return inside(area, x, y) ? pressOffender(state, line) : [state];
  if (modal.kind !== "form") return [state];
  const stop = stopAt(line, x - area.x);
  if (stop === undefined) return [state];
  const form = focusOn(modal.form, stop);
  return buttonAt(form) === undefined ? [withForm(state, form)] : enterForm(withForm(state, form), form);
}

/** On the offender; a second press opens it. */
function pressOffender(state: State, line: number): Step {
  const { modal } = state;
  const place = line - OFFENDERS_HEAD;
  if (modal?.kind !== "recurring" || place < 0) return [state];
  return place === modal.at ? open(state) : [selectOffender(state, place)];
}

/** On the line, which stops the panel; a second press opens its address. */
function pressLive(state: State, layout: Layout, x: number, y: number): Step {
  const area = liveRows(layout);
  const { log } = state;
  const index = topOf(log, area.height) + y - area.y;
  if (!inside(area, x, y) || log.lines[index] === undefined) return [state];
  return log.at === index ? open(state) : [moveLogToLine(state, index)];
}

/** On a title sorts by it, or the other way round; on the row the cursor is on, opens it. */
function pressTable(state: State, layout: Layout, x: number, y: number): Step {
  const area = tableRows(layout);
  if (y === area.y - 1) {
    const found = columnsFor(area.width, columnsOf(state), state.shown).find(
      (placed) => x - area.x >= placed.x && x - area.x <= placed.x + placed.width,
    );
    if (found === undefined) return [state];
    const reverse = found.name === state.sort && !state.reverse;
    return [{ ...state, sort: found.name, reverse }, ASK];
  }
  const index = state.cursor.top + y - area.y;
  if (!inside(area, x, y) || state.rows[index] === undefined) return [state];
  if (state.cursor.key !== undefined && index === state.cursor.index) return open(state);
  return [{ ...state, cursor: moveTo(state.cursor, state.rows, area.height, index) }];
}
