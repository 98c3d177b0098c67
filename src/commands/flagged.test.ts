import { expect, test } from "bun:test";
import { profile } from "../../test/console/snapshots.ts";
import { DEFAULT_CONFIG } from "../../test/default-config.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import type { Alert, Severity } from "../model/snapshot.ts";
import { createEngine } from "./engine.ts";
import { createFlagged } from "./flagged.ts";

const GUEST = parseIp("8.8.8.8") as Ip;

function alert(ip: Ip, risk: number, severity: Severity, ...rules: string[]): Alert & { readonly ip: Ip } {
  const findings = rules.map((rule) => ({ rule, score: 5, evidence: "", samples: [] }));
  return { kind: "alert", at: 0, state: "raised", ip, risk, severity, findings };
}

test("the worst of an address's alerts counts, and the longest of its stays", () => {
  const flagged = createFlagged();
  flagged.note(alert(GUEST, 75, "critical", "exploit"), profile(GUEST, { requests: 40, status4xx: 3 }));
  flagged.note(alert(GUEST, 5, "info", "auth-failure"), profile(GUEST, { requests: 1, authFailures: 1 }));
  expect(flagged.summary(createEngine(DEFAULT_CONFIG)).split("\n")).toEqual([
    "flagged: 1 address (1 critical) of 0 seen",
    "  auth-failure  1  of them 0 with successful logins, 1 with ordinary requests",
    "  exploit       1  of them 0 with successful logins, 1 with ordinary requests",
    "perhaps honest: warning or worse, and they logged in or were served most of what they asked for",
    "  8.8.8.8  critical 75  40 requests of which 3 refused or failed: auth-failure, exploit",
    "  1 address left the table: the numbers are those of the last alert of each",
    "",
  ]);
});

test("what the held-down findings of an address are is asked of its row", () => {
  const engine = createEngine(DEFAULT_CONFIG);
  engine.accept({ kind: "auth", at: 0, ip: GUEST, service: "ssh", outcome: "failed", count: 9, source: "" });
  const flagged = createFlagged();
  flagged.note(alert(GUEST, 5, "info", "auth-failure"), engine.row({ ip: GUEST }));
  const text = flagged.summary(engine);
  expect(text).toStartWith("flagged: 1 address (1 warning) of 1 seen\n");
  expect(text).toContain("\n  ssh-brute-force  1  ");
});

test("more addresses than there is room for are told as alerts", () => {
  const flagged = createFlagged();
  for (let n = 0; n < 65_538; n++) {
    flagged.note(alert(`20.${n >> 16}.${(n >> 8) & 255}.${n & 255}` as Ip, 5, "info"), undefined);
  }
  const text = flagged.summary(createEngine(DEFAULT_CONFIG));
  expect(text).toStartWith("flagged: 65,536 addresses (65,536 info) of ");
  expect(text).toContain("\n  2 alerts about still more addresses, which are not counted here\n");
});
