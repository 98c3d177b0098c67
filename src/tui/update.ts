import type { Snapshot } from "../model/snapshot.ts";
import { answerUnblock, askUnblock, hearBlocks, openBlocks } from "./block-list.ts";
import type { BlockWindow } from "./block-window.ts";
import {
  blockNow,
  choose as chooseBlock,
  commandsOf,
  hearActed,
  hearAnswer,
  hearSecond,
  openArmed,
  openBlock,
  otherRow,
  settle,
} from "./blocking.ts";
import { knownColumns } from "./columns.ts";
import { editInput } from "./filter-input.ts";
import {
  clearFilter,
  complete,
  enterForm,
  filtered,
  keepFilter,
  openFilter,
  openFilterForm,
  recall,
  stepBack,
  toggleSuspicious,
  type,
  withForm,
  withInput,
  withoutModal,
} from "./filtering.ts";
import { buttonAt, editForm, focusOn, typeIntoForm } from "./form.ts";
import { copyOutput, hearOutput, runHook, runOf } from "./hooking.ts";
import { type Action, actionOf, type KeyName } from "./keymap.ts";
import { append, moveTo as moveLogTo, opened, readable } from "./log.ts";
import { MAX_MARKS, toggleMark } from "./marks.ts";
import { press, wheel } from "./mouse.ts";
import { follow, liveHeight, move, movePage, scrollModal, scrollToSection, tableHeight } from "./moving.ts";
import { groupNext, open } from "./opening.ts";
import { FIRST, follow as followRow, keepOrder } from "./rows.ts";
import {
  type Asked,
  burstOf,
  closed,
  continues,
  isAddress,
  modeOf,
  type State,
  selected,
  selectedAddress,
} from "./state.ts";
import { ASK, copied, HOLD, type Message, noticed, type Step, told } from "./step.ts";
import { columnsOf } from "./table-columns.ts";

/** The next state, and what is to be done. The same state object means that nothing is to be painted. */
export function update(state: State, message: Message): Step {
  const [next, ...effects] = stepped(state, message);
  const run = runOf(state);
  // However its window was closed: nobody would see what it still writes.
  return run === undefined || run === runOf(next)
    ? [next, ...effects]
    : [next, ...effects, { kind: "stop", run }];
}

function stepped(state: State, message: Message): Step {
  switch (message.kind) {
    case "key":
      return holding(key({ ...state, held: true }, message.key, message.text));
    case "paste":
      return typed(state, message.text);
    case "press":
      return holding(press({ ...state, held: true }, message.x, message.y));
    case "wheel":
      return holding([wheel({ ...state, held: true }, message)]);
    case "resize": {
      const { modal } = state;
      const resized = { ...state, size: message.size };
      return [settled(modal?.kind === "form" ? withForm(resized, modal.form) : resized)];
    }
    case "snapshot":
      return [receive(state, message.snapshot, message.asked)];
    case "release":
      return [
        settled({ ...state, held: false, rows: state.snapshot === undefined ? [] : rowsOf(state.snapshot) }),
      ];
    case "recurring": {
      const { modal } = state;
      return [modal?.kind === "recurring" ? { ...state, modal: { ...modal, found: message.found } } : state];
    }
    case "said":
      return told(state, message.words);
    case "notice-over": {
      const { notice: _, ...rest } = state;
      return [rest];
    }
    case "previewed":
      return [scrollModal(hearAnswer(state, message.answer), 0)];
    case "acted":
      return hearActed(state, message);
    case "blocks":
      return [hearBlocks(state, message)];
    case "second":
      return hearSecond(state, message.now);
    case "output":
      return [hearOutput(state, message)];
  }
}

function holding([state, ...effects]: Step): Step {
  return [state, HOLD, ...effects];
}

function rowsOf({ groups, rows }: Snapshot) {
  return groups ?? rows;
}

function receive(state: State, snapshot: Snapshot, asked: Asked): State {
  const { shown } = state;
  const sameRows =
    asked.filter === shown.filter &&
    asked.sort === shown.sort &&
    asked.reverse === shown.reverse &&
    asked.group === shown.group;
  const rows = rowsOf(snapshot);
  const { live: lines, skipped } = snapshot;
  // A weak hint may come with every new client: told here too, it would bury the lines. The table has it.
  const alerts = snapshot.alerts.filter(({ alert }) => alert.severity !== "info");
  const batch = { lines, alerts, skipped };
  // Half of a panel a second: the eye follows, and a line stays for two.
  const few = Math.max(2, Math.round(Math.max(5, liveHeight(state) / 2) * state.interval));
  return settled({
    ...state,
    snapshot,
    shown: asked,
    known: knownColumns(rows, state.known),
    rows: state.held && sameRows ? keepOrder(state.rows, rows) : rows,
    log: continues(state, asked.filter)
      ? append(state.log, readable(batch, burstOf(state), few), state.maxLines)
      : opened(batch, state.maxLines),
  });
}

/** The state with every position inside what there is. */
function settled(state: State): State {
  const { log } = state;
  return scrollModal(
    {
      ...state,
      cursor: followRow(state.cursor, state.rows, tableHeight(state)),
      log: log.at === undefined ? log : moveLogTo(log, log.at, liveHeight(state)),
    },
    0,
  );
}

function key(state: State, name: KeyName, text: string | undefined): Step {
  const action = actionOf(modeOf(state), name);
  if (action !== undefined) return act(state, action);
  const { modal, input, hooks } = state;
  const hook = hooks.findIndex((one) => one.key === name);
  if (hook >= 0 && input === undefined && (modal === undefined || modal.kind === "detail"))
    return runHook(state, hook);
  return text === undefined ? [state] : typed(state, text);
}

function typed(state: State, text: string): Step {
  if (state.modal?.kind === "form") {
    const { form } = state.modal;
    // A blank presses the button that has the focus, as everywhere.
    if (text === " " && buttonAt(form) !== undefined) return enterForm(state, form);
    return [withForm(state, typeIntoForm(form, text))];
  }
  return state.modal === undefined ? type(state, text) : [state];
}

function act(state: State, action: Action): Step {
  const { modal } = state;
  switch (action) {
    case "quit":
    case "suspend":
      return [state, { kind: action }];
    case "refresh": {
      if (state.frozen) return noticed(state, "frozen: Space lets it go on");
      const [next, ...effects] = noticed(state, "reading every source");
      return [next, { kind: "refresh" }, ASK, ...effects];
    }
    case "look-up": {
      const ip = selectedAddress(state);
      return ip === undefined ? noticed(state, NOBODY) : [state, { kind: "look-up", ip }];
    }
    case "recurring":
      return [{ ...state, modal: { kind: "recurring", scroll: 0, at: 0 } }, { kind: "recurring" }];
    case "freeze":
      return [{ ...state, frozen: !state.frozen }, { kind: "freeze", on: !state.frozen }, ASK];
    case "copy":
      return copy(state);
    case "mark":
      return mark(state);
    case "unmark":
      return [{ ...state, marks: [] }];
    case "help":
      return [{ ...state, modal: { kind: "help", scroll: 0 } }];
    case "open":
      return open(state);
    case "close":
      return [closed(state)];
    case "block":
      return openBlock(state);
    case "blocks":
      return openBlocks(state);
    case "armed":
      return openArmed(state);
    case "choice-row":
      return [otherRow(state)];
    case "choice-previous":
      return chooseBlock(state, -1);
    case "choice-next":
      return chooseBlock(state, 1);
    case "block-now":
      return blockNow(state);
    case "keep":
      return settle(state, "confirm");
    case "unblock":
      return modal?.kind === "armed" ? settle(state, "unblock") : askUnblock(state);
    case "unblock-yes":
      return answerUnblock(state, true);
    case "unblock-no":
      return answerUnblock(state, false);
    case "back":
      return stepBack(state) ?? [follow({ ...state, cursor: FIRST })];
    case "focus-next":
    case "focus-previous":
      return [{ ...state, focus: state.focus === "table" ? "live" : "table" }];
    case "sort-next":
      return sortBy(state, 1);
    case "sort-previous":
      return sortBy(state, -1);
    case "sort-invert":
      return [{ ...state, reverse: !state.reverse }, ASK];
    case "group":
      return groupNext(state);
    case "filter":
      return openFilter(state);
    case "filter-keep":
      return keepFilter(state);
    case "filter-clear":
      return clearFilter(state);
    case "filter-address":
      return modal?.kind === "detail" ? filtered(withoutModal(state), `ip:${modal.ip}`) : [state];
    case "suspicious":
      return toggleSuspicious(state);
    case "complete-next":
      return complete(state, 1);
    case "complete-previous":
      return complete(state, -1);
    case "older":
      return recall(state, 1);
    case "newer":
      return recall(state, -1);
    case "form":
      return openFilterForm(state);
    case "form-next":
    case "form-previous":
      if (modal?.kind !== "form") return [state];
      return [withForm(state, focusOn(modal.form, modal.form.at + (action === "form-next" ? 1 : -1)))];
    case "form-enter":
      return modal?.kind === "form" ? enterForm(state, modal.form) : [state];
    case "section-next":
      return [scrollToSection(state, 1)];
    case "section-previous":
      return [scrollToSection(state, -1)];
    case "up":
      return [move(state, -1)];
    case "down":
      return [move(state, 1)];
    case "page-up":
      return [movePage(state, -1)];
    case "page-down":
      return [movePage(state, 1)];
    case "first":
      return [move(state, Number.NEGATIVE_INFINITY)];
    case "last":
      return [move(state, Number.POSITIVE_INFINITY)];
    default:
      return editing(state, action);
  }
}

function editing(state: State, action: Action): Step {
  const { modal } = state;
  if (modal?.kind === "form") return [withForm(state, editForm(modal.form, action))];
  const input = state.input && editInput(state.input, action);
  return input === undefined ? [state] : withInput(state, input);
}

const NOBODY = "no address is selected: w asks who has the one the cursor is on";

function copy(state: State): Step {
  const { marks, modal } = state;
  if (modal?.kind === "hook") return copyOutput(state, modal.run);
  if (modal?.kind === "block") return copyCommands(state, modal.block);
  const ip = selectedAddress(state);
  const row = selected(state);
  const listed = modal?.kind === "blocks" ? (modal.list.target ?? "") : undefined;
  const one = listed ?? ip ?? (row !== undefined && !isAddress(row) ? row.group : "");
  const all = modal === undefined && marks.length > 0;
  const text = all ? marks.join("\n") : one;
  if (text === "") return [state];
  return copied(state, text, all ? `${marks.length} marked` : text);
}

function copyCommands(state: State, block: BlockWindow): Step {
  const text = commandsOf(block);
  if (text === undefined || text === "") return noticed(state, "no commands to copy yet");
  return copied(state, text, "the commands");
}

/** Marks the row the cursor is on, or takes the mark away, and goes one down: a run of rows is a run of keys. */
function mark(state: State): Step {
  const row = selected(state);
  if (row === undefined) return [state];
  if ("group" in row && row.group === "") return noticed(state, "what is not known cannot be marked");
  const marks = toggleMark(state.marks, row);
  if (marks === state.marks) return noticed(state, `no more than ${MAX_MARKS} can be marked`);
  return [move({ ...state, marks, focus: "table" }, 1)];
}

/** Sorts by the column right or left of the one that is sorted by, also by those that a narrow table leaves out. */
function sortBy(state: State, by: number): Step {
  const names = columnsOf(state);
  const at = names.indexOf(state.sort);
  const next = names[at < 0 ? 0 : (at + by + names.length) % names.length] ?? state.sort;
  return [{ ...state, sort: next, reverse: false }, ASK];
}
