import { type FilterForm, type FormField, fieldError, fromForm, toForm } from "../filter/form.ts";
import type { Action } from "./keymap.ts";
import { edit, insert, type LineInput } from "./line-input.ts";

/** A filter's parts as fields to fill in, and three buttons below them. */
export interface Form {
  readonly fields: FilterForm;
  /** What has the focus: the number of a field, then of the buttons. */
  readonly at: number;
  /** Where the next character goes in the field that has the focus. */
  readonly cursor: number;
}

/** A field as people see it. */
export interface Field {
  readonly name: FormField;
  readonly label: string;
  readonly hint: string;
}

/** The fields from top to bottom. */
export const FIELDS: readonly Field[] = [
  { name: "state", label: "sockets in state", hint: "syn_recv,established" },
  { name: "status", label: "status", hint: "4xx,500-503" },
  { name: "method", label: "method", hint: "GET,POST" },
  { name: "path", label: "path has", hint: "/login" },
  { name: "agent", label: "agent has", hint: "curl" },
  { name: "vhost", label: "virtual host has", hint: "shop" },
  { name: "net", label: "address or prefix", hint: "203.0.113.0/24" },
  { name: "rate", label: "requests/min", hint: ">60" },
  { name: "text", label: "text anywhere", hint: "wp-login" },
  { name: "rest", label: "and also", hint: "-path:/health auth>3" },
];

export const FORM_BUTTONS = ["Apply", "Clear", "Cancel"] as const;
type FormButton = (typeof FORM_BUTTONS)[number];

/** Lines of the form: its fields, a blank one, its buttons, and what is wrong with the field in focus. */
export const FORM_LINES = FIELDS.length + 4;
/** The line of the buttons. */
export const BUTTONS_LINE = FIELDS.length + 3;
/** Cells of a button with the blanks after it. */
export const BUTTON_CELLS = 12;

const STOPS = FIELDS.length + FORM_BUTTONS.length;

/** The form of a filter, the first field that says something in focus. */
export function openForm(filter: string): Form {
  const fields = toForm(filter);
  const first = FIELDS.findIndex(({ name }) => fields[name] !== "");
  return focusOn({ fields, at: 0, cursor: 0 }, Math.max(0, first));
}

/** With the focus on another field or button; past the last comes the first. */
export function focusOn(form: Form, at: number): Form {
  const stop = (at + STOPS) % STOPS;
  const name = FIELDS[stop]?.name;
  return { ...form, at: stop, cursor: name === undefined ? 0 : form.fields[name].length };
}

/** The button that has the focus. */
export function buttonAt({ at }: Form): FormButton | undefined {
  return FORM_BUTTONS[at - FIELDS.length];
}

export function typeIntoForm(form: Form, text: string): Form {
  return onField(form, (line) => insert(line, text));
}

export function editForm(form: Form, action: Action): Form {
  return onField(form, (line) => edit(line, action) ?? line);
}

/** What is wrong with a field, in words. */
export function errorOf({ fields }: Form, name: FormField): string | undefined {
  return fieldError(name, fields[name]);
}

/** The filter the form stands for, or the number of the first field that is wrong. */
export function filterOfForm(form: Form): string | number {
  const wrong = FIELDS.findIndex(({ name }) => errorOf(form, name) !== undefined);
  return wrong < 0 ? fromForm(form.fields) : wrong;
}

function onField(form: Form, change: (line: LineInput) => LineInput): Form {
  const name = FIELDS[form.at]?.name;
  if (name === undefined) return form;
  const { text, at } = change({ text: form.fields[name], at: form.cursor });
  return { ...form, fields: { ...form.fields, [name]: text }, cursor: at };
}

/** The line of what has the focus. */
export function lineOf({ at }: Form): number {
  return at < FIELDS.length ? at : BUTTONS_LINE;
}

/** What lies at a cell of the form, as the number of a field or button. */
export function stopAt(line: number, x: number): number | undefined {
  if (line >= 0 && line < FIELDS.length) return line;
  const button = Math.floor(x / BUTTON_CELLS);
  return line === BUTTONS_LINE && button >= 0 && button < FORM_BUTTONS.length
    ? FIELDS.length + button
    : undefined;
}
