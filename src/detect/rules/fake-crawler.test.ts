import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { MINUTE, SECOND, START, VISITOR, visit, visits } from "../../../test/visits.ts";
import type { OriginEvent } from "../../model/event.ts";

const GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

function origin(known: Partial<OriginEvent>): OriginEvent {
  return { kind: "origin", at: START, ip: VISITOR, ...known };
}

/** Many different paths that are not there, as who tries them out. */
function guesses(start: number) {
  return visits(60, SECOND, (i) => visit(`/guess/${i}.php`, { status: 404, userAgent: GOOGLEBOT }), start);
}

test("who says it is a crawler is asked about, until that is known", () => {
  const asked: [string, string][] = [];
  const bench = new Bench({ onCrawler: (ip, agent) => asked.push([ip, agent]) });
  bench.feed(visit("/", { userAgent: GOOGLEBOT }), visit("/"), visit("/", { userAgent: "x bingbot/2.0" }));
  expect(asked).toEqual([
    [VISITOR, "googlebot"],
    [VISITOR, "bingbot"],
  ]);
  bench.feed(origin({ forged: "Googlebot" }), visit("/", { userAgent: GOOGLEBOT }));
  expect(asked).toHaveLength(2);
});

test("whose names disprove it is told with the agent it has", () => {
  const bench = new Bench();
  bench.feed(visit("/", { userAgent: GOOGLEBOT })).settle();
  expect(bench.rules(VISITOR)).toEqual([]);
  bench
    .feed(origin({ forged: "Googlebot" }), visit("/", { at: START + MINUTE, userAgent: GOOGLEBOT }))
    .settle();
  expect(bench.finding(VISITOR, "fake-crawler")).toMatchObject({
    score: 30,
    evidence: expect.stringContaining("googlebot"),
  });
});

test("innocent: it comes as a browser", () => {
  const bench = new Bench();
  bench.feed(visit("/"), origin({ forged: "Googlebot" }), visit("/", { at: START + MINUTE })).settle();
  expect(bench.rules(VISITOR)).toEqual([]);
});

test("innocent: the crawler itself is not judged by its requests", () => {
  const stranger = new Bench().feed(...guesses(START)).settle();
  expect(stranger.rules(VISITOR)).toContain("distinct-4xx");
  const bench = new Bench();
  bench.feed(visit("/", { userAgent: GOOGLEBOT }), origin({ crawler: "Googlebot" }));
  bench.feed(...guesses(START + SECOND)).settle();
  expect(bench.rules(VISITOR)).toEqual([]);
});

test("innocent: what it asked for before its name was proved is taken back", () => {
  const bench = new Bench().feed(...guesses(START)).settle();
  expect(bench.rules(VISITOR)).toContain("distinct-4xx");
  bench.feed(origin({ crawler: "Googlebot" })).settle();
  expect(bench.rules(VISITOR)).toEqual([]);
  expect(bench.alerts.map(({ state }) => state)).toEqual(expect.arrayContaining(["raised", "cleared"]));
  expect(bench.alerts.at(-1)?.state).toBe("cleared");
});
