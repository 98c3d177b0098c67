import type { BaselineEvent, HistoryEvent } from "../model/event.ts";
import { MAX_PATHS, MAX_RULES, type Minute } from "../model/history.ts";
import { parseIp } from "../model/ip.ts";
import { countOf, isObject, type Json, textOf } from "../model/untrusted-json.ts";

const COUNTS = [
  "firstSeen",
  "lastSeen",
  "sessions",
  "requests",
  "bytes",
  "inBytes",
  "outBytes",
  "authFailures",
  "flagged",
  "blocks",
] as const;

export function historyOf(json: Json, at: number): HistoryEvent | undefined {
  const ip = typeof json.ip === "string" ? parseIp(json.ip) : undefined;
  const counts = allCounts(json, COUNTS);
  if (ip === undefined || counts === undefined) return undefined;
  const { rules, paths } = json;
  const { firstSeen, lastSeen, sessions, requests, bytes, inBytes, outBytes, ...more } = counts;
  return {
    ...{ kind: "history", at, ip, firstSeen, lastSeen, sessions, requests, bytes, inBytes, outBytes },
    authFailures: more.authFailures,
    flagged: more.flagged,
    rules: textsOf(rules, MAX_RULES),
    blocks: more.blocks,
    paths: textsOf(paths, MAX_PATHS),
  };
}

export function baselineOf(json: Json, at: number): BaselineEvent {
  const yesterday = minuteOf(json.yesterday);
  const lastWeek = minuteOf(json.lastWeek);
  return {
    kind: "baseline",
    at,
    ...(yesterday !== undefined && { yesterday }),
    ...(lastWeek !== undefined && { lastWeek }),
  };
}

const OF_MINUTE = [
  "at",
  "requests",
  "bytes",
  "inBytes",
  "outBytes",
  "authFailures",
  "addresses",
  "sockets",
] as const satisfies readonly (keyof Minute)[];

function minuteOf(value: unknown): Minute | undefined {
  return isObject(value) ? allCounts(value, OF_MINUTE) : undefined;
}

/** All of these, or undefined where one is missing. */
function allCounts<K extends string>(json: Json, keys: readonly K[]): Record<K, number> | undefined {
  const counts = keys.flatMap((key) => {
    const count = countOf(json[key]);
    return count === undefined ? [] : [[key, count] as const];
  });
  return counts.length < keys.length ? undefined : (Object.fromEntries(counts) as Record<K, number>);
}

function textsOf(value: unknown, most: number): string[] {
  return Array.isArray(value) ? value.slice(0, most).flatMap((item: unknown) => textOf(item) ?? []) : [];
}
