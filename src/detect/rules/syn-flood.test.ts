import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { PEER, polls, sockets } from "../../../test/peers.ts";
import type { PeerTraffic, TrafficEvent } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "syn-flood";

function reading(second: number, ...peers: PeerTraffic[]): TrafficEvent {
  const at = START + 1000 * second;
  return { kind: "traffic", at, interface: "eth0", source: "ebpf", milliseconds: 1000, peers };
}

function syns(count: number, more: Partial<PeerTraffic> = {}): PeerTraffic {
  return { ip: PEER, inBytes: 60 * count, inPackets: count, synIn: count, tcp: count, ...more };
}

test("guilty: a hundred SYNs a second and no ACK; over a minute after the last", () => {
  const bench = new Bench().feed(...[0, 1, 2, 3].map((second) => reading(second, syns(100)))).settle();
  expect(bench.verdict(PEER)?.severity).toBe("warning");
  expect(bench.finding(PEER, ID)?.evidence).toBe("400 SYNs and no ACK in 3 s");
  expect(bench.tick(START + 60_000).rules(PEER)).toEqual([ID]);
  expect(bench.tick(START + 70_000).rules(PEER)).toEqual([]);
});

test("innocent: whoever sends an ACK, and who tries a port that does not answer", () => {
  const busy = [0, 1, 2, 3].map((second) => reading(second, syns(200, { ackIn: 1, inPackets: 201 })));
  const patient = Array.from({ length: 60 }, (_, second) => reading(second, syns(6)));
  for (const events of [busy, patient]) expect(new Bench().feed(...events).rules(PEER)).toEqual([]);
});

test("innocent: forged sources with a few SYNs each", () => {
  const crowd = Array.from({ length: 200 }, (_, i) => `45.148.11.${i}` as Ip);
  const bench = new Bench().feed(
    ...[0, 1, 2].map((second) => reading(second, ...crowd.map((ip) => syns(2, { ip })))),
  );
  expect(crowd.flatMap((ip) => bench.rules(ip))).toEqual([]);
});

test("it says nothing beside half-open connections, which tell the same", () => {
  const half = polls(START, 4, (second) => sockets(60, 1000 + 60 * second, { state: "SYN_RECV" }));
  const bench = new Bench().feed(...half, ...[4, 5, 6].map((second) => reading(second, syns(150))));
  expect(bench.rules(PEER)).toEqual(["half-open"]);
});
