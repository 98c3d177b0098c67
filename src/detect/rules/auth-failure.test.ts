import { expect, test } from "bun:test";
import { Bench, spaced } from "../../../test/judging.ts";
import { login, PEER } from "../../../test/peers.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);

test("a failed login is information, of any service", () => {
  for (const service of ["ssh", "http"]) {
    const bench = new Bench().feed(...spaced(START, 1000, [login({ service })])).settle();
    expect(bench.verdict(PEER)).toMatchObject({
      severity: "info",
      findings: [{ rule: "auth-failure", evidence: "1 failed login", samples: [`${service} failed root`] }],
    });
    expect(bench.alerts).toMatchObject([{ ip: PEER, severity: "info" }]);
  }
});

test("what one attempt told twice is one failure", () => {
  const bench = new Bench().feed(
    ...spaced(START, 100, [
      login({ outcome: "invalid-user", user: "x", session: 7 }),
      login({ user: "x", session: 7 }),
    ]),
  );
  expect(bench.finding(PEER, "auth-failure")?.evidence).toBe("1 failed login");
});

test("no failure, no finding; and a long name is cut", () => {
  expect(new Bench().feed(login({ at: START, outcome: "closed" })).rules(PEER)).toEqual([]);
  const [sample] =
    new Bench().feed(login({ at: START, user: "x".repeat(500) })).finding(PEER, "auth-failure")?.samples ??
    [];
  expect(sample?.length).toBeLessThan(200);
});
