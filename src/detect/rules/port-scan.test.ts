import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { outbound, PEER, polls, socket } from "../../../test/peers.ts";
import type { Socket } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "port-scan";
const PORTS = [21, 22, 25, 53, 80, 110, 143, 443, 465, 587, 993, 995, 3306, 5432, 6379, 8080, 8443];

function touching(ports: readonly number[], known: Partial<Socket> = {}): Socket[] {
  return ports.map((localPort, i) => socket(1000 + i, { localPort, ...known }));
}

test("guilty: seventeen ports, one more each second", () => {
  const bench = new Bench()
    .feed(...polls(START, 20, (second) => touching(PORTS.slice(0, second + 1))))
    .settle();
  expect(bench.verdict(PEER)?.severity).toBe("warning");
  // Port 21 is among them: the ports above 1023 might be its data connections.
  expect(bench.finding(PEER, ID)?.evidence).toMatch(/^12 different ports in 10 s$/);
});

test("guilty: all at once, in any state, and again another day", () => {
  const bench = new Bench().feed(...polls(START, 1, () => touching(PORTS, { state: "LAST_ACK" })));
  expect(bench.rules(PEER)).toContain(ID);
  bench.tick(START + 80_000_000);
  expect(bench.rules(PEER)).toEqual([]);
  bench.feed(...polls(START + 80_001_000, 1, () => touching(PORTS)));
  expect(bench.rules(PEER)).toContain(ID);
});

test("innocent: the ports of a mail program, all day", () => {
  const bench = new Bench().feed(...polls(START, 200, () => touching([443, 587, 993, 143, 22])));
  expect(bench.rules(PEER)).toEqual([]);
});

test("innocent: files by passive FTP, and what lingers of them when the client has left", () => {
  const files = (second: number) => Array.from({ length: second }, (_, i) => 40_000 + i);
  const bench = new Bench().feed(
    ...polls(START, 60, (second) => touching([21, ...files(second)])),
    ...polls(START + 60_000, 60, () => touching(files(60), { state: "TIME_WAIT" })),
  );
  expect(bench.rules(PEER)).toEqual([]);
});

test("innocent: connections from here, by as many local ports", () => {
  const ours = Array.from({ length: 60 }, (_, i) => outbound(40_000 + i, { remotePort: 25 }));
  const theirs = touching([443, 587, 993, 143, 22]);
  expect(new Bench().feed(...polls(START, 5, () => [...theirs, ...ours])).rules(PEER)).not.toContain(ID);
});

test("a load balancer in the same network is information", () => {
  const remote = "10.0.0.9" as Ip;
  const bench = new Bench().feed(...polls(START, 5, () => touching(PORTS, { remote })));
  expect(bench.verdict(remote)?.severity).toBe("info");
});

test("guilty: one port after the other, each closed before the next", () => {
  const one = (second: number) =>
    touching([PORTS[second % PORTS.length] as number].filter((port) => port !== 21));
  const bench = new Bench().feed(...polls(START, PORTS.length, one)).settle();
  expect(bench.verdict(PEER)?.severity).toBe("warning");
  expect(bench.finding(PEER, ID)?.evidence).toMatch(/^\d\d different ports in \d+ s$/);
});

test("innocent: one port after the other of few, for ever, and passive FTP one file at a time", () => {
  const few = polls(START, 600, (second) => touching([[22, 80, 443, 993][second % 4] as number]));
  expect(new Bench().feed(...few).rules(PEER)).toEqual([]);
  const files = polls(START, 120, (second) => touching([21, 40_000 + second]));
  expect(new Bench().feed(...files).rules(PEER)).toEqual([]);
});
