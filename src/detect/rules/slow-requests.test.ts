import { describe, expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { moved, PEER, polls, sockets } from "../../../test/peers.ts";
import type { RequestEvent, Socket } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "slow-requests";

function requests(n: number, known: Partial<RequestEvent> = {}): RequestEvent[] {
  return Array.from({ length: n }, (_, i) => ({
    kind: "request",
    at: START + i,
    ip: PEER,
    method: "GET",
    path: `/${i}`,
    status: 200,
    source: "access.log",
    ...known,
  }));
}

const visitor = "8.8.4.4" as Ip;

/** After `asked`, a table without the peer, then what there is until second `until`. */
function after(asked: readonly RequestEvent[], until: number, at: (second: number) => Socket[]): Bench {
  const other = sockets(1, 1, { remote: visitor });
  return new Bench()
    .feed(...requests(1, { ip: visitor }), ...asked)
    .feed(...polls(START, until + 1, (second) => [...other, ...(second === 0 ? [] : at(second))]))
    .settle();
}

describe("guilty", () => {
  test("a hundred and twenty connections that never ask", () => {
    const bench = after([], 40, () => sockets(120, 1000));
    expect(bench.verdict(PEER)?.severity).toBe("warning");
    expect(bench.finding(PEER, ID)?.evidence).toBe("120 connections held open with fewer requests");
  });

  test("over TLS, of which there is a handshake and no more", () => {
    expect(after([], 40, () => sockets(30, 1000, moved(600, 4500))).rules(PEER)).toContain(ID);
  });

  test("with some requests before, so that it is not none", () => {
    expect(after(requests(10), 40, () => sockets(30, 1000)).rules(PEER)).toContain(ID);
  });

  test("already there when somebody began to watch", () => {
    const seen = (seconds: number, info: Partial<Socket>) =>
      new Bench()
        .feed(...requests(1, { ip: visitor }), ...polls(START, seconds, () => sockets(120, 1000, info)))
        .rules(PEER);
    expect(seen(32, moved(40, 0))).toContain(ID);
    expect(seen(62, {})).toContain(ID);
    expect(seen(50, {})).not.toContain(ID);
  });

  test("requests that time out, and hardly any other", () => {
    const bench = new Bench().feed(...requests(10), ...requests(40, { status: 408 })).settle();
    expect(bench.verdict(PEER)?.severity).toBe("warning");
    expect(bench.finding(PEER, ID)?.evidence).toMatch(/^\d+ requests timed out in 1 s$/);
  });
});

describe("innocent", () => {
  test("an office whose browsers and WebSockets stay connected", () => {
    expect(after(requests(60), 90, () => sockets(50, 1000)).rules(PEER)).not.toContain(ID);
  });

  test("the same office when somebody begins to watch, asked nothing since", () => {
    const bench = new Bench().feed(
      ...requests(1, { ip: visitor }),
      ...polls(START, 120, () => sockets(50, 1000, moved(900, 700))),
    );
    expect(bench.rules(PEER)).toEqual([]);
  });

  test("who asked more often than he holds connections, though not more than he has", () => {
    const all = () => [...sockets(30, 1000), ...sockets(20, 2000, { state: "TIME_WAIT" })];
    expect(after(requests(35), 40, all).rules(PEER)).not.toContain(ID);
    expect(after(requests(25), 40, all).rules(PEER)).toContain(ID);
  });

  test("who asks, with connections of which nobody knows what was sent on them before", () => {
    const bench = new Bench().feed(...requests(1, { ip: visitor }), ...requests(1));
    expect(bench.feed(...polls(START, 120, () => sockets(50, 1000))).rules(PEER)).toEqual([]);
  });

  test("connections that come and go", () => {
    const changing = (second: number) => sockets(50, 1000 + 50 * Math.floor(second / 20));
    expect(after([], 90, changing).rules(PEER)).not.toContain(ID);
  });

  test("few; and many for a moment", () => {
    expect(after([], 60, () => sockets(19, 1000)).rules(PEER)).not.toContain(ID);
    expect(after([], 25, () => sockets(50, 1000)).rules(PEER)).not.toContain(ID);
  });

  test("a mail server's clients", () => {
    expect(after([], 60, () => sockets(50, 1000, { localPort: 993 })).rules(PEER)).toEqual([]);
  });

  test("where no access log is read", () => {
    const bench = new Bench().feed(...polls(START, 60, () => sockets(120, 1000, moved(40, 0))));
    expect(bench.rules(PEER)).toEqual([]);
  });

  test("browsers that connect in vain, and visitors who leave early", () => {
    const browsers = new Bench().feed(...requests(60), ...requests(40, { status: 408 }));
    expect(browsers.rules(PEER)).not.toContain(ID);
    expect(new Bench().feed(...requests(200, { status: 499 })).rules(PEER)).not.toContain(ID);
  });
});
