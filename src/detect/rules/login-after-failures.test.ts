import { expect, test } from "bun:test";
import { Bench, spaced } from "../../../test/judging.ts";
import { login, logins, PEER } from "../../../test/peers.ts";
import type { AuthEvent } from "../../model/event.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "login-after-failures";
const inBy = (method: string, user = "root") => login({ outcome: "accepted", method, user });

function rules(tries: readonly AuthEvent[], apart: number): string[] {
  return new Bench().feed(...spaced(START, apart, tries)).rules(PEER);
}

test.each(["password", "keyboard-interactive/pam"])(
  "guilty: in by %s after sixty failures: critical",
  (method) => {
    const bench = new Bench().feed(...spaced(START, 3000, [...logins(60), inBy(method)])).settle();
    expect(bench.verdict(PEER)?.severity).toBe("critical");
    expect(bench.finding(PEER, ID)).toMatchObject({
      evidence: "1 login by password after 60 failed logins",
      samples: [`ssh accepted ${method} root`],
    });
    expect(bench.alerts.at(-1)?.severity).toBe("critical");
  },
);

test("guilty: slowly, over hours: critical as well", () => {
  const bench = new Bench().feed(...spaced(START, 1_200_000, [...logins(30), inBy("password")]));
  expect(bench.verdict(PEER)?.severity).toBe("critical");
});

test("guilty: in by another user than those that failed", () => {
  expect(rules([...logins(25), inBy("password", "ann")], 1000)).toContain(ID);
});

test("guilty: few failures of many users", () => {
  expect(rules([...logins(6, (i) => ({ user: `u${i}` })), inBy("password", "u3")], 1000)).toContain(ID);
});

test("innocent: by a key, or after few failures, or after none", () => {
  expect(rules([...logins(60), inBy("publickey")], 1000)).not.toContain(ID);
  expect(rules([...logins(19), inBy("password")], 1000)).not.toContain(ID);
  expect(rules([...logins(6), inBy("password")], 5000)).toEqual(["auth-failure"]);
  expect(
    rules(
      Array.from({ length: 40 }, () => inBy("password")),
      1000,
    ),
  ).toEqual([]);
});

test("innocent: refused keys before a password", () => {
  const keys = logins(60, () => ({ outcome: "probe", method: "publickey" }));
  expect(rules([...keys, inBy("password")], 1000)).toEqual([]);
});
