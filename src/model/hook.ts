import type { Ip } from "./ip.ts";

/** A program that the operator has set up to be run on an address. */
export interface Hook {
  /** As the console names a pressed key: a character, or `f5`. */
  readonly key: string;
  /** Text of the operator: `Reverse DNS`. */
  readonly label: string;
}

/** Runs hooks. Nothing of it throws. */
export interface HookRunner {
  readonly hooks: readonly Hook[];
  /**
   * Runs the hook of that place in the list on an address. `onOutput` gets what it writes, stdout and stderr as they
   * come, in pieces of any size. `onEnd` is called once, last, with how it ended in words for a person: `ended with
   * exit code 0`, `stopped after 15 s`, `dig is not installed`. Neither is called before this returns.
   * `stop` ends it with all that it started; nothing is called after that.
   */
  run(
    index: number,
    ip: Ip,
    onOutput: (text: string) => void,
    onEnd: (words: string) => void,
  ): { stop(): void };
}
