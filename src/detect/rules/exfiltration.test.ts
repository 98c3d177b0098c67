import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { login, moved, outbound, PEER, polls, socket } from "../../../test/peers.ts";
import type { AuthEvent, Socket } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "exfiltration";
const MIB = 2 ** 20;

function rules(at: (sent: ReturnType<typeof moved>) => Socket[], remote: Ip = PEER): string[] {
  const bench = new Bench().feed(...polls(START, 60, (second) => at(moved(1000, 40 * MIB * second))));
  return bench.rules(remote);
}

test("information: much sent on a connection from here, or to a port that is no usual one", () => {
  expect(rules((sent) => [outbound(40_000, sent)])).toEqual([ID]);
  expect(rules((sent) => [socket(1000, { localPort: 4444, ...sent })])).toEqual([ID]);
  const bench = new Bench().feed(
    ...polls(START, 60, (second) => [outbound(40_000, moved(0, 40 * MIB * second))]),
  );
  expect(bench.verdict(PEER)?.severity).toBe("info");
  expect(bench.finding(PEER, ID)?.evidence).toMatch(/^2\d\d\d MiB sent in 5\d s$/);
});

test.each([80, 443, 8080, 22])("innocent: a large file fetched from port %d", (localPort) => {
  expect(rules((sent) => [socket(1000, { localPort, ...sent })])).toEqual([]);
});

test("innocent: a file by FTP, whichever of its connections is read first", () => {
  const data = (sent: object) => socket(1001, { localPort: 40_000, ...sent });
  const control = socket(1000, { localPort: 21 });
  expect(rules((sent) => [control, data(sent)])).toEqual([]);
  expect(rules((sent) => [data(sent), control])).toEqual([]);
});

test("innocent: a backup within the own network, and what comes in", () => {
  const remote = "192.168.1.9" as Ip;
  expect(rules((sent) => [outbound(40_000, { remote, ...sent })], remote)).toEqual([]);
  const download = (second: number) => [outbound(40_000, moved(40 * MIB * second, 0))];
  expect(new Bench().feed(...polls(START, 60, download)).rules(PEER)).toEqual([]);
});

test("innocent: a host that serves us and is served by us is information in sum too", () => {
  const both = (second: number): Socket[] => [
    outbound(40_000, moved(0, 60 * MIB * second)),
    socket(1000, { localPort: 22, ...moved(60 * MIB * second, 0) }),
    // A burst each fifth second, then one connection each tenth.
    ...(second < 60 && second % 5 === 0
      ? Array.from({ length: 20 }, (_, i) => outbound(second * 100 + i))
      : []),
    ...(second >= 60 && second % 10 === 0 ? [outbound(50_000 + second)] : []),
  ];
  const failed: AuthEvent = login({ at: START });
  const bench = new Bench().feed(failed, ...polls(START, 200, both)).settle();
  expect(bench.rules(PEER)).toEqual([ID, "upload-volume", "outbound-burst", "beaconing", "auth-failure"]);
  expect(bench.verdict(PEER)?.severity).toBe("info");
});
