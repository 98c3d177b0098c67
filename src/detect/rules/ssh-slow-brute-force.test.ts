import { expect, test } from "bun:test";
import { Bench, spaced } from "../../../test/judging.ts";
import { login, logins, PEER } from "../../../test/peers.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "ssh-slow-brute-force";

test.each([100, 150, 1200, 8000])("guilty: an attempt each %d s", (seconds) => {
  const bench = new Bench();
  for (const event of spaced(START, 1000 * seconds, logins(11))) bench.feed(event).settle();
  expect(bench.verdict(PEER)?.severity).toBe("warning");
  expect(bench.rules(PEER)).toContain(ID);
  expect(bench.rules(PEER)).not.toContain("ssh-brute-force");
  // It does not come and go between the attempts.
  const cleared = bench.alerts.filter(({ state }) => state === "cleared");
  expect(cleared.filter(({ severity }) => severity !== "info")).toEqual([]);
});

test("innocent: nine in a day", () => {
  expect(new Bench().feed(...spaced(START, 1_200_000, logins(9))).rules(PEER)).toEqual(["auth-failure"]);
});

test("is silent while the same is found in a short time", () => {
  const bench = new Bench().feed(...spaced(START, 150_000, logins(12)));
  expect(bench.rules(PEER)).toContain(ID);
  bench.feed(...spaced(START + 12 * 150_000, 1000, logins(10)));
  expect(bench.rules(PEER)).toContain("ssh-brute-force");
  expect(bench.rules(PEER)).not.toContain(ID);
});

test("innocent: somebody who mistypes and gets in, each hour of a working day", () => {
  const day = Array.from({ length: 9 }, (_, i) =>
    spaced(START + i * 3_600_000, 5000, [...logins(2), login({ outcome: "accepted" })]),
  ).flat();
  expect(new Bench().feed(...day).rules(PEER)).toEqual(["auth-failure"]);
});

test("is over when nothing came for long", () => {
  const bench = new Bench().feed(...spaced(START, 600_000, logins(12)));
  bench.tick(START + 12 * 600_000 + 20_000_000).settle();
  expect(bench.rules(PEER)).toEqual([]);
  expect(bench.alerts.at(-1)?.state).toBe("cleared");
});

test("innocent: an hourly program whose account is gone, where another still gets in", () => {
  const hourly = (n: number, known: Parameters<typeof login>[0] = {}) =>
    new Bench().feed(
      login({ at: START - 1000, outcome: "accepted", user: "root", ...known }),
      ...spaced(
        START,
        3_600_000,
        logins(n, () => ({ user: "backup" })),
      ),
    );
  expect(hourly(22).verdict(PEER)?.severity).toBe("info");
  // From where nobody got in, it is a guess.
  expect(hourly(22, { outcome: "closed" }).verdict(PEER)?.severity).toBe("warning");
});

test("guilty: the same of three users, or each half hour", () => {
  const often = new Bench().feed(
    login({ at: START - 1000, outcome: "accepted", user: "ann" }),
    ...spaced(
      START,
      1_800_000,
      logins(40, () => ({ user: "root" })),
    ),
  );
  expect(often.verdict(PEER)?.severity).toBe("warning");
  const bench = new Bench().feed(
    login({ at: START - 1000, outcome: "accepted", user: "ann" }),
    ...spaced(
      START,
      1_000_000,
      logins(22, (i) => ({ user: `u${i % 3}` })),
    ),
  );
  expect(bench.verdict(PEER)?.severity).toBe("warning");
});
