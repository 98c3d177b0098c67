import type { Acted, Block } from "../model/block.ts";
import type { Recurring } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Answer } from "./block-window.ts";
import { isCopyable } from "./clipboard.ts";
import type { Output } from "./hook-run.ts";
import type { KeyName } from "./keymap.ts";
import type { Size } from "./layout.ts";
import type { Act } from "./response.ts";
import type { Asked, State } from "./state.ts";

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
  | { readonly kind: "notice-over" }
  /** The answer to `recurring`. */
  | { readonly kind: "recurring"; readonly found: readonly Recurring[] | string }
  /** Something to be said for a while. */
  | { readonly kind: "said"; readonly words: string }
  | { readonly kind: "previewed"; readonly answer: Answer }
  /** What an act came to; `began` and `now` are the host's clock (epoch ms) before and after. */
  | {
      readonly kind: "acted";
      readonly act: Act;
      readonly acted: Acted;
      readonly began: number;
      readonly now: number;
    }
  | { readonly kind: "blocks"; readonly blocks: readonly Block[] | string; readonly now: number }
  /** A second passed on the host's clock (epoch ms): told while the response waits for it. */
  | { readonly kind: "second"; readonly now: number }
  /** All that a hook wrote so far, as far as it is kept; `end`: how it ended, in words. */
  | { readonly kind: "output"; readonly run: number; readonly output: Output; readonly end?: string };

/** What the console must do about it. */
export type Effect =
  | { readonly kind: "ask" | "refresh" | "quit" | "suspend" }
  /** Ask who has it, and send `said`; what is found comes with the snapshots. */
  | { readonly kind: "look-up"; readonly ip: Ip }
  /** Ask the history who was flagged in several runs, and send `recurring`. */
  | { readonly kind: "recurring" }
  /** Let the world stand still for every question from now on, or go on. */
  | { readonly kind: "freeze"; readonly on: boolean }
  /** Send `release` a second from now, counting from the last time. */
  | { readonly kind: "hold" }
  /** Send `notice-over` in a while; `long`: in a longer one. */
  | { readonly kind: "notice"; readonly long?: true }
  | { readonly kind: "copy"; readonly text: string }
  /** Send `previewed`, unless another question comes before it was asked. */
  | {
      readonly kind: "preview";
      readonly question: number;
      readonly targets: readonly string[];
      readonly seconds: number | null;
    }
  /** Do it, and send `acted`. */
  | { readonly kind: "act"; readonly act: Act }
  /** Send `blocks`. */
  | { readonly kind: "blocks" }
  /** Run the hook of that place on an address, and send `output` as it comes. */
  | { readonly kind: "run"; readonly run: number; readonly index: number; readonly ip: Ip }
  | { readonly kind: "stop"; readonly run: number };

/** The next state, and what is to be done. The same state object means that nothing is to be painted. */
export type Step = readonly [State, ...Effect[]];

export const ASK: Effect = { kind: "ask" };
export const HOLD: Effect = { kind: "hold" };

/** Says something for a while. */
export function noticed(state: State, notice: string): Step {
  return [{ ...state, notice }, { kind: "notice" }];
}

/** Has that copied, and says so in these words; or that it is too much. */
export function copied(state: State, text: string, what: string): Step {
  if (!isCopyable(text)) return noticed(state, "more than a clipboard takes: unmark some");
  const [next, ...effects] = noticed(state, `sent ${what} to the clipboard`);
  return [next, { kind: "copy", text }, ...effects];
}

/** Says what nobody waits for any more, and so for longer. */
export function told(state: State, notice: string): Step {
  return [
    { ...state, notice },
    { kind: "notice", long: true },
  ];
}
