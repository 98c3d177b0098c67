import type { Activity } from "../model/snapshot.ts";

/** What a rule found: what it is worth of 100, and why, in words with the numbers. */
interface Hit {
  readonly score: number;
  readonly evidence: string;
}

/** One thing that speaks against an address, or against several summed up. */
export interface Rule {
  /** What a person may filter by, and what a finding is called for ever: words with dashes. */
  readonly name: string;
  /** What it means, and when it fires, in a sentence or two. */
  readonly help: string;
  /** Asked of every address at every question, so it must compare a few numbers and make nothing until it fires. */
  test(row: Activity): Hit | undefined;
}

/**
 * All rules. A score below 30 is information and stays so alone; one rule should reach 70 alone only where nothing
 * honest does the same. To add a rule is to add an entry; `judge.test.ts` wants an example of each.
 */
export const RULES: readonly Rule[] = [
  {
    name: "ssh-brute-force",
    help: "Five or more failed logins: passwords are being guessed. The more, the worse.",
    test: ({ authFailures: n }) =>
      n >= 5
        ? {
            score: Math.min(60, Math.round(40 + 10 * Math.log10(n / 5))),
            evidence: count(n, "failed login"),
          }
        : undefined,
  },
  {
    name: "auth-failure",
    help: "One to four failed logins: somebody may have mistyped.",
    test: ({ authFailures: n }) =>
      n > 0 && n < 5 ? { score: 10, evidence: count(n, "failed login") } : undefined,
  },
  {
    name: "half-open",
    help: "Ten or more half-open sockets, and more of them than established ones: a SYN flood or a scan.",
    test: ({ halfOpen, established }) =>
      halfOpen >= 10 && halfOpen > established
        ? { score: 35, evidence: `${count(halfOpen, "half-open socket")}, ${established} established` }
        : undefined,
  },
  {
    name: "mostly-4xx",
    help: "Twenty or more answers 4xx, and more than half of all its requests: it asks for what is not there.",
    test: ({ status4xx, requests }) =>
      status4xx >= 20 && 2 * status4xx > requests
        ? {
            score: status4xx >= 100 ? 45 : 35,
            evidence: `${status4xx} of ${count(requests, "request")} answered 4xx`,
          }
        : undefined,
  },
  {
    name: "not-http",
    help: "Three or more requests that are not HTTP: other protocols are being tried on the port.",
    test: ({ malformed }) =>
      malformed >= 3 ? { score: 20, evidence: `${count(malformed, "request")} not HTTP` } : undefined,
  },
  {
    name: "burst",
    help: "More than 300 requests in the last minute. A crawler or an office does that too: information alone.",
    // The count since start is at hand; that of the minute is summed up.
    test: (row) =>
      row.requests > 300 && row.requests60s > 300
        ? { score: 20, evidence: `${row.requests60s} requests in 60 s` }
        : undefined,
  },
];

function count(n: number, thing: string): string {
  return n === 1 ? `1 ${thing}` : `${n} ${thing}s`;
}
