import type { BaselineEvent } from "../model/event.ts";
import type { Minute } from "../model/history.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** Minutes before and after the same time of which the median is taken: one alone says little. */
const AROUND = 2;

/** What {@link samePast} asks. */
export type ReadMinutes = (from: number, to: number) => Promise<readonly Minute[]>;

/** What the host did about this time (epoch ms) yesterday and a week ago. */
export async function samePast(minutes: ReadMinutes, at: number): Promise<BaselineEvent> {
  const [yesterday, lastWeek] = await Promise.all([1, 7].map((days) => usualAbout(minutes, at - days * DAY)));
  return {
    kind: "baseline",
    at,
    ...(yesterday !== undefined && { yesterday }),
    ...(lastWeek !== undefined && { lastWeek }),
  };
}

/** The median of the minutes about that time that somebody wrote down. */
async function usualAbout(minutes: ReadMinutes, at: number): Promise<Minute | undefined> {
  const minute = Math.floor(at / MINUTE) * MINUTE;
  const found = await minutes(minute - AROUND * MINUTE, minute + (AROUND + 1) * MINUTE);
  if (found.length === 0) return undefined;
  // Not the mean: minutes in which somebody began to watch, or ended, have less than they had.
  const median = (key: keyof Minute): number => {
    const values = found.map((it) => it[key]).sort((a, b) => a - b);
    return values[values.length >> 1] ?? 0;
  };
  return {
    at: minute,
    requests: median("requests"),
    bytes: median("bytes"),
    inBytes: median("inBytes"),
    outBytes: median("outBytes"),
    authFailures: median("authFailures"),
    addresses: median("addresses"),
    sockets: median("sockets"),
  };
}
