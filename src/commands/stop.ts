import { isatty } from "node:tty";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Resolves with 0 at the first signal that asks the program to end; a second one ends it at once. */
export function stopSignal(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of hasTerminal() ? [...SIGNALS, "SIGHUP" as const] : SIGNALS) {
    process.once(signal, () => resolve(0));
  }
  return promise;
}

/**
 * Calls `listener` at each SIGHUP by which somebody asks a program without a terminal to read its configuration again; with
 * one, it says that the terminal is gone. The result stops that.
 */
export function onHangup(listener: () => void): () => void {
  if (hasTerminal()) return () => {};
  process.on("SIGHUP", listener);
  return () => process.off("SIGHUP", listener);
}

function hasTerminal(): boolean {
  // By number: to touch the streams would make what they lead to non-blocking for everybody.
  return [0, 1, 2].some((fd) => isatty(fd));
}

/** Milliseconds that the last lines may take to be written. */
const LAST_WORDS = 2000;

/** Resolves when a program that is to end has waited long enough for a reader that stopped reading. */
export function lastWords(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LAST_WORDS));
}
