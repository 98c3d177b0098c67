import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { lockHolder } from "../kernel/lock-holder.ts";
import type { HistoryBatch, Recurring, Visit } from "../model/history.ts";
import { stateDirectory } from "../respond/state-directory.ts";
import { now } from "../sources/clock.ts";
import { samePast } from "../store/baseline.ts";
import { type HistoryLock, openHistory } from "../store/history.ts";
import { blockedSince } from "./blocked-since.ts";
import { historyPath } from "./history-path.ts";
import type { Surroundings, Teller } from "./knowledge.ts";

/** What is lost at most where this program is killed (ms). */
const INTERVAL = 60_000;
/** Addresses looked at at once, and the pause after (ms): some 3 ms that no key press waits for longer. */
const AT_ONCE = 2_048;
const PAUSE = 10;
/** The database is open within so many milliseconds. */
const OPENED = 2_000;
const LOCK = "history.lock";
/** Lines from before were counted when they were written, if somebody watched. */
const FROM_START = "read, not written: --from-start reads lines that may have been counted before";

/** Recurring offenders told of: a person looks through no more. */
const RECURRING = 500;

/** Who answers for addresses by what is remembered. */
export interface Remembering extends Teller {
  recurring(): Promise<readonly Recurring[]>;
}

/** Tells what addresses did before, and writes down what they do: each minute, and at the end. */
export function startHistory({ config, places, engine, emit }: Surroundings): Remembering {
  const directory = stateDirectory(places.state);
  const reads = config.fromStart;
  const session = randomUUID();
  const blocked = blockedSince(places.state);
  /** Another program writes: what is seen here it has written until it ended. */
  let others = false;
  /** Grows when that changes: what was being collected then is not to be written. */
  let era = 0;
  const lock = (): HistoryLock => {
    if (reads) return { holder: undefined, why: FROM_START };
    const taken = locked(directory);
    if ("holder" in taken) others = true;
    else if (others) {
      others = false;
      era++;
      for (let rounds = 0; rounds < 2; ) if (engine.history.visits(Number.MAX_SAFE_INTEGER).done) rounds++;
      engine.history.minutes();
      blocked();
    }
    return taken;
  };
  let lost = 0;
  const lostSince = (): number => {
    const before = lost;
    lost = engine.history.lost();
    return lost - before;
  };
  const history = openHistory({
    path: historyPath(places.state),
    now,
    emit,
    keep: { days: config.historyDays, megabytes: config.historyMegabytes },
    // A pipe would make the reader wait for ever.
    ...(statSync(places.former, { throwIfNoEntry: false })?.isFile() && { reference: places.former }),
    lock,
  });
  if (!reads) engine.history.keep();
  let writing: Promise<void> | undefined;
  let closed = false;
  const collect = async (): Promise<void> => {
    const visits: Visit[] = [];
    const began = era;
    for (let done = false; !done && !closed && began === era; ) {
      const taken = engine.history.visits(AT_ONCE);
      visits.push(...taken.visits);
      done = taken.done;
      if (!done) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    if (began === era) history.write(batchOf(visits), lostSince());
  };
  const write = (): void => {
    if (reads) return;
    writing ??= collect().finally(() => {
      writing = undefined;
    });
  };
  const batchOf = (visits: readonly Visit[]): HistoryBatch => ({
    session,
    visits,
    minutes: engine.history.minutes(),
    blocked: blocked(),
  });
  const compare = async (): Promise<void> => {
    emit(await samePast(history.minutes, now()));
  };
  const timer = setInterval(() => {
    write();
    void compare();
  }, INTERVAL);
  const first = setTimeout(() => void compare(), OPENED);
  return {
    tell: (ips) => history.ask(ips),
    recurring: () => history.recurring(RECURRING),
    refresh() {},
    async close() {
      closed = true;
      clearInterval(timer);
      clearTimeout(first);
      if (reads) return history.close();
      // What was taken and is not written yet goes before the rest.
      await writing;
      const visits: Visit[] = [];
      for (let rounds = 0; rounds < 2; ) {
        const taken = engine.history.visits(Number.MAX_SAFE_INTEGER);
        visits.push(...taken.visits);
        if (taken.done) rounds++;
      }
      return history.close(batchOf(visits));
    },
  };
}

function locked(directory: ReturnType<typeof stateDirectory>): HistoryLock {
  const lock = directory.tryLock(LOCK);
  if (lock !== undefined) return lock;
  return { holder: lockHolder("/proc", directory.stat(LOCK))?.pid };
}
