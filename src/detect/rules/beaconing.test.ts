import { expect, test } from "bun:test";
import fc from "fast-check";
import { Bench } from "../../../test/judging.ts";
import { outbound, PEER, polls, socket } from "../../../test/peers.ts";
import type { Socket } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "beaconing";

/** A connection for two seconds at each of these seconds. */
function calls(seconds: readonly number[], known: Partial<Socket> = {}) {
  return (now: number): Socket[] => [
    socket(1, { remote: "8.8.4.4" as Ip }),
    ...seconds.flatMap((second, i) =>
      second === now || second === now - 1 ? [outbound(10_000 + i, known)] : [],
    ),
  ];
}

function each(seconds: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => 5 + seconds * i);
}

function rules(seconds: readonly number[], known: Partial<Socket> = {}): string[] {
  const bench = new Bench().feed(...polls(START, 10 + Math.max(...seconds), calls(seconds, known)));
  return bench.rules(known.remote ?? PEER);
}

test.each([5, 10, 60])("information: a connection each %d s", (seconds) => {
  expect(rules(each(seconds, 8))).toEqual([ID]);
  expect(rules(each(seconds, 7))).toEqual([]);
});

test("with a little jitter, and in words", () => {
  const times = each(60, 10).map((second, i) => second + (i % 3) * 2);
  const bench = new Bench().feed(...polls(START, 640, calls(times)));
  expect(bench.finding(PEER, ID)?.evidence).toMatch(/^10 connections from here, one each 6[01] s$/);
  expect(bench.verdict(PEER)?.severity).toBe("info");
});

test("innocent: closer than five seconds, private, inbound, the same connection all the time", () => {
  expect(rules(each(3, 40))).toEqual([]);
  expect(rules(each(60, 10), { remote: "10.0.0.5" as Ip })).toEqual([]);
  expect(rules(each(60, 10), { direction: "in" })).toEqual([]);
  expect(new Bench().feed(...polls(START, 600, () => [outbound(10_000)])).rules(PEER)).toEqual([]);
});

test("innocent: two at a time", () => {
  expect(rules(each(60, 10).flatMap((second) => [second, second]))).toEqual([]);
});

test("innocent: distances that grow by half", () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 9 }), (first) => {
      const times = [5];
      for (let i = 0; i < 9; i++) times.push((times.at(-1) ?? 0) + Math.round(first * 1.5 ** i));
      expect(rules(times)).toEqual([]);
    }),
    { numRuns: 4 },
  );
});
