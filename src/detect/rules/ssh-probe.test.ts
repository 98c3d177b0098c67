import { describe, expect, test } from "bun:test";
import { Bench, spaced } from "../../../test/judging.ts";
import { login, PEER } from "../../../test/peers.ts";
import type { AuthEvent } from "../../model/event.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "ssh-probe";

function probes(n: number, known: Partial<AuthEvent> = {}): AuthEvent[] {
  const { user: _user, method: _method, ...probe } = login({ outcome: "probe" });
  return Array.from({ length: n }, (_, i) => ({ ...probe, session: i, ...known }));
}

test("guilty: many within minutes", () => {
  const bench = new Bench().feed(...spaced(START, 2000, probes(40))).settle();
  expect(bench.verdict(PEER)?.severity).toBe("warning");
  expect(bench.finding(PEER, ID)?.evidence).toBe("40 connections without a login in 78 s");
});

test("how many came in all, and the most of a window", () => {
  const bench = new Bench().feed(...spaced(START, 10_000, probes(90)));
  expect(bench.finding(PEER, ID)?.evidence).toMatch(
    /^90 connections without a login in 15 min, up to 3\d in 300 s$/,
  );
});

describe("innocent", () => {
  test.each([30, 60, 300])("a monitor that opens the port each %d s and says nothing", (seconds) => {
    const bench = new Bench().feed(...spaced(START, 1000 * seconds, probes(200))).settle();
    expect(bench.verdict(PEER)?.severity).toBe("info");
    expect(bench.alerts.map(({ severity }) => severity)).toEqual(["info"]);
  });

  test("keys that are offered before the right one, and what PAM says of a failed login", () => {
    for (const known of [{ method: "publickey", user: "ann" }, { method: "pam" }, { user: "ann" }]) {
      expect(new Bench().feed(...spaced(START, 1000, probes(50, known))).rules(PEER)).toEqual([]);
    }
  });

  test("what PAM says of unknown users, of each before sshd does", () => {
    const tries = Array.from({ length: 30 }, (_, i) => [
      ...probes(1, { session: i }),
      login({ user: "nobody", session: i }),
    ]).flat();
    expect(new Bench().feed(...spaced(START, 1000, tries)).finding(PEER, ID)?.score ?? 0).toBeLessThan(30);
  });

  test("connections that close, and what a web server tells", () => {
    for (const known of [{ outcome: "closed" }, { service: "http" }] as const) {
      expect(new Bench().feed(...spaced(START, 1000, probes(50, known))).rules(PEER)).toEqual([]);
    }
  });
});

test("who has logged in from there and is turned away by MaxStartups is told of as information", () => {
  const drops = (first: AuthEvent[]) =>
    new Bench()
      .feed(...spaced(START, 100, [...first, ...probes(60)]))
      .settle()
      .verdict(PEER)?.severity;
  expect(drops([login({ outcome: "accepted" })])).toBe("info");
  expect(drops([])).toBe("warning");
});
