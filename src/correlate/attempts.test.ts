import { expect, test } from "bun:test";
import type { AuthEvent, AuthOutcome } from "../model/event.ts";
import { type Ip, parseIp, parseIpWords } from "../model/ip.ts";
import { failuresOf } from "./attempts.ts";

function failures(...told: readonly (readonly [AuthOutcome, number?, number?])[]): number {
  const ip = parseIp("45.77.12.9");
  const words = new Uint32Array(4);
  if (ip === undefined || !parseIpWords(ip, words)) throw new Error("no address");
  const refused = new Map<number, Ip>();
  return told.reduce((sum, [outcome, session, count]) => {
    const event: AuthEvent = {
      kind: "auth",
      at: 1,
      ip,
      service: "ssh",
      outcome,
      session,
      count,
      source: "a",
    };
    return sum + failuresOf(refused, event, words);
  }, 0);
}

test("an attempt is one failure, however often sshd tells of it", () => {
  expect(failures(["invalid-user", 1], ["failed", 1], ["closed", 1])).toBe(1);
  expect(failures(["invalid-user", 1], ["failed", 1], ["failed", 1], ["failed", 1])).toBe(3);
  expect(failures(["invalid-user", 1], ["failed", 1, 4])).toBe(4);
  expect(failures(["invalid-user", 1], ["closed", 1], ["invalid-user", 2], ["closed", 2])).toBe(2);
  expect(failures(["invalid-user", 1], ["invalid-user", 2], ["failed", 1], ["failed", 2])).toBe(2);
  expect(failures(["failed", 1], ["failed", 1])).toBe(2);
  expect(failures(["invalid-user"], ["failed"])).toBe(2);
  expect(failures(["probe", 1], ["accepted", 1])).toBe(0);
});

test("remembers no more sessions than can be open", () => {
  const refused = new Map<number, Ip>();
  const ip = parseIp("45.77.12.9");
  const words = new Uint32Array(4);
  if (ip === undefined || !parseIpWords(ip, words)) throw new Error("no address");
  for (let session = 1; session <= 10_000; session++) {
    failuresOf(
      refused,
      { kind: "auth", at: 1, ip, service: "ssh", outcome: "invalid-user", session, source: "a" },
      words,
    );
  }
  expect([refused.size, refused.has(10_000), refused.has(1)]).toEqual([4_096, true, false]);
});
