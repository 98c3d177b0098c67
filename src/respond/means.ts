import type { LockHolder } from "../kernel/lock-holder.ts";
import type { FirewallName, Refusal } from "../model/block.ts";
import type { Target } from "../model/target.ts";
import type { Actor } from "./audit.ts";
import { type RunStep, type Step, type Unusable, unusable } from "./firewall.ts";
import { type Chosen, chooseFirewall, lookAll, silent, type Usable, usableOf, whyNone } from "./firewalls.ts";
import type { StateDirectory } from "./state-directory.ts";

/** What acting needs. */
export interface Means {
  readonly state: StateDirectory;
  readonly run: RunStep;
  /** Epoch milliseconds. */
  now(): number;
  readonly who: Actor;
  /** The only firewall to use; undefined: the one that is active. */
  readonly forced?: FirewallName | undefined;
  /** Why not, by what this machine is connected to now. */
  guard(): Promise<Guard>;
  /** Has a program of its own end blocks whose firewall does not; false where it could not be started. */
  keep(): Promise<boolean>;
}

/** What is known now of what must not be blocked. */
export interface Guard {
  refuse(target: Target): Refusal | undefined;
  /** What could not be looked at, in words. */
  readonly unknown: readonly string[];
}

/** Nothing was changed, or what was is undone. */
export interface Failure {
  readonly kind: "failed";
  readonly denied: boolean;
  readonly detail: string;
  /** A step was refused by the firewall's own program: it may have been planned for what is no longer so. */
  readonly late?: true;
}

/** All programs of ours that change a firewall take turns by this file. */
const TURN = "lock";

/**
 * Runs what changes the firewall while no other program of ours does. Where no lock can be had, as on a disk that is
 * read-only, it runs all the same: whoever is under attack cannot wait.
 */
export async function inTurn<T>(means: Means, act: () => Promise<T>): Promise<T | Failure> {
  const lock = await means.state.lock(TURN).catch(() => "without" as const);
  if (lock !== "without" && "holder" in lock)
    return { kind: "failed", denied: false, detail: keptWords(lock.holder) };
  try {
    return await act();
  } finally {
    if (lock !== "without") lock.release();
  }
}

function keptWords(holder: LockHolder | undefined): string {
  if (holder === undefined)
    return "another nethergaze has been changing the firewall for too long: try again";
  const { pid, comm, stopped } = holder;
  const who = `${comm} (pid ${pid})`;
  return stopped
    ? `${who} was stopped while it changed the firewall: let it go on with kill -CONT ${pid}, then try again`
    : `${who} has been changing the firewall for too long: try again`;
}

export async function choose(means: Means): Promise<Chosen | Failure> {
  const chosen = await chooseFirewall(means.run, means.now(), means.forced);
  return "problem" in chosen ? failureOf(chosen) : chosen;
}

/** The firewalls that can be read; why none can. What another may hold that does not answer is told in `remarks`. */
export async function look(means: Means, remarks: string[]): Promise<readonly Usable[] | Failure> {
  const looked = await lookAll(means.run, means.now(), means.forced);
  const usable = usableOf(looked);
  if (usable.length > 0)
    remarks.push(...silent(looked).map((words) => `${words}: what it holds is not known`));
  return usable.length > 0 ? usable : failureOf(whyNone(looked));
}

function failureOf({ problem, detail }: Unusable): Failure {
  return { kind: "failed", denied: problem === "denied", detail };
}

/** Runs steps until one fails. */
export async function runAll(means: Means, steps: readonly Step[]): Promise<Failure | undefined> {
  for (const step of steps) {
    const outcome = await means.run(step);
    if (outcome.kind === "done") continue;
    const failure = failureOf(unusable(step.argv[0], outcome));
    return outcome.kind === "failed" && !failure.denied ? { ...failure, late: true } : failure;
  }
  return undefined;
}

export function textOf({ text }: Target): string {
  return text;
}
