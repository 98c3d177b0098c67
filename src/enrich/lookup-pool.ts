import type { Ip } from "../model/ip.ts";

/** What the look-ups of a pool are aborted for when it is closed. */
export class Closed extends Error {
  override readonly name = "Closed";
}

export interface LookupPoolOptions {
  /** Look-ups at once. */
  readonly workers: number;
  /** Addresses that wait at most. */
  readonly limit: number;
  /** Who is asked for it, of whom only one look-up runs at a time; "" where that is not known yet, undefined where any number may run. */
  readonly lane?: (ip: Ip) => string | undefined;
  /** Milliseconds until a lane may be asked again. */
  readonly rest?: (lane: string) => number;
  /** Looks it up. What it throws is lost. */
  readonly run: (ip: Ip, urgent: boolean, signal: AbortSignal) => Promise<void>;
}

/** Addresses that are looked up by a few workers. One that waits is an entry of a map, nothing more. */
export interface LookupPool {
  /** Puts it behind those that wait; urgent ones go before all others. Where too many wait the oldest gives way, urgent ones last. */
  add(ip: Ip, urgent: boolean): void;
  /** Whether it waits or runs. */
  has(ip: Ip): boolean;
  /** Takes those that wait out for whom `isAnswered` holds. */
  settle(isAnswered: (ip: Ip) => boolean): void;
  /** Begins: until then all wait. */
  open(): void;
  readonly waiting: number;
  /** Addresses that gave way. */
  readonly dropped: number;
  /** Aborts what runs and forgets what waits. */
  close(): void;
}

/** The lane, once it is known: while it is "" it may be another one later. */
interface Waiting {
  lane: string | undefined;
}

export function createLookupPool(options: LookupPoolOptions): LookupPool {
  const { workers, limit, lane: laneOf = () => undefined, rest = () => 0, run } = options;
  const urgentOnes = new Map<Ip, Waiting>();
  const others = new Map<Ip, Waiting>();
  const running = new Set<Ip>();
  const busy = new Set<string>();
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Number.POSITIVE_INFINITY;
  let opened = false;
  let dropped = 0;

  /** Milliseconds until it can begin, infinite where something has to end first. */
  function delay(ip: Ip, entry: Waiting): number {
    if (!opened || running.size >= workers) return Number.POSITIVE_INFINITY;
    if (!entry.lane) entry.lane = laneOf(ip);
    if (entry.lane === undefined) return 0;
    // Whoever does not know yet who is asked may ask anybody.
    return busy.has(entry.lane) || busy.has("") ? Number.POSITIVE_INFINITY : rest(entry.lane);
  }

  function start(ip: Ip, urgent: boolean, { lane }: Waiting): void {
    running.add(ip);
    if (lane !== undefined) busy.add(lane);
    run(ip, urgent, ending.signal)
      .catch(() => {})
      .finally(() => {
        running.delete(ip);
        if (lane !== undefined) busy.delete(lane);
        pump();
      });
  }

  /** Begins what can begin. */
  function pump(): void {
    if (ending.signal.aborted) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const queue of [urgentOnes, others]) {
      for (const [ip, entry] of queue) {
        if (!opened || running.size >= workers) return;
        const milliseconds = delay(ip, entry);
        if (milliseconds <= 0) {
          queue.delete(ip);
          start(ip, queue === urgentOnes, entry);
        } else {
          soonest = Math.min(soonest, milliseconds);
        }
      }
    }
    due = Number.POSITIVE_INFINITY;
    clearTimeout(timer);
    if (soonest < due) pumpIn(soonest);
  }

  function pumpIn(milliseconds: number): void {
    if (milliseconds >= due) return;
    clearTimeout(timer);
    due = milliseconds;
    timer = setTimeout(() => {
      due = Number.POSITIVE_INFINITY;
      pump();
    }, milliseconds);
    timer.unref();
  }

  function makeRoom(): void {
    if (urgentOnes.size + others.size < limit) return;
    const queue = others.size > 0 ? others : urgentOnes;
    for (const ip of queue.keys()) {
      queue.delete(ip);
      dropped++;
      return;
    }
  }

  return {
    add(ip, urgent) {
      if (ending.signal.aborted || running.has(ip) || urgentOnes.has(ip)) return;
      if (others.has(ip)) {
        if (!urgent) return;
        others.delete(ip);
      }
      const entry: Waiting = { lane: undefined };
      const milliseconds = delay(ip, entry);
      if (milliseconds <= 0) {
        start(ip, urgent, entry);
        return;
      }
      makeRoom();
      (urgent ? urgentOnes : others).set(ip, entry);
      if (milliseconds < Number.POSITIVE_INFINITY) pumpIn(milliseconds);
    },
    has: (ip) => running.has(ip) || urgentOnes.has(ip) || others.has(ip),
    settle(isAnswered) {
      for (const queue of [urgentOnes, others]) {
        for (const ip of queue.keys()) if (isAnswered(ip)) queue.delete(ip);
      }
    },
    open() {
      opened = true;
      pump();
    },
    get waiting() {
      return urgentOnes.size + others.size;
    },
    get dropped() {
      return dropped;
    },
    close() {
      ending.abort(new Closed());
      clearTimeout(timer);
      urgentOnes.clear();
      others.clear();
    },
  };
}
