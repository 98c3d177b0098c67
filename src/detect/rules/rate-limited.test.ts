import { expect, test } from "bun:test";
import { Bench, spaced } from "../../../test/judging.ts";
import { login, PEER } from "../../../test/peers.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const ID = "rate-limited";

function after(n: number, method: string, service = "http"): Bench {
  const held = Array.from({ length: n }, () => {
    const { user: _, ...event } = login({ service, outcome: "probe", method });
    return event;
  });
  return new Bench().feed(...spaced(START, 1000, held)).settle();
}

test.each(["forbidden", "modsecurity"])("guilty: many refused by %s", (method) => {
  expect(after(15, method).verdict(PEER)?.severity).toBe("warning");
  expect(after(5, method).verdict(PEER)?.severity).toBe("info");
});

test.each(["limit-req", "limit-conn"])("innocent: %s alone is information, however often", (method) => {
  const bench = after(5000, method);
  expect(bench.verdict(PEER)?.severity).toBe("info");
  expect(bench.verdict(PEER)?.findings).toMatchObject([{ rule: ID, score: 20 }]);
});

test("innocent: few, other methods, other services", () => {
  expect(after(4, "limit-req").rules(PEER)).toEqual([]);
  expect(after(4, "forbidden").rules(PEER)).toEqual([]);
  expect(after(50, "something").rules(PEER)).toEqual([]);
  expect(after(50, "limit-req", "ssh").rules(PEER)).not.toContain(ID);
});

test("tells which, and counts all of them from the first", () => {
  expect(after(6, "limit-req").finding(PEER, ID)?.evidence).toBe("6 requests held back in 5 s: request rate");
  expect(after(2000, "forbidden").finding(PEER, ID)?.evidence).toBe(
    "2000 requests held back in 33 min: forbidden by rule",
  );
});
