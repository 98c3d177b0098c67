/** What `promise` gives, or what `signal` was aborted for, whichever comes first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // It may fail while nobody listens any more.
    promise.catch(() => {});
    throw signal.reason;
  }
  let end = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
    signal.addEventListener("abort", end, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Waits so many milliseconds; throws what `signal` is aborted for. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await orAborted(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      }),
      signal,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** A signal that is aborted for `reason` after so many milliseconds, or with `outer`; `end` lets go of both. */
export function within(
  milliseconds: number,
  outer: AbortSignal,
  reason: () => Error,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason()), milliseconds);
  const follow = (): void => controller.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      outer.removeEventListener("abort", follow);
    },
  };
}

/** Milliseconds until `at`, at most `longest`: a clock that was set back must not make anybody wait for ever. */
export function remaining(at: number, now: number, longest: number): number {
  const left = at - now;
  return left > longest ? 0 : Math.max(0, left);
}
