import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { lockHolder } from "../src/kernel/lock-holder.ts";
import type { HealthEvent, HistoryEvent } from "../src/model/event.ts";
import type { HistoryBatch, Minute, Visit } from "../src/model/history.ts";
import type { Ip } from "../src/model/ip.ts";
import { stateDirectory } from "../src/respond/state-directory.ts";
import { type History, type HistoryLock, type HistoryOptions, openHistory } from "../src/store/history.ts";

/** A time that all of these tests are in. */
export const NOW = Date.UTC(2026, 10, 24, 3, 12, 7);
export const DAY = 86_400_000;
/** The beginning of a minute some hours before. */
export const HOUR_AGO = NOW - (NOW % 60_000) - 300 * 60_000;

/** A directory of a test's own. */
export function makeDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "nethergaze-history-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The lock of the program: a flock(2) beside the database. */
export function realLock(path: string): () => HistoryLock {
  const state = stateDirectory(dirname(path));
  const name = `${basename(path, ".db")}.lock`;
  return () => {
    return state.tryLock(name) ?? { holder: lockHolder("/proc", statSync(join(state.path, name)))?.pid };
  };
}

/** A history, and what it told so far. */
export interface Kept extends History {
  readonly health: readonly HealthEvent[];
  readonly pasts: ReadonlyMap<Ip, HistoryEvent>;
  readonly last: string;
}

export function keepHistory(path: string, options: Partial<HistoryOptions> = {}): Kept {
  const health: HealthEvent[] = [];
  const pasts = new Map<Ip, HistoryEvent>();
  const history = openHistory({
    path,
    now: () => NOW,
    keep: { days: 365, megabytes: 100 },
    lock: realLock(path),
    retry: 20,
    emit: (event) => {
      if (event.kind === "health") health.push(event);
      else pasts.set(event.ip, event);
    },
    ...options,
  });
  return {
    ...history,
    health,
    pasts,
    /** `up: kept` */
    get last() {
      const told = health.at(-1);
      return told === undefined ? "" : `${told.state}: ${told.detail}`;
    },
  };
}

export function visitOf(ip: string, known: Partial<Visit> = {}): Visit {
  return {
    ip: ip as Ip,
    firstSeen: NOW - 1000,
    lastSeen: NOW,
    requests: 1,
    bytes: 10,
    inBytes: 100,
    outBytes: 1000,
    authFailures: 0,
    flagged: 0,
    rules: [],
    paths: [],
    ...known,
  };
}

export function minuteOf(at: number, known: Partial<Minute> = {}): Minute {
  return {
    ...{ at, requests: 1, bytes: 2, inBytes: 3, outBytes: 4, authFailures: 5, addresses: 6, sockets: 7 },
    ...known,
  };
}

export function batchOf(visits: readonly Visit[], known: Partial<HistoryBatch> = {}): HistoryBatch {
  return { session: "one", visits, minutes: [], blocked: [], ...known };
}
