import type { RequestEvent } from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import { Bench, type Judging, spaced } from "./judging.ts";

export const START = Date.UTC(2026, 10, 24, 3, 12, 7);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
/** Who visits unless another is named. */
export const VISITOR = "203.0.113.9" as Ip;

/** A browser's request, answered 200 unless it says otherwise. */
export function visit(path: string, known: Partial<RequestEvent> = {}): RequestEvent {
  return {
    kind: "request",
    at: START,
    ip: VISITOR,
    method: "GET",
    path,
    protocol: "HTTP/1.1",
    status: 200,
    bytes: 5120,
    userAgent: CHROME,
    source: "access.log",
    ...known,
  };
}

/** `n` of them, `apart` milliseconds each, from `start` on. */
export function visits(
  n: number,
  apart: number,
  make: (i: number) => RequestEvent,
  start = START,
): RequestEvent[] {
  return spaced(
    start,
    apart,
    Array.from({ length: n }, (_, i) => make(i)),
  );
}

/** What all of them came to: the findings against the visitor, worst first, and their sum. */
export function judged(events: readonly RequestEvent[], options: Judging = {}) {
  const bench = new Bench(options).feed(...events.toSorted((a, b) => a.at - b.at)).settle();
  const verdict = bench.verdict(VISITOR);
  const findings = verdict?.findings ?? [];
  return {
    risk: verdict?.risk ?? 0,
    rules: findings.map(({ rule }) => rule),
    of: (id: string) => findings.find(({ rule }) => rule === id),
  };
}
