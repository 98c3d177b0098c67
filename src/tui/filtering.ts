import { asksFor } from "../filter/asks.ts";
import { compileFilter, isFilterError } from "../filter/filter.ts";
import {
  chooseInput,
  completeInput,
  type FilterInput,
  filterOf,
  knownOf,
  openInput,
  recallInto,
  remember,
  typeInto,
} from "./filter-input.ts";
import { buttonAt, type Form, filterOfForm, focusOn, lineOf, openForm } from "./form.ts";
import { modalRows } from "./layout.ts";
import { isFull } from "./line-input.ts";
import type { State } from "./state.ts";
import { ASK, noticed, type Step } from "./step.ts";

const SUSPICIOUS = "is:suspicious";

export function openFilter(state: State): Step {
  const text = state.filter === "" ? "" : `${state.filter} `;
  const { notice: _, ...rest } = state;
  return [{ ...rest, input: openInput(text, knownOf(state.snapshot ?? {})) }];
}

/** With the input changed: what of it is understood is filtered at once. */
export function withInput(state: State, input: FilterInput): Step {
  // What was said of the text before this one is not true of it.
  const { notice: _, ...rest } = state;
  return filtered({ ...rest, input }, filterOf(input) ?? state.filter);
}

export function type(state: State, text: string): Step {
  if (state.input === undefined) return [state];
  const input = typeInto(state.input, text);
  const [next, ...effects] = withInput(state, input);
  if (!isFull(input.line)) return [next, ...effects];
  const [told, ...more] = noticed(next, "no filter may be longer: the rest was left out");
  return [told, ...effects, ...more];
}

export function complete(state: State, by: 1 | -1): Step {
  return state.input === undefined ? [state] : withInput(state, completeInput(state.input, by));
}

/** Takes a certain one of what could stand at the cursor. */
export function choose(state: State, index: number): Step {
  return state.input === undefined ? [state] : withInput(state, chooseInput(state.input, index));
}

export function recall(state: State, by: 1 | -1): Step {
  const { input, history } = state;
  return input === undefined ? [state] : withInput(state, recallInto(input, history, by));
}

/** Closes the input and keeps its filter, unless something is wrong with it. */
export function keepFilter(state: State): Step {
  const { input } = state;
  if (input === undefined) return [state];
  // What is wrong stands beside it.
  if (input.error !== undefined) return [state];
  const filter = input.line.text.trim();
  return filtered({ ...withoutInput(state), history: remember(state.history, filter) }, filter);
}

/** Without the input; its filter stays as it was last understood. */
export function leaveInput(state: State): State {
  return state.input === undefined
    ? state
    : { ...withoutInput(state), history: remember(state.history, state.filter) };
}

export function clearFilter(state: State): Step {
  return filtered(withoutInput(state), "");
}

/** Only what is suspicious, or again what was there before that. */
export function toggleSuspicious(state: State): Step {
  const { former, filter } = state;
  if (former !== undefined) return filtered(state, former);
  return filter === SUSPICIOUS ? filtered(state, "") : filtered({ ...state, former: filter }, SUSPICIOUS);
}

/** A filter that holds from now on. What `!` would give back is gone once its own filter is. */
export function filtered(state: State, filter: string): Step {
  if (filter === state.filter) return [state];
  const { former, ...rest } = state;
  const keep = former !== undefined && asksFor(filter, "is", "suspicious");
  return [{ ...rest, filter, ...(keep && { former }) }, ASK];
}

/** One step back: out of the group, else no filter, else to the first row and the newest line. */
export function stepBack(state: State): Step | undefined {
  const { outside, former: _, ...rest } = state;
  if (outside !== undefined) return [{ ...rest, ...outside }, ASK];
  return state.filter === "" ? undefined : filtered(state, "");
}

export function openFilterForm(state: State): Step {
  return [withForm(state, openForm(state.filter))];
}

/** The form with what has the focus in sight. */
export function withForm(state: State, form: Form): State {
  const { height } = modalRows(state.size, "form");
  return { ...state, modal: { kind: "form", scroll: Math.max(0, lineOf(form) - height + 1), form } };
}

/** Does what the button in focus says; in a field, applies. */
export function enterForm(state: State, form: Form): Step {
  const button = buttonAt(form);
  if (button === "Cancel") return [withoutModal(state)];
  if (button === "Clear") return filtered(withoutModal(state), "");
  const filter = filterOfForm(form);
  if (typeof filter === "number") return [withForm(state, focusOn(form, filter))];
  const compiled = compileFilter(filter);
  if (isFilterError(compiled)) return noticed(state, compiled.message);
  return filtered({ ...withoutModal(state), history: remember(state.history, filter) }, filter);
}

export function withoutModal(state: State): State {
  const { modal: _, ...rest } = state;
  return rest;
}

function withoutInput(state: State): State {
  const { input: _, ...rest } = state;
  return rest;
}
