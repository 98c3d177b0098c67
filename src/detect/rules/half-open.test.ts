import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { PEER, polls, sockets } from "../../../test/peers.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "half-open";
const half = { state: "SYN_RECV" } as const;

test("guilty: sixty half-open connections and none established; over a minute after the last", () => {
  const bench = new Bench()
    .feed(...polls(START, 20, (second) => sockets(60, 1000 + 60 * second, half)))
    .settle();
  expect(bench.verdict(PEER)?.severity).toBe("warning");
  expect(bench.finding(PEER, ID)?.evidence).toBe("60 half-open connections at a time");
  expect(bench.tick(START + 70_000).rules(PEER)).toContain(ID);
  expect(bench.tick(START + 80_000).rules(PEER)).toEqual([]);
});

test("guilty: though some are established", () => {
  const bench = new Bench().feed(
    ...polls(START, 2, () => [...sockets(20, 1000, half), ...sockets(10, 2000)]),
  );
  expect(bench.rules(PEER)).toContain(ID);
});

test("innocent: one, two, nine; and more established than half open", () => {
  for (const n of [1, 2, 9]) {
    expect(new Bench().feed(...polls(START, 3, () => sockets(n, 1000, half))).rules(PEER)).toEqual([]);
  }
  const busy = () => [...sockets(20, 1000, half), ...sockets(30, 2000)];
  expect(new Bench().feed(...polls(START, 3, busy)).rules(PEER)).not.toContain(ID);
});

test("innocent: a crowd of many addresses with one each", () => {
  const crowd = Array.from({ length: 200 }, (_, i) => `45.148.11.${i}` as Ip);
  const bench = new Bench().feed(
    ...polls(START, 3, () => crowd.flatMap((remote) => sockets(1, 1000, { ...half, remote }))),
  );
  expect(crowd.flatMap((ip) => bench.rules(ip))).toEqual([]);
});
