import type { BaselineEvent } from "../model/event.ts";
import type { Minute } from "../model/history.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** Minutes before and after the same time of which the mean is taken: one alone says little. */
const AROUND = 2;

/** What {@link samePast} asks. */
export type ReadMinutes = (from: number, to: number) => Promise<readonly Minute[]>;

/** What the host did about this time (epoch ms) yesterday and a week ago. */
export async function samePast(minutes: ReadMinutes, at: number): Promise<BaselineEvent> {
  const [yesterday, lastWeek] = await Promise.all([1, 7].map((days) => meanAbout(minutes, at - days * DAY)));
  return {
    kind: "baseline",
    at,
    ...(yesterday !== undefined && { yesterday }),
    ...(lastWeek !== undefined && { lastWeek }),
  };
}

/** The mean of the minutes about that time that somebody wrote down. */
async function meanAbout(minutes: ReadMinutes, at: number): Promise<Minute | undefined> {
  const minute = Math.floor(at / MINUTE) * MINUTE;
  const found = await minutes(minute - AROUND * MINUTE, minute + (AROUND + 1) * MINUTE);
  if (found.length === 0) return undefined;
  const mean = (key: keyof Minute): number =>
    Math.round(found.reduce((sum, it) => sum + it[key], 0) / found.length);
  return {
    at: minute,
    requests: mean("requests"),
    bytes: mean("bytes"),
    inBytes: mean("inBytes"),
    outBytes: mean("outBytes"),
    authFailures: mean("authFailures"),
    addresses: mean("addresses"),
    sockets: mean("sockets"),
  };
}
