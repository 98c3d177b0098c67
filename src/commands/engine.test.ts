import { expect, test } from "bun:test";
import { DEFAULT_CONFIG } from "../../test/default-config.ts";
import type { Input } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import type { Filter } from "../model/snapshot.ts";
import { createEngine } from "./engine.ts";

const NOW = 1_762_549_449_000;
const VISITOR = parseIp("45.148.10.7") as Ip;

function login(count: number): Input {
  return { kind: "auth", at: NOW, ip: VISITOR, service: "ssh", outcome: "failed", count, source: "auth.log" };
}

test("while frozen, answers stay what they were, and what came meanwhile is there afterwards", () => {
  const engine = createEngine(DEFAULT_CONFIG);
  const failures = () => engine.snapshot({ sort: "risk" }).rows[0]?.authFailures;
  engine.accept(login(1));
  engine.freeze(true);
  const frozen = engine.revision();
  engine.accept(login(36));
  expect([failures(), engine.revision()]).toEqual([1, frozen]);
  engine.freeze(true);
  expect([failures(), engine.revision()]).toEqual([1, frozen]);
  engine.freeze(false);
  expect(failures()).toBe(37);
  expect(engine.revision()).toBeGreaterThan(frozen);
});

test("rows are judged", () => {
  const engine = createEngine(DEFAULT_CONFIG);
  engine.accept(login(37));
  expect(engine.snapshot({ sort: "risk" }).rows[0]?.verdict).toMatchObject({
    severity: "warning",
    findings: [{ rule: "ssh-brute-force", evidence: "37 failed logins" }, { rule: "auth-failure" }],
  });
});

test("an answer that is not through with its search changes the revision", () => {
  const engine = createEngine(DEFAULT_CONFIG);
  const filter: Filter = {
    text: "",
    asksLines: true,
    asksRows: false,
    line: () => false,
    address: () => false,
  };
  for (let i = 0; i < 20_000; i++) engine.accept(login(1));
  const ask = () => engine.snapshot({ sort: "risk", filter }).searching;
  const before = engine.revision();
  expect(ask()).toBe(true);
  expect(engine.revision()).toBeGreaterThan(before);
  expect(ask()).toBe(true);
  const through = engine.revision();
  expect(ask()).toBeUndefined();
  expect(engine.revision()).toBe(through);
});
