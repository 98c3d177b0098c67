import { monotonicNanoseconds } from "../kernel/libc.ts";
import type { TickEvent } from "../model/event.ts";

/** The host's clock, epoch milliseconds. No other file reads one. */
export function now(): number {
  return Date.now();
}

/** Milliseconds of a clock that nobody sets. */
export function monotonic(): number {
  return monotonicNanoseconds() / 1e6;
}

/** Emits a tick at once and then each second; returns what stops it. */
export function startClock(emit: (tick: TickEvent) => void): () => void {
  const tick = (): void => emit({ kind: "tick", at: now() });
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}
