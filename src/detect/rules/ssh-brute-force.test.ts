import { describe, expect, test } from "bun:test";
import { Bench, spaced } from "../../../test/judging.ts";
import { login, logins, PEER } from "../../../test/peers.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "ssh-brute-force";

describe("guilty", () => {
  test("forty passwords for root", () => {
    const bench = new Bench().feed(...spaced(START, 4000, logins(40))).settle();
    expect(bench.verdict(PEER)).toMatchObject({ severity: "warning" });
    expect(bench.finding(PEER, ID)?.evidence).toBe("40 failed logins in 3 min");
  });

  test("five passwords for one user from where nobody ever got in; a success takes it back", () => {
    const bench = new Bench().feed(...spaced(START, 5000, logins(5))).settle();
    expect(bench.finding(PEER, ID)).toMatchObject({ score: 40, evidence: "5 failed logins in 20 s" });
    bench.feed(login({ at: START + 30_000, outcome: "accepted" }));
    expect(bench.rules(PEER)).toEqual(["auth-failure"]);
  });

  test("few passwords, but of many users", () => {
    const tries = logins(5, (i) => ({ user: `user${i}` }));
    expect(new Bench().feed(...spaced(START, 4000, tries)).finding(PEER, ID)?.severity).toBe("warning");
  });

  test("rsyslog counts what it leaves out", () => {
    const bench = new Bench().feed(login({ at: START }), login({ at: START + 9000, count: 19 }));
    expect(bench.finding(PEER, ID)).toMatchObject({
      severity: "warning",
      evidence: "20 failed logins in 9 s",
    });
  });

  test("a login of another user takes nothing back", () => {
    const bench = new Bench().feed(
      ...spaced(START, 4000, [...logins(12), login({ outcome: "accepted", user: "ann" })]),
    );
    expect(bench.rules(PEER)).toContain(ID);
  });

  test("nor does one after very many", () => {
    const bench = new Bench().feed(...spaced(START, 1000, [...logins(20), login({ outcome: "accepted" })]));
    expect(bench.rules(PEER)).toContain(ID);
  });

  test("who has an account cannot clear himself by it for ever", () => {
    const round = [...logins(4), login({ user: "ann" }), login({ outcome: "accepted", user: "ann" })];
    const rounds = Array.from({ length: 6 }, () => round).flat();
    expect(new Bench().feed(...spaced(START, 5000, rounds)).finding(PEER, ID)?.severity).toBe("warning");
  });
});

describe("innocent", () => {
  test("who has been here before, mistypes six times and then gets in is never more than information", () => {
    const success = login({ outcome: "accepted" });
    const bench = new Bench().feed(...spaced(START, 5000, [success, ...logins(6), success])).settle();
    expect(bench.rules(PEER)).toEqual(["auth-failure"]);
    expect(bench.alerts.map(({ severity }) => severity)).not.toContain("warning");
  });

  test("all day, with a name mistyped too", () => {
    const day = Array.from({ length: 6 }, (_, i) => [
      login({ at: START + i * 3_600_000, user: "an" }),
      login({ at: START + i * 3_600_000 + 9000, user: "ann" }),
      login({ at: START + i * 3_600_000 + 19_000, user: "ann", outcome: "accepted", method: "publickey" }),
    ]).flat();
    expect(new Bench().feed(...day).rules(PEER)).toEqual(["auth-failure"]);
  });

  test("refused passwords of a web server are none of SSH", () => {
    const tries = logins(40, () => ({ service: "http", method: "basic" }));
    expect(new Bench().feed(...spaced(START, 1000, tries)).rules(PEER)).not.toContain(ID);
  });

  test("a trusted address", () => {
    const bench = new Bench({ trusted: [`${PEER}/32`] }).feed(...spaced(START, 1000, logins(40)));
    expect(bench.verdict(PEER)).toBeUndefined();
  });
});

test("innocent: with all that an honest login can cause besides, it is information still", () => {
  const { user: _, method: _method, ...pam } = login({ outcome: "probe" });
  const tries = Array.from({ length: 6 }, (_, i) => [
    { ...pam, session: i },
    login({ user: "an", outcome: "invalid-user", session: i }),
  ]).flat();
  const success = login({ outcome: "accepted", user: "ann" });
  const bench = new Bench().feed(...spaced(START, 5000, [success, ...tries])).settle();
  expect(bench.rules(PEER)).toEqual([ID, "ssh-probe", "auth-failure"]);
  expect(bench.verdict(PEER)?.severity).toBe("info");
});
