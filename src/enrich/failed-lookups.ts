import type { Ip } from "../model/ip.ts";
import { remaining } from "./patience.ts";

/** As many as wait at most, several times over. */
const MAX_FAILED = 4_096;
/** Asked for again after so long (ms), each time twice as long as before, up to the longest. */
const AGAIN = 60_000;
const MAX_AGAIN = 3_600_000;

/** Addresses of which nothing could be learned, and when it may be tried again. */
export interface FailedLookups {
  add(ip: Ip, words: string): void;
  wordsOf(ip: Ip): string | undefined;
  isDue(ip: Ip): boolean;
  delete(ip: Ip): void;
}

export function createFailedLookups(now: () => number): FailedLookups {
  const failures = new Map<Ip, { readonly words: string; readonly times: number; readonly until: number }>();
  return {
    add(ip, words) {
      const times = (failures.get(ip)?.times ?? 0) + 1;
      failures.delete(ip);
      failures.set(ip, { words, times, until: now() + Math.min(AGAIN * 2 ** (times - 1), MAX_AGAIN) });
      if (failures.size <= MAX_FAILED) return;
      for (const oldest of failures.keys()) {
        failures.delete(oldest);
        return;
      }
    },
    wordsOf: (ip) => failures.get(ip)?.words,
    isDue: (ip) => remaining(failures.get(ip)?.until ?? 0, now(), MAX_AGAIN) === 0,
    delete: (ip) => failures.delete(ip),
  };
}
