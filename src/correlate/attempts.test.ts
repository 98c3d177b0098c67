import { describe, expect, test } from "bun:test";
import type { AuthEvent, AuthOutcome } from "../model/event.ts";
import { type Ip, parseIp, parseIpWords } from "../model/ip.ts";
import { failuresOf, type Refused } from "./attempts.ts";

function address(text: string): { ip: Ip; words: Uint32Array } {
  const ip = parseIp(text);
  const words = new Uint32Array(4);
  if (ip === undefined || !parseIpWords(ip, words)) throw new Error("no address");
  return { ip, words };
}

const GUESSER = address("45.77.12.9");
const OTHER = address("2a00::1");

type Rest = Partial<Pick<AuthEvent, "session" | "count" | "method">> & { from?: typeof GUESSER };

function tell(refused: Refused, outcome: AuthOutcome, rest: Rest = {}): number {
  const { from = GUESSER, ...keys } = rest;
  const event: AuthEvent = {
    kind: "auth",
    at: 1,
    ip: from.ip,
    service: "ssh",
    outcome,
    source: "a",
    ...keys,
  };
  return failuresOf(refused, event, from.words);
}

function failures(...told: readonly (readonly [AuthOutcome, Rest?])[]): number {
  const refused: Refused = new Map();
  return told.reduce((sum, [outcome, rest]) => sum + tell(refused, outcome, { session: 1, ...rest }), 0);
}

const PASSWORD = { method: "password" };
const PAM = { method: "pam" };
const INTERACTIVE = { method: "keyboard-interactive/pam" };

describe("an attempt is one failure, however often sshd tells of it", () => {
  test.each([
    ["a password", 1, [["failed", PASSWORD], ["closed"]]],
    ["three passwords", 3, [["failed", PASSWORD], ["failed", PASSWORD], ["failed", PASSWORD], ["closed"]]],
    ["a password, with PAM", 1, [["probe"], ["failed", PASSWORD], ["closed"], ["probe"]]],
    ["an unknown user who leaves", 1, [["invalid-user"], ["closed"]]],
    ["an unknown user", 1, [["invalid-user"], ["probe"], ["failed", PASSWORD], ["closed"]]],
    [
      "an unknown user, three times",
      3,
      [["invalid-user"], ["failed", PASSWORD], ["failed", PASSWORD], ["failed", PASSWORD]],
    ],
    ["an unknown user, repeated", 4, [["invalid-user"], ["failed", { ...PASSWORD, count: 4 }]]],
    [
      "keyboard-interactive, little logged",
      3,
      [
        ["failed", PAM],
        ["failed", PAM],
        ["failed", PAM],
        ["failed", INTERACTIVE],
      ],
    ],
    [
      "keyboard-interactive, much logged",
      2,
      [
        ["failed", PAM],
        ["failed", INTERACTIVE],
        ["failed", PAM],
        ["failed", INTERACTIVE],
      ],
    ],
    [
      "keyboard-interactive, unknown user",
      2,
      [["invalid-user"], ["failed", PAM], ["failed", INTERACTIVE], ["failed", PAM], ["failed", INTERACTIVE]],
    ],
    [
      "keyboard-interactive, then a password",
      2,
      [
        ["failed", PAM],
        ["failed", PASSWORD],
      ],
    ],
    ["a user who is not allowed", 2, [["failed"], ["failed", PASSWORD], ["failed", PASSWORD], ["closed"]]],
    ["too many passwords", 2, [["failed", PASSWORD], ["failed", PASSWORD], ["failed"], ["closed"]]],
    [
      "too many passwords of an unknown user",
      2,
      [["invalid-user"], ["failed", PASSWORD], ["failed", PASSWORD], ["failed"], ["closed"]],
    ],
    ["too many keys", 1, [["probe"], ["probe"], ["failed"], ["closed"]]],
    ["a process that serves again", 2, [["invalid-user"], ["closed"], ["failed", PASSWORD]]],
    ["a process that serves again after a login", 2, [["failed", PASSWORD], ["accepted"], ["failed"]]],
    ["a process that serves another", 2, [["invalid-user"], ["failed", { ...PASSWORD, from: OTHER }]]],
    [
      "sessions beside each other",
      2,
      [
        ["invalid-user"],
        ["invalid-user", { session: 2 }],
        ["failed", PASSWORD],
        ["failed", { ...PASSWORD, session: 2 }],
      ],
    ],
    [
      "no session",
      3,
      [
        ["invalid-user", { session: undefined }],
        ["failed", { session: undefined }],
        ["failed", { session: undefined }],
      ],
    ],
    ["a login", 0, [["probe"], ["accepted"], ["closed"]]],
  ] as const)("%s: %d", (_, expected, told) => {
    expect(failures(...told)).toBe(expected);
  });
});

test("remembers no more sessions than can be open", () => {
  const refused: Refused = new Map();
  for (let session = 1; session <= 10_000; session++) tell(refused, "invalid-user", { session });
  expect([refused.size, refused.has(10_000), refused.has(1)]).toEqual([4_096, true, false]);
});
