import type { HealthEvent, Part } from "../model/event.ts";

/** Counts change with every answer: they are told once in so long (ms). A state that changes is told at once. */
const INTERVAL = 10_000;

export type Health = Pick<HealthEvent, "state" | "detail">;

/** Tells how a source does when that changed, without a flood of lines. */
export interface ToldHealth {
  tell(): void;
  close(): void;
}

export function toldHealth(
  part: Part,
  source: string,
  {
    now,
    emit,
    health,
  }: {
    readonly now: () => number;
    readonly emit: (event: HealthEvent) => void;
    /** How it does now. */
    readonly health: () => Health;
  },
): ToldHealth {
  let told: Health | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function emitNow(): void {
    const { state, detail } = health();
    if (closed || (told?.state === state && told.detail === detail)) return;
    told = { state, detail };
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      emitNow();
    }, INTERVAL);
    timer.unref();
    emit({ kind: "health", at: now(), part, source, state, detail });
  }

  return {
    tell() {
      if (timer === undefined || health().state !== told?.state) emitNow();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
