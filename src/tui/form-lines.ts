import { BUTTON_CELLS, errorOf, FIELDS, type Field, FORM_BUTTONS, type Form } from "./form.ts";
import { inputSpans } from "./input-spans.ts";
import type { Line } from "./modal-text.ts";
import { PALETTE } from "./palette.ts";
import type { Span } from "./surface.ts";

const LABEL = 19;

/** The form: a line for each field, what is wrong with the one in focus, and the buttons. */
export function formLines(form: Form, width: number): Line[] {
  const field = FIELDS[form.at];
  const error = field === undefined ? undefined : errorOf(form, field.name);
  const words = error ?? (field === undefined ? "" : `for example ${field.hint}`);
  return [
    ...FIELDS.map(
      (one, i): Line =>
        () =>
          fieldSpans(form, one, i, width),
    ),
    () => [],
    () => [[words, error === undefined ? PALETTE.dim : PALETTE.bad]],
    () => [],
    () => FORM_BUTTONS.flatMap((name, i) => buttonSpans(name, form.at === FIELDS.length + i)),
  ];
}

function fieldSpans(form: Form, { name, label }: Field, index: number, width: number): Span[] {
  const text = form.fields[name];
  const wrong = errorOf(form, name) !== undefined;
  const focused = form.at === index;
  const head: Span = [`${focused ? "›" : " "}${label.padEnd(LABEL)}`, focused ? PALETTE.focus : PALETTE.dim];
  const sign: Span = wrong ? ["! ", PALETTE.bad] : ["  ", PALETTE.plain];
  const room = width - LABEL - 3;
  if (focused) return [head, sign, ...inputSpans({ text, at: form.cursor }, room)];
  return [head, sign, text === "" ? ["─".repeat(Math.min(room, 24)), PALETTE.faint] : [text, PALETTE.strong]];
}

function buttonSpans(name: string, focused: boolean): Span[] {
  const button = `[ ${name} ]`;
  return [
    [button, focused ? PALETTE.selected : PALETTE.strong],
    [" ".repeat(Math.max(0, BUTTON_CELLS - button.length)), PALETTE.plain],
  ];
}
