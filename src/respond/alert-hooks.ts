import { listen } from "../kernel/programs.ts";
import type { RuleId } from "../model/rules.ts";
import type { Alert, Severity } from "../model/snapshot.ts";
import { endingWords } from "./ending.ts";

/** A program that is run on alerts. */
export interface AlertHook {
  readonly name: string;
  /** As execvp(3) takes it. */
  readonly command: readonly [string, ...string[]];
  /** The least that it is run on. */
  readonly severity: Severity;
  /** Only alerts with a finding of one of these; empty: of any. */
  readonly rules: readonly RuleId[];
  /** Times a minute, at the most. */
  readonly rate: number;
  /** Seconds it may take. */
  readonly timeout: number;
}

/** What alert hooks need of the world. */
export interface Surroundings {
  /** Milliseconds of a clock that nobody sets. */
  now(): number;
  /** Takes a line that tells what goes wrong; text of programs is in it. */
  complain(line: string): void;
  /** Hears of each run that has ended, and how, in words. */
  note(hook: AlertHook, who: string, words: string): void;
}

/** Alert hooks at work. Nothing of it throws or waits. */
export interface AlertHooks {
  /** Runs those that ask for such an alert; `line` is the alert as one JSON object. */
  tell(alert: Alert, line: string): void;
  /** Resolves when none runs, and none would at once. */
  idle(): Promise<void>;
  /** Ends those that run, and takes no more; resolves when they have ended. */
  close(): Promise<void>;
}

/** Of one hook. A program that hangs must not take all of it. */
const AT_ONCE = 2;
/** Alerts that wait for a place: those of the greatest rate while a hook hangs for a minute. */
const WAITING = 1024;
const MINUTE = 60_000;
/** As many as the core holds addresses: of more nobody would be told when they are cleared. */
const HEARD = 65_536;
/** Bytes: a hook is asked for what it does, not for what it says. */
const OUTPUT = 1 << 20;
/** Characters of what it said that are looked at, for the line about its failure. */
const SAID = 400;

const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

/**
 * Runs programs on alerts: those raised, as far as a hook asks for them and its rate allows, and that such an alert is
 * cleared. Each is one run, with the JSON object and a newline on its standard input. How many were held back since the
 * last run of that hook stands in it as `suppressed`.
 */
export function createAlertHooks(hooks: readonly AlertHook[], surroundings: Surroundings): AlertHooks {
  const all = hooks.map((hook) => createAlertHook(hook, surroundings));
  return {
    tell(alert, line) {
      for (const hook of all) hook.tell(alert, line);
    },
    async idle() {
      await Promise.all(all.map((hook) => hook.idle()));
    },
    async close() {
      await Promise.all(all.map((hook) => hook.close()));
    },
  };
}

/** An alert that waits: whom it is about, and as one JSON object. */
interface Waiting {
  readonly who: string;
  readonly line: string;
}

function createAlertHook(hook: AlertHook, { now, complain, note }: Surroundings): AlertHooks {
  const controller = new AbortController();
  /** What is raised has had its turn of the rate; that somebody is cleared waits for one, and is not held back. */
  const raised: Waiting[] = [];
  const cleared: Waiting[] = [];
  const running = new Set<Promise<void>>();
  /** Whom it was run on, until they are cleared. */
  const heard = new Set<string>();
  const complaint = createComplaint(hook, { now, complain });
  let turns: number[] = [];
  let suppressed = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const takesTurn = (): boolean => {
    const at = now();
    turns = turns.filter((turn) => at - turn < MINUTE);
    if (turns.length >= hook.rate) return false;
    turns.push(at);
    return true;
  };
  const next = (): Waiting | undefined => {
    const first = raised.shift();
    if (first !== undefined || cleared.length === 0) return first;
    if (takesTurn()) return cleared.shift();
    clearTimeout(timer);
    timer = setTimeout(start, MINUTE - (now() - (turns[0] ?? 0)));
    return undefined;
  };
  const start = (): void => {
    while (running.size < AT_ONCE && !controller.signal.aborted) {
      const waiting = next();
      if (waiting === undefined) return;
      const run = runOn(waiting).then(() => {
        running.delete(run);
        start();
      });
      running.add(run);
    }
  };
  const runOn = async ({ who, line }: Waiting): Promise<void> => {
    const input = suppressed === 0 ? line : `${line.slice(0, -1)},"suppressed":${suppressed}}`;
    suppressed = 0;
    let said = "";
    const allowed = { time: hook.timeout * 1000, output: OUTPUT };
    const end = await listen(
      hook.command,
      (text) => {
        if (said.length < SAID) said += text.slice(0, SAID);
      },
      { ...allowed, input: `${input}\n`, signal: controller.signal },
    );
    const isFine = end.kind === "ended" && end.code === 0;
    const words = endingWords(end, hook.command[0], allowed);
    note(hook, who, words);
    if (!isFine && end.kind !== "stopped") complaint(words, said);
  };
  return {
    tell(alert, line) {
      if (controller.signal.aborted) return;
      const who = targetOf(alert);
      if (alert.state === "cleared") {
        if (!heard.delete(who)) return;
        if (cleared.length < WAITING) cleared.push({ who, line });
        else suppressed++;
      } else {
        if (!isAskedFor(hook, alert)) return;
        if (raised.length < WAITING && takesTurn()) {
          raised.push({ who, line });
          if (heard.size < HEARD) heard.add(who);
        } else suppressed++;
      }
      start();
    },
    async idle() {
      while (running.size > 0) await Promise.race(running);
    },
    async close() {
      clearTimeout(timer);
      controller.abort();
      await Promise.all(running);
      if (suppressed > 0)
        complain(`alert hook ${hook.name}: held back ${suppressed} alerts since its last run`);
    },
  };
}

function isAskedFor({ severity, rules }: AlertHook, alert: Alert): boolean {
  if (SEVERITIES.indexOf(alert.severity) < SEVERITIES.indexOf(severity)) return false;
  return rules.length === 0 || alert.findings.some(({ rule }) => rules.some((asked) => asked === rule));
}

function targetOf(alert: Alert): string {
  if ("ip" in alert) return alert.ip;
  if ("prefix" in alert) return alert.prefix;
  if ("asn" in alert) return `asn ${alert.asn}`;
  return "cc" in alert ? `cc ${alert.cc}` : `host ${alert.host}`;
}

/** Tells of failures, at most once a minute: how often it failed since, and how the last time. */
function createComplaint(
  { name }: AlertHook,
  { now, complain }: Pick<Surroundings, "now" | "complain">,
): (words: string, said: string) => void {
  let failures = 0;
  let told: number | undefined;
  return (words, said) => {
    failures++;
    if (told !== undefined && now() - told < MINUTE) return;
    told = now();
    const first = said.split("\n").find((line) => line.trim() !== "");
    const often = failures > 1 ? `failed ${failures} times; the last one ` : "";
    complain(`alert hook ${name}: ${often}${words}${first === undefined ? "" : `: ${first.trim()}`}`);
    failures = 0;
  };
}
