/** A delay that can be begun anew. */
export interface Timer {
  running(): boolean;
  restart(then?: () => void, delay?: number): void;
  stop(): void;
}

/** A timer of so many milliseconds, unless it is told otherwise when it is begun. */
export function timer(usual: number): Timer {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(handle);
    handle = undefined;
  };
  return {
    running: () => handle !== undefined,
    restart(then, delay = usual) {
      stop();
      handle = setTimeout(() => {
        handle = undefined;
        then?.();
      }, delay);
    },
    stop,
  };
}
