import type { Past } from "../model/history.ts";
import { bytes, clockOn, grouped } from "./format.ts";

/** Rules named: more would say no more. */
const NAMED = 4;

/** What history knows of an address, in words: `in 3 runs since 2026-09-02, 4,120 requests, flagged 3 times (exploit-probe)`. */
export function pastWords(past: Past, now: number, utc: boolean): string {
  const { sessions, firstSeen, lastSeen, requests, authFailures, flagged, rules, blocks, paths } = past;
  const sent = past.bytes > 0 ? ` (${bytes(past.bytes)} sent)` : "";
  return [
    `in ${counted(sessions, "run")} since ${clockOn(firstSeen, now, utc)}, last ${clockOn(lastSeen, now, utc)}`,
    ...(requests > 0 ? [`${counted(requests, "request")}${sent}`] : []),
    ...(authFailures > 0 ? [`${counted(authFailures, "failed login")}`] : []),
    ...(flagged > 0 ? [`flagged ${times(flagged)}${named(rules)}`] : []),
    ...(blocks > 0 ? [`blocked ${times(blocks)}`] : []),
    ...(paths[0] === undefined ? [] : [`last asked for ${paths[0]}`]),
  ].join(", ");
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${grouped(count)} times`;
}

function named(rules: readonly string[]): string {
  return rules.length === 0 ? "" : ` (${rules.slice(0, NAMED).join(", ")})`;
}
