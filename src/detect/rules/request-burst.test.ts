import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { HOUR, judged, MINUTE, SECOND, START, VISITOR, visit, visits } from "../../../test/visits.ts";

const fast = visits(3000, 20, (i) => visit(`/p/${i}`));

test("is information at any rate, with the highest", () => {
  const { of } = judged(fast);
  expect(of("request-burst")).toMatchObject({
    score: 10,
    severity: "info",
    evidence: "2976 requests in 60 s",
  });
  expect(judged(visits(110, 200, () => visit("/"))).rules).toEqual([]);
});

test("is over five minutes after the last", () => {
  const bench = new Bench().feed(...fast).tick(START + 5 * MINUTE);
  expect(bench.rules(VISITOR)).toEqual(["request-burst"]);
  expect(bench.tick(START + 6 * MINUTE + SECOND).rules(VISITOR)).toEqual([]);
});

test("a log that is read late is no burst", () => {
  const bench = new Bench().tick(START + HOUR).feed(...visits(3000, 600, () => visit("/")));
  expect(bench.rules(VISITOR)).toEqual([]);
});
