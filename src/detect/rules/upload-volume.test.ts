import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { moved, PEER, polls, socket } from "../../../test/peers.ts";
import type { Socket } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "upload-volume";
const MIB = 2 ** 20;

/** A connection that receives `mib` each second, and had received 5 GiB before. */
function receiving(mib: number, known: Partial<Socket> = {}) {
  return (second: number): Socket[] => [
    socket(1000, { localPort: 22, ...moved(5 * 1024 * MIB + mib * MIB * second, 0), ...known }),
  ];
}

test("information: more than a GiB within a minute, whatever it had before", () => {
  const bench = new Bench().feed(...polls(START, 60, receiving(20)));
  expect(bench.rules(PEER)).toEqual([ID]);
  expect(bench.verdict(PEER)?.severity).toBe("info");
  expect(bench.finding(PEER, ID)?.evidence).toBe("1180 MiB received in 58 s");
});

test("by many connections one after the other", () => {
  const files = (second: number) => [
    socket(1000 + Math.floor(second / 10), moved((2 + 30 * (second % 10)) * MIB, 0)),
  ];
  expect(new Bench().feed(...polls(START, 60, files)).rules(PEER)).toContain(ID);
});

test("innocent: less in an hour, a counter that stands still or starts anew, a private address", () => {
  expect(new Bench().feed(...polls(START, 60, receiving(10))).rules(PEER)).toEqual([]);
  expect(new Bench().feed(...polls(START, 60, receiving(0))).rules(PEER)).toEqual([]);
  const reused = (second: number) => [socket(1000, moved((second % 2) * 900 * MIB, 0))];
  expect(new Bench().feed(...polls(START, 2, reused)).rules(PEER)).toEqual([]);
  const remote = "10.0.0.5" as Ip;
  expect(new Bench().feed(...polls(START, 60, receiving(90, { remote }))).rules(remote)).toEqual([]);
});

test("innocent: what is sent to a visitor, and connections whose bytes nobody tells", () => {
  const download = (second: number) => [socket(1000, moved(2000, 90 * MIB * second))];
  expect(new Bench().feed(...polls(START, 60, download)).rules(PEER)).toEqual([]);
  expect(new Bench().feed(...polls(START, 60, () => [socket(1000)])).rules(PEER)).toEqual([]);
});
