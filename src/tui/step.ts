import type { Snapshot } from "../model/snapshot.ts";
import type { KeyName } from "./keymap.ts";
import type { Size } from "./layout.ts";
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
  | { readonly kind: "notice-over" };

/** What the console must do about it. */
export type Effect =
  | { readonly kind: "ask" | "refresh" | "quit" | "suspend" }
  /** Let the world stand still for every question from now on, or go on. */
  | { readonly kind: "freeze"; readonly on: boolean }
  /** Send `release` a second from now, counting from the last time. */
  | { readonly kind: "hold" }
  /** Send `notice-over` in a while. */
  | { readonly kind: "notice" }
  | { readonly kind: "copy"; readonly text: string };

/** The next state, and what is to be done. The same state object means that nothing is to be painted. */
export type Step = readonly [State, ...Effect[]];

export const ASK: Effect = { kind: "ask" };
export const HOLD: Effect = { kind: "hold" };

/** Says something for a while. */
export function noticed(state: State, notice: string): Step {
  return [{ ...state, notice }, { kind: "notice" }];
}
