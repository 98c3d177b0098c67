import { describe, expect, test } from "bun:test";
import { profile } from "../../test/console/snapshots.ts";
import type { Activity } from "../model/snapshot.ts";
import { judge, severityOf } from "./judge.ts";
import { RULES } from "./rules.ts";

function row(numbers: Partial<Activity>): Activity {
  return profile("192.0.2.1", numbers);
}

/** What fires, with its score and words, and what just does not. */
const EXAMPLES: readonly [rule: string, fires: Partial<Activity>, score: number, evidence: string][] = [
  ["ssh-brute-force", { authFailures: 5 }, 40, "5 failed logins"],
  ["ssh-brute-force", { authFailures: 37 }, 49, "37 failed logins"],
  ["ssh-brute-force", { authFailures: 1_000_000 }, 60, "1000000 failed logins"],
  ["auth-failure", { authFailures: 1 }, 10, "1 failed login"],
  ["auth-failure", { authFailures: 4 }, 10, "4 failed logins"],
  ["half-open", { halfOpen: 10, established: 9 }, 35, "10 half-open sockets, 9 established"],
  ["mostly-4xx", { status4xx: 20, requests: 39 }, 35, "20 of 39 requests answered 4xx"],
  ["mostly-4xx", { status4xx: 100, requests: 100 }, 45, "100 of 100 requests answered 4xx"],
  ["not-http", { malformed: 3 }, 20, "3 requests not HTTP"],
  ["burst", { requests: 301, requests60s: 301 }, 20, "301 requests in 60 s"],
];

test.each(EXAMPLES)("%s: %p", (rule, numbers, score, evidence) => {
  expect(judge(row(numbers))).toEqual({
    risk: score,
    severity: severityOf(score),
    findings: [{ rule, severity: severityOf(score), score, evidence }],
  });
});

test("every rule has an example, a name of its own and a help", () => {
  expect(new Set(EXAMPLES.map(([rule]) => rule))).toEqual(new Set(RULES.map(({ name }) => name)));
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  for (const { name, help } of RULES) {
    expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(help).toMatch(/\.$/);
  }
});

describe("nothing is said", () => {
  test.each([
    ["of an address that did nothing", {}],
    ["of a visitor", { requests: 120, requests60s: 40, status4xx: 3, connections: 6, established: 6 }],
    [
      "of a busy office",
      { requests: 5_000, requests60s: 300, connections: 80, established: 80, halfOpen: 9 },
    ],
    ["of few answers 4xx", { requests: 19, status4xx: 19 }],
    ["of as many good answers", { requests: 400, status4xx: 200 }],
    ["of as many established sockets", { halfOpen: 10, established: 10, requests: 1 }],
    ["of sockets alone, which may be our own calls", { connections: 40, established: 40 }],
  ] as const)("%s", (_, numbers) => {
    expect(judge(row(numbers))).toBeUndefined();
  });
});

test("findings add up, worst first, to at most a hundred", () => {
  const verdict = judge(row({ authFailures: 500, malformed: 3, status4xx: 100, requests: 100 }));
  expect(verdict?.findings.map(({ rule, score }) => [rule, score])).toEqual([
    ["ssh-brute-force", 60],
    ["mostly-4xx", 45],
    ["not-http", 20],
  ]);
  expect(verdict).toMatchObject({ risk: 100, severity: "critical" });
});

test("no single rule is critical, and a burst alone is no warning", () => {
  for (const [, , score] of EXAMPLES) expect(score).toBeLessThan(70);
  expect(judge(row({ requests: 1_000_000, requests60s: 1_000_000 }))?.severity).toBe("info");
  expect([29, 30, 69, 70].map(severityOf)).toEqual(["info", "warning", "warning", "critical"]);
});
