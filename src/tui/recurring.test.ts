import { expect, test } from "bun:test";
import type { Ip } from "../model/ip.ts";
import { recurringLines } from "./recurring.ts";

const NOW = Date.UTC(2026, 10, 25, 12);

function text(...asked: Parameters<typeof recurringLines>): string[] {
  return recurringLines(...asked).map((line) =>
    line()
      .map(([words]) => words)
      .join("")
      .trimEnd(),
  );
}

test("tells who came back, how often, and why", () => {
  const one = {
    ip: "45.77.12.9" as Ip,
    country: "NL",
    firstSeen: NOW - 86_400_000,
    lastSeen: NOW - 1000,
    sessions: 5,
    requests: 1234,
    bytes: 0,
    inBytes: 0,
    outBytes: 0,
    authFailures: 0,
    flagged: 4,
    flaggedSessions: 3,
    rules: ["exploit-probe", "scanner-agent"],
    blocks: 1,
    paths: [],
  };
  const [title, line] = text({ at: 0, found: [one] }, NOW, true, 160);
  expect(title).toMatch(/^ ADDRESS +CC +IN RUNS FLAGGED +REQ +BLOCKS +LAST SEEN +RULES$/);
  expect(text({ at: 0, found: [one] }, NOW, true, 76)[1]).toMatch(
    /^›45\.77\.12\.9 +NL +3 +4 +exploit-probe, scanner-agent$/,
  );
  expect(line).toMatch(/^›45\.77\.12\.9 +NL +3 +4 +1,234 +1 +11:59:59 +exploit-probe, scanner-agent$/);
});

test("says that nobody did, that it is looking, and why it cannot", () => {
  expect(text({ at: 0, found: [] }, NOW, true, 80)).toEqual([
    "nobody was suspicious in more than one run of the program",
  ]);
  expect(text({ at: 0 }, NOW, true, 80)).toEqual(["looking..."]);
  expect(text({ at: 0, found: "history.enabled is off" }, NOW, true, 80)).toEqual(["history.enabled is off"]);
});
