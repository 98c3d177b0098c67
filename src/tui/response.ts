import type { Block } from "../model/block.ts";

/** What is done to addresses, and what is known of it. */
export interface Response {
  /** Whether anything can be done about anybody: not in a replay. */
  readonly able: boolean;
  /** The host's clock (epoch ms) when it was last told: once a second while something here depends on it. */
  readonly now: number;
  /** What is under way. There is never a second one beside it. */
  readonly act?: Act;
  /** What ends by itself unless somebody confirms it, the first to end first. */
  readonly armed: readonly Armed[];
  /** The last answer, or why there was none. */
  readonly blocks?: readonly Block[] | string;
  /** When blocks were last asked for, or told (epoch ms). */
  readonly asked: number;
}

export const NO_RESPONSE: Response = { able: false, now: 0, armed: [], asked: 0 };

/** Something that is done to somebody. */
export interface Act {
  /** Of what it arms or confirms. */
  readonly id: number;
  readonly kind: "arm" | "confirm" | "unblock";
  readonly targets: readonly string[];
  readonly seconds: number | null;
  readonly reason: string;
}

/** A block that is in force for so long unless it is confirmed. */
export interface Armed extends Omit<Act, "kind"> {
  /** When it ends (epoch ms): a little before the firewall ends it. */
  readonly until: number;
  readonly words: string;
}

const DOING = { arm: "blocking", confirm: "keeping", unblock: "unblocking" } as const;

/** What is under way, in words: `blocking 45.77.12.9...`. */
export function doing({ kind, targets }: Act): string {
  return `${DOING[kind]} ${named(targets)}...`;
}

/** Targets in few words: the only one, or how many they are. */
export function named(targets: readonly string[]): string {
  const [first = "", ...others] = targets;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
