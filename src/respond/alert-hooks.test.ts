import { afterAll, afterEach, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../test/until.ts";
import { parseIp } from "../model/ip.ts";
import type { Alert } from "../model/snapshot.ts";
import { type AlertHook, type AlertHooks, createAlertHooks } from "./alert-hooks.ts";

const folder = mkdtempSync(join(tmpdir(), "alert-hooks-"));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const open: AlertHooks[] = [];
afterEach(async () => {
  for (const hooks of open.splice(0)) await hooks.close();
});

/** A hook that is a script; `$1` is a file of the test's own. */
interface Scripted {
  readonly hook: AlertHook;
  /** The lines of its file until now. */
  lines(): string[];
}

function scripted(script: string, asked: Partial<AlertHook> = {}): Scripted {
  const path = join(folder, `hook-${++made}`);
  const file = `${path}.out`;
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  appendFileSync(file, "");
  const standard = { name: "test", severity: "warning", rules: [], rate: 10, timeout: 10 } as const;
  return {
    hook: { ...standard, command: [path, file], ...asked },
    lines: () => readFileSync(file, "utf8").split("\n").slice(0, -1),
  };
}

interface World {
  readonly hooks: AlertHooks;
  readonly complaints: string[];
  /** What was written down: hook, whom it was about, and how it ended. */
  readonly notes: readonly string[];
  /** Milliseconds that the rates go by. */
  clock: number;
}

function world(...all: Scripted[]): World {
  const complaints: string[] = [];
  const notes: string[] = [];
  const made: World = {
    complaints,
    notes,
    clock: 1000,
    hooks: createAlertHooks(
      all.map(({ hook }) => hook),
      {
        now: () => made.clock,
        complain: (line) => complaints.push(line),
        note: (hook, who, words) => notes.push(`${hook.name} ${who} ${words}`),
      },
    ),
  };
  open.push(made.hooks);
  return made;
}

function alertOf(ip: string, more: Partial<Alert> = {}): Alert {
  const address = parseIp(ip);
  if (address === undefined) throw new Error(ip);
  const findings = [{ rule: "exploit", score: 80, evidence: "1 exploit", samples: [] }];
  return {
    kind: "alert",
    at: 7,
    state: "raised",
    ip: address,
    risk: 80,
    severity: "critical",
    findings,
    ...more,
  } as Alert;
}

function cleared(ip: string): Alert {
  return alertOf(ip, { state: "cleared", risk: 0, findings: [] });
}

function tell({ hooks }: World, ...alerts: Alert[]): void {
  for (const alert of alerts) hooks.tell(alert, JSON.stringify(alert));
}

/** Of each line of JSON what became of whom. */
function inShort({ lines }: Scripted): string[] {
  return lines().map((line) => {
    const { state, ip, suppressed } = JSON.parse(line);
    return `${state} ${ip}${suppressed === undefined ? "" : ` +${suppressed}`}`;
  });
}

/** Writes what it reads, at once: two may run side by side. */
const KEEP = 'read -r line; printf "%s\\n" "$line" >> "$1"';

test("each is one line of JSON on standard input, and nothing behind it", async () => {
  const keeper = scripted('cat >> "$1"; echo end >> "$1"', { rate: 600 });
  const one = world(keeper);
  const alert = alertOf("203.0.113.9");
  tell(one, alert);
  await one.hooks.idle();
  expect(keeper.lines()).toEqual([JSON.stringify(alert), "end"]);
  expect(one.notes).toEqual([`${keeper.hook.name} 203.0.113.9 ended with exit code 0`]);
  expect(one.complaints).toEqual([]);
});

test("only what is asked for, and that it is cleared", async () => {
  const any = scripted(KEEP, { severity: "info" });
  const severe = scripted(KEEP, { severity: "critical" });
  const floods = scripted(KEEP, { rules: ["syn-flood", "half-open"] });
  const one = world(any, severe, floods);
  const finding = { rule: "half-open", score: 40, evidence: "x", samples: [] };
  for (const alert of [
    alertOf("203.0.113.1"),
    alertOf("203.0.113.2", { severity: "info", risk: 10 }),
    alertOf("203.0.113.3", { severity: "warning", risk: 40, findings: [finding] }),
    ...["203.0.113.1", "203.0.113.2", "203.0.113.3"].map(cleared),
    cleared("203.0.113.1"),
  ]) {
    tell(one, alert);
    await one.hooks.idle();
  }
  const numbers = (hook: Scripted): string[] => inShort(hook).map((line) => line.replace("203.0.113.", ""));
  expect(numbers(any)).toEqual(["raised 1", "raised 2", "raised 3", "cleared 1", "cleared 2", "cleared 3"]);
  expect(numbers(severe)).toEqual(["raised 1", "cleared 1"]);
  expect(numbers(floods)).toEqual(["raised 3", "cleared 3"]);
});

test("no more than its rate; what was held back is told with the next", async () => {
  const keeper = scripted(KEEP, { rate: 2 });
  const one = world(keeper);
  tell(one, ...[1, 2, 3, 4, 5].map((n) => alertOf(`203.0.113.${n}`)));
  await one.hooks.idle();
  expect(inShort(keeper).sort()).toEqual(["raised 203.0.113.1", "raised 203.0.113.2"]);
  one.clock += 59_999;
  tell(one, alertOf("203.0.113.6"), cleared("203.0.113.5"));
  one.clock += 1;
  tell(one, alertOf("203.0.113.7"));
  await one.hooks.idle();
  tell(one, alertOf("203.0.113.8"));
  await one.hooks.idle();
  expect(inShort(keeper).slice(2)).toEqual(["raised 203.0.113.7 +4", "raised 203.0.113.8"]);
  tell(one, alertOf("203.0.113.9"));
  await one.hooks.close();
  expect(one.complaints).toEqual(["alert hook test: held back 1 alerts since its last run"]);
});

test("that somebody is cleared waits for the rate, and is not lost", async () => {
  const keeper = scripted(KEEP, { rate: 2 });
  const one = world(keeper);
  const [first, second, third] = ["203.0.113.1", "203.0.113.2", "203.0.113.3"];
  tell(one, alertOf(first), alertOf(second), cleared(second), cleared(first));
  await one.hooks.idle();
  expect(inShort(keeper).sort()).toEqual([`raised ${first}`, `raised ${second}`]);
  one.clock += 60_000;
  tell(one, alertOf(third));
  await one.hooks.idle();
  expect(inShort(keeper).slice(2).sort()).toEqual([`cleared ${second}`, `raised ${third}`]);
  one.clock += 60_000;
  tell(one, cleared(third));
  await one.hooks.idle();
  expect(inShort(keeper).slice(4).sort()).toEqual([`cleared ${first}`, `cleared ${third}`]);
});

test("two at once", async () => {
  const slow = scripted('echo start >> "$1"; until test -e "$1.go"; do sleep 0.05; done; echo end >> "$1"');
  const one = world(slow);
  tell(one, ...[1, 2, 3].map((n) => alertOf(`203.0.113.${n}`)));
  await until(() => slow.lines().length === 2, "two");
  // What else is run meanwhile has the time in which a third would have begun.
  const other = world(scripted(KEEP));
  tell(other, alertOf("203.0.113.4"));
  await other.hooks.idle();
  expect(slow.lines()).toEqual(["start", "start"]);
  writeFileSync(`${slow.hook.command[1]}.go`, "");
  await one.hooks.idle();
  expect(slow.lines().sort()).toEqual(["end", "end", "end", "start", "start", "start"]);
});

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("one that hangs is killed with all that it started, and told", async () => {
  const hangs = scripted(`trap '' TERM; sleep 600 & echo $$ $! > "$1"; wait`, { timeout: 1 });
  const one = world(hangs);
  tell(one, alertOf("203.0.113.1"));
  await one.hooks.idle();
  expect(one.complaints).toEqual(["alert hook test: stopped after 1 s"]);
  const pids = (hangs.lines()[0] ?? "").split(" ").map(Number);
  expect(pids).toHaveLength(2);
  await until(() => !pids.some(alive), "both to end");
});

test("failures are told once a minute, with how many there were", async () => {
  const fails = scripted("echo; echo 'no  such host' >&2; exit 3", { rate: 600 });
  const one = world(fails);
  const fail = async (): Promise<void> => {
    tell(one, alertOf("203.0.113.1"));
    await one.hooks.idle();
  };
  await fail();
  one.clock += 59_999;
  await fail();
  await fail();
  expect(one.complaints).toEqual(["alert hook test: ended with exit code 3: no  such host"]);
  one.clock += 1;
  await fail();
  expect(one.complaints.slice(1)).toEqual([
    "alert hook test: failed 3 times; the last one ended with exit code 3: no  such host",
  ]);
});

test("one that is not there, one that floods, one that reads nothing", async () => {
  const absent = scripted("", { name: "a", command: ["nethergaze-has-no-such-program"] });
  const flood = scripted("exec yes", { name: "b" });
  const deaf = scripted("exit 0", { name: "c" });
  const one = world(absent, flood, deaf);
  tell(one, alertOf("203.0.113.1"));
  await one.hooks.idle();
  expect(one.complaints.sort()).toEqual([
    "alert hook a: nethergaze-has-no-such-program is not installed",
    "alert hook b: stopped after 1024 KiB of output: y",
  ]);
});

test("closed, it ends what runs and takes no more", async () => {
  const hangs = scripted(`sleep 600 & echo $$ $! > "$1.pids"; wait`);
  const one = world(hangs);
  tell(one, alertOf("203.0.113.1"));
  const pids = `${hangs.hook.command[1]}.pids`;
  await until(() => existsSync(pids) && readFileSync(pids, "utf8").endsWith("\n"), "its start");
  const started = readFileSync(pids, "utf8").trim().split(" ").map(Number);
  expect(started.map(alive)).toEqual([true, true]);
  await one.hooks.close();
  tell(one, alertOf("203.0.113.2"));
  await until(() => !started.some(alive), "both to end");
  await one.hooks.idle();
  expect(one.complaints).toEqual([]);
});

test("alerts about more than one address", async () => {
  const keeper = scripted('read -r line; printf "%s\\n" "$line" >> "$1"', { severity: "info" });
  const one = world(keeper);
  const common = { kind: "alert", at: 1, risk: 40, severity: "warning", findings: [] } as const;
  const all: Alert[] = [
    { ...common, state: "raised", host: "web-1", class: "direct-flood" },
    { ...common, state: "raised", prefix: "203.0.113.0/24" },
    { ...common, state: "cleared", host: "web-1" },
    { ...common, state: "cleared", asn: 64496 },
    { ...common, state: "cleared", prefix: "203.0.113.0/24" },
  ];
  for (const alert of all) {
    tell(one, alert);
    await one.hooks.idle();
  }
  expect(keeper.lines()).toEqual([all[0], all[1], all[2], all[4]].map((alert) => JSON.stringify(alert)));
});
