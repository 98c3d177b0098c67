const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves with 0 at the first signal that asks the program to end; a second one ends it at once. */
export function stopSignal(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of SIGNALS) process.once(signal, () => resolve(0));
  return promise;
}
