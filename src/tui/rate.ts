import type { Snapshot } from "../model/snapshot.ts";

/** Complete seconds that a rate is the mean of: enough to be steady, few enough to follow a burst. */
const SECONDS = 3;

/** Requests per second now: of the last complete seconds, as far as there were any. */
export function requestRate({ series: { requests }, totals }: Snapshot): number {
  // The last value is the second under way.
  const complete = requests.slice(-1 - SECONDS, -1);
  if (complete.length < SECONDS) return totals.requestsPerSecond;
  return complete.reduce((sum, value) => sum + value, 0) / SECONDS;
}
