const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves with 0 at the first signal that asks the program to end; a second one ends it at once. */
export function stopSignal(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of SIGNALS) process.once(signal, () => resolve(0));
  return promise;
}

/** Milliseconds that the last lines may take to be written. */
const LAST_WORDS = 2000;

/** Resolves when a program that is to end has waited long enough for a reader that stopped reading. */
export function lastWords(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LAST_WORDS));
}
