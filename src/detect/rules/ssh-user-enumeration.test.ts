import { expect, test } from "bun:test";
import { Bench, spaced } from "../../../test/judging.ts";
import { logins, PEER } from "../../../test/peers.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "ssh-user-enumeration";
const unknown = (n: number) => logins(n, (i) => ({ outcome: "invalid-user", user: `user${i}`, session: i }));

test("guilty: names tried within an hour, slowly", () => {
  const bench = new Bench().feed(...spaced(START, 180_000, unknown(12)));
  expect(bench.verdict(PEER)?.severity).toBe("warning");
  expect(bench.finding(PEER, ID)?.evidence).toMatch(/^1[12] different users in 33 min$/);
});

test("guilty: fast, with failed passwords: critical together with the guessing", () => {
  expect(new Bench().feed(...spaced(START, 10_000, unknown(6))).verdict(PEER)?.severity).toBe("critical");
});

test("guilty: the same names again another day", () => {
  const bench = new Bench().feed(...spaced(START, 60_000, unknown(6)));
  bench.tick(START + 80_000_000);
  expect(bench.rules(PEER)).not.toContain(ID);
  expect(bench.feed(...spaced(START + 90_000_000, 60_000, unknown(6))).rules(PEER)).toContain(ID);
});

test("innocent: one user, and four names over an hour", () => {
  expect(new Bench().feed(...spaced(START, 1000, logins(30))).rules(PEER)).not.toContain(ID);
  expect(new Bench().feed(...spaced(START, 600_000, unknown(4))).rules(PEER)).not.toContain(ID);
});

test("innocent: many names that get in", () => {
  const team = logins(20, (i) => ({ outcome: "accepted", user: `user${i}` }));
  expect(new Bench().feed(...spaced(START, 1000, team)).rules(PEER)).toEqual([]);
});

test("a user that is none in what sshd says does not count", () => {
  const nameless = logins(20).map(({ user: _, ...event }) => event);
  expect(new Bench().feed(...spaced(START, 1000, nameless)).rules(PEER)).not.toContain(ID);
});
