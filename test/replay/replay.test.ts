import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEngine } from "../../src/commands/engine.ts";
import { interpretationOf } from "../../src/commands/interpretation.ts";
import type { Config } from "../../src/config/options.ts";
import type { Input } from "../../src/model/event.ts";
import type { Alert, Severity } from "../../src/model/snapshot.ts";
import { readFiles } from "../../src/sources/read-files.ts";
import { DEFAULT_CONFIG } from "../default-config.ts";

// Each folder is a case: logs or a recording, and what is to be said of them. To add one, as for a verdict that was
// wrong, put the lines into a folder of their own, write its scenario.json, and run this with UPDATE_GOLDENS=1: the
// alerts it writes are then held to.

interface Scenario {
  /** What happened, in a sentence. */
  readonly about: string;
  /** Who misbehaves: how bad it gets, and which rules must say so. Everybody else may be `info` at most. */
  readonly guilty: Readonly<
    Record<string, { readonly severity: Severity; readonly rules: readonly string[] }>
  >;
  /** Settings other than the defaults, by their names in the table of options. */
  readonly set?: Partial<Config>;
}

/** What lines without a time of their own would get: never used here. */
const READ_AT = Date.UTC(2026, 10, 25);
const RANK = { info: 1, warning: 2, critical: 3 } as const satisfies Record<Severity, number>;
const NO_LOGS = ["scenario.json", "alerts.jsonl"];

const root = import.meta.dirname;
const names = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, "scenario.json")))
  .map(({ name }) => name)
  .sort();

async function replay(folder: string, set: Partial<Config> = {}): Promise<Alert[]> {
  const config = { ...DEFAULT_CONFIG, ...set };
  const alerts: Alert[] = [];
  const engine = createEngine(config, (alert) => alerts.push(alert));
  let newest = 0;
  const paths = readdirSync(folder).filter((name) => !NO_LOGS.includes(name));
  const results = await readFiles({
    files: paths.map((name) => ({ path: join(folder, name), reads: "any" })),
    ...interpretationOf(config),
    readAt: READ_AT,
    emit(input: Input) {
      if (input.at > newest) newest = input.at;
      engine.accept(input);
    },
    room: () => undefined,
    stopped: () => false,
  });
  for (const { health } of results) expect(health.unparsed).toBe(0);
  engine.accept({ kind: "tick", at: newest + 1000 });
  return alerts;
}

/** Of each address the worst alert, and every rule that was ever told. */
function told(alerts: readonly Alert[]): Map<string, { severity: Severity; rules: Set<string> }> {
  const all = new Map<string, { severity: Severity; rules: Set<string> }>();
  for (const alert of alerts) {
    if (alert.state === "cleared") continue;
    const target = "ip" in alert ? alert.ip : JSON.stringify(alert);
    const known = all.get(target) ?? { severity: alert.severity, rules: new Set() };
    if (RANK[alert.severity] > RANK[known.severity]) known.severity = alert.severity;
    for (const { rule } of alert.findings) known.rules.add(rule);
    all.set(target, known);
  }
  return all;
}

describe.each(names)("%s", (name) => {
  const folder = join(root, name);
  const scenario: Scenario = JSON.parse(readFileSync(join(folder, "scenario.json"), "utf8"));

  test("the guilty are found, with the reasons, and nobody else is more than info", async () => {
    const alerts = await replay(folder, scenario.set);
    const all = told(alerts);
    const wrong = [...all].filter(([ip, { severity }]) => severity !== "info" && !(ip in scenario.guilty));
    expect(wrong).toEqual([]);
    for (const [ip, { severity, rules }] of Object.entries(scenario.guilty)) {
      expect({ ip, severity: all.get(ip)?.severity }).toEqual({ ip, severity });
      expect([...(all.get(ip)?.rules ?? [])]).toEqual(expect.arrayContaining([...rules]));
    }
    const golden = join(folder, "alerts.jsonl");
    const lines = alerts.map((alert) => `${JSON.stringify(alert)}\n`).join("");
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(golden, lines);
    expect(lines).toBe(readFileSync(golden, "utf8"));
  });
});
