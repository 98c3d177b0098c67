import { describe, expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { moved, outbound, PEER, polls, socket, sockets } from "../../../test/peers.ts";
import type { RequestEvent, Socket } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "no-requests";

function request(ip: string, second = 0): RequestEvent {
  return {
    kind: "request",
    at: START + 1000 * second,
    ip: ip as Ip,
    method: "GET",
    path: "/",
    status: 200,
    source: "a",
  };
}

const before = socket(1, { remote: "8.8.4.4" as Ip });

/** A server whose log is read, a table without the peer, then what there is in the next twenty seconds. */
function after(at: (second: number) => Socket[], log = true): Bench {
  const bench = new Bench();
  if (log) bench.feed(request("8.8.4.4"));
  return bench.feed(...polls(START, 20, (second) => [before, ...(second === 0 ? [] : at(second))]));
}

test("information: six connections that ask for nothing", () => {
  const bench = after(() => sockets(6, 1000));
  expect(bench.rules(PEER)).toEqual([ID]);
  expect(bench.verdict(PEER)).toMatchObject({
    severity: "info",
    findings: [{ evidence: "6 connections to a web port without a request" }],
  });
});

test("is silent once they are held so long that another rule speaks", () => {
  const bench = new Bench().feed(
    request("8.8.4.4"),
    ...polls(START, 40, () => sockets(60, 1000, moved(12, 0))),
  );
  expect(bench.rules(PEER)).toEqual(["slow-requests"]);
});

test("two hundred are information still: what they may be is another rule's", () => {
  expect(after(() => sockets(200, 1000)).verdict(PEER)?.severity).toBe("info");
});

describe("innocent", () => {
  test.each<[string, (second: number) => Socket[]]>([
    ["four", () => sockets(4, 1000)],
    ["closing", () => sockets(9, 1000, { state: "TIME_WAIT" })],
    ["closed already", () => sockets(9, 1000, { state: "CLOSE_WAIT" })],
    ["to no web port", () => sockets(9, 1000, { localPort: 993 })],
    ["from here", () => Array.from({ length: 9 }, (_, i) => outbound(443, { remotePort: i }))],
    ["new each second", (second) => sockets(9, 1000 + 10 * second)],
    ["answered, though no log tells", () => sockets(9, 1000, { localPort: 80, ...moved(300, 20_000) })],
    ["answered over TLS", () => sockets(9, 1000, moved(1300, 20_000))],
  ])("connections %s", (_, at) => {
    expect(after(at).rules(PEER)).not.toContain(ID);
  });

  test("connections that ask", () => {
    const asking = (n: number) =>
      new Bench()
        .feed(request("8.8.4.4"), ...Array.from({ length: n }, () => request(PEER)))
        .feed(...polls(START, 20, (second) => [before, ...(second === 0 ? [] : sockets(9, 1000))]))
        .rules(PEER);
    expect(asking(1)).toEqual([ID]);
    expect(asking(2)).toEqual([]);
  });

  test("where no access log is read", () => {
    expect(after(() => sockets(9, 1000), false).rules(PEER)).toEqual([]);
  });

  test("connections that were there before anybody watched", () => {
    const bench = new Bench().feed(request("8.8.4.4"), ...polls(START, 20, () => sockets(9, 1000)));
    expect(bench.rules(PEER)).toEqual([]);
  });

  test("but not where the kernel says that nothing was ever sent on them", () => {
    const bench = new Bench().feed(
      request("8.8.4.4"),
      ...polls(START, 20, () => sockets(9, 1000, moved(12, 0))),
    );
    expect(bench.rules(PEER)).toEqual([ID]);
  });

  test("and it is over a minute after", () => {
    expect(
      after(() => sockets(6, 1000))
        .tick(START + 90_000)
        .rules(PEER),
    ).toEqual([]);
  });
});
