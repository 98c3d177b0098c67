import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { outbound, PEER, polls } from "../../../test/peers.ts";
import type { Socket } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "outbound-burst";

function opening(each: number, known: Partial<Socket> = {}) {
  return (second: number): Socket[] =>
    Array.from({ length: each }, (_, i) => outbound(10_000 + each * second + i, known));
}

test("information: five new connections each second", () => {
  const bench = new Bench().feed(...polls(START, 40, opening(5))).settle();
  expect(bench.rules(PEER)).toEqual([ID]);
  expect(bench.verdict(PEER)?.severity).toBe("info");
  expect(bench.finding(PEER, ID)?.evidence).toMatch(/^1\d\d connections from here in 60 s$/);
});

test("the same ones all the time are none, nor are those that were there before anybody watched", () => {
  const same = () => opening(500)(0);
  expect(new Bench().feed(...polls(START, 40, same)).rules(PEER)).toEqual([]);
});

test("one a second is none", () => {
  const bench = new Bench({ thresholds: { "sockets.outbound": 30 } });
  expect(bench.feed(...polls(START, 90, opening(1))).rules(PEER)).not.toContain(ID);
});

test("a backend in the same network is not judged", () => {
  const remote = "10.0.0.5" as Ip;
  expect(new Bench().feed(...polls(START, 40, opening(50, { remote }))).rules(remote)).toEqual([]);
});

test("when the table was not read for minutes, what is in it is not new", () => {
  const bench = new Bench().feed(
    ...polls(START, 2, opening(1)),
    ...polls(START + 600_000, 3, () => opening(500)(9)),
  );
  expect(bench.rules(PEER)).not.toContain(ID);
});
