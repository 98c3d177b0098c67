import { copyableTail } from "./clipboard.ts";
import { cut } from "./fit.ts";
import { type HookRun, NO_OUTPUT, writtenLines } from "./hook-run.ts";
import { scrollModal } from "./moving.ts";
import { type State, selectedAddress } from "./state.ts";
import { copied, type Message, noticed, type Step } from "./step.ts";

/** Runs the hook of that place on the selected address, in a window. */
export function runHook(state: State, index: number): Step {
  const hook = state.hooks[index];
  if (hook === undefined) return [state];
  const ip = selectedAddress(state);
  if (ip === undefined) return noticed(state, `${hook.label}: runs on an address, and none is selected`);
  const id = state.serial + 1;
  const run: HookRun = { id, label: hook.label, ip, output: NO_OUTPUT, follows: true };
  const modal = { kind: "hook", scroll: 0, run, behind: state.modal } as const;
  return [
    { ...state, serial: id, modal },
    { kind: "run", run: id, index, ip },
  ];
}

/** What a hook wrote, if somebody looks at it. */
export function hearOutput(state: State, message: Extract<Message, { kind: "output" }>): State {
  const { modal } = state;
  if (modal?.kind !== "hook" || modal.run.id !== message.run) return state;
  const { output, end } = message;
  const run: HookRun = { ...modal.run, output, ...(end !== undefined && { end }) };
  return scrollModal({ ...state, modal: { ...modal, run } }, run.follows ? Number.POSITIVE_INFINITY : 0);
}

/** The number of the run that is looked at. */
export function runOf({ modal }: State): number | undefined {
  return modal?.kind === "hook" ? modal.run.id : undefined;
}

/** Copies the output as it is shown, or as much of its end as a clipboard takes. */
export function copyOutput(state: State, { output }: HookRun): Step {
  const lines = writtenLines(output).map((line) => cut(line, 2 * line.length));
  if (lines.length === 0) return noticed(state, "nothing to copy");
  const tail = copyableTail(lines);
  const words = tail.length === lines.length ? "the output" : `the last ${tail.length} lines`;
  return copied(state, tail.join("\n"), words);
}
