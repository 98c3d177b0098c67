import type { Target } from "../model/target.ts";
import { type Firewall, isUnusable, type Ruleset, type Step, type Wanted } from "./firewall.ts";
import { type Failure, type Means, runAll, textOf } from "./means.ts";

// No program's word is taken for it: what was done is what can be seen afterwards.

/** A kernel's timeout and our clock may differ by so much (ms). */
const TOLERANCE = 5_000;

/** Why what was added is not seen in the firewall; undefined where it is. `planned`: when that was (epoch ms). */
export async function notInForce(
  means: Means,
  firewall: Firewall,
  blocks: readonly Wanted[],
  planned: number,
): Promise<Failure | undefined> {
  const after = await firewall.look(means.run, means.now());
  const now = means.now();
  const lasting = blocks.filter(({ until }) => until === null || until > now);
  const missing = isUnusable(after) ? lasting : lasting.filter((block) => !isInForce(after, block, planned));
  if (missing.length === 0) return undefined;
  const why = isUnusable(after) ? `: ${after.detail}` : "";
  const names = missing.map(({ target }) => target.text).join(", ");
  return failed(`${firewall.name} does not show ${names} as blocked${why}`);
}

/** Whether it is blocked as long as it was to be when that was planned. */
function isInForce({ held, timeouts }: Ruleset, { target, until }: Wanted, planned: number): boolean {
  const one = held.find((held) => held.target.text === target.text);
  if (one === undefined) return false;
  if (!timeouts) return true;
  if (until === null || one.until === null) return until === one.until;
  // A firewall that counts from when it was told ends the later the longer that took.
  const late = one.lasts === undefined ? one.until - until : one.lasts - (until - planned);
  return one.until > until - TOLERANCE && late < TOLERANCE;
}

/** Runs the steps that take `held` out. Why they are not gone; undefined where they are. */
export async function takeOut(
  means: Means,
  firewall: Firewall,
  steps: readonly Step[],
  held: readonly Target[],
): Promise<Failure | undefined> {
  const failure = await runAll(means, steps);
  if (failure !== undefined || held.length === 0) return failure;
  const after = await firewall.look(means.run, means.now());
  if (isUnusable(after))
    return failed(`what ${firewall.name} still holds cannot be looked at: ${after.detail}`);
  const left = new Set(after.held.map(({ target }) => target.text));
  const still = held.filter(({ text }) => left.has(text));
  return still.length === 0
    ? undefined
    : failed(`${firewall.name} still holds ${still.map(textOf).join(", ")}`);
}

function failed(detail: string): Failure {
  return { kind: "failed", denied: false, detail };
}
