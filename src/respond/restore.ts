import { messageOf } from "../model/message-of.ts";
import type { Target } from "../model/target.ts";
import type { Act } from "./audit.ts";
import { cutConnections } from "./cut.ts";
import { type Firewall, isUnusable, type Wanted } from "./firewall.ts";
import { type Entry, readLedger } from "./ledger.ts";
import { notInForce, takeOut } from "./looked-again.ts";
import { type Failure, inTurn, look, type Means, runAll, textOf } from "./means.ts";
import { refusalOf } from "./plan.ts";
import { keepLedger, resultOf, written } from "./records.ts";

/** What failed is tried again after so many ms. */
export const RETRY = 5_000;

/** A permanent block whose program was killed is not begun later than this (ms). */
const ABANDONED = 60_000;

/** What {@link restore} did. */
export interface Restored {
  readonly kind: "done";
  readonly restored: readonly Target[];
  readonly ended: readonly Target[];
  readonly remarks: readonly string[];
  /** What failed, in words. */
  readonly failures: readonly string[];
  /** When the next block is over that its firewall does not end itself, or what failed of that is due again (epoch ms). */
  readonly next?: number;
}

/**
 * Makes the firewalls agree with what was written down: puts back what they lost and takes out what is over. Nothing is
 * put back that the guard refuses now. `before`: the failures of the last time, which are not written down again.
 */
export function restore(means: Means, before: readonly string[] = []): Promise<Restored | Failure> {
  return inTurn(means, async () => {
    const remarks: string[] = [];
    const failures: string[] = [];
    const note: Note = (act, failure) => {
      if (failure !== undefined) failures.push(failure.detail);
      if (failure === undefined || !before.includes(failure.detail))
        written(means, { ...act, result: resultOf(failure) }, remarks);
    };
    let known: readonly Entry[];
    try {
      known = readLedger(means.state);
    } catch (error) {
      return { kind: "failed", denied: false, detail: messageOf(error) };
    }
    const looks = await look(means, remarks);
    if ("kind" in looks)
      return known.length === 0 ? { kind: "done", restored: [], ended: [], remarks, failures } : looks;
    const now = means.now();
    const restored: Target[] = [];
    const ended: Target[] = [];
    let kept: readonly Entry[] = known;
    for (const { firewall, ruleset } of looks) {
      const mine = kept.filter((entry) => entry.firewall === firewall.name);
      const held = new Set(ruleset.held.map(({ target }) => target.text));
      const isHeld = ({ target }: Entry): boolean => held.has(target.text);
      const isOver = ({ until }: Entry): boolean => until !== null && until <= now;
      const over = mine.filter(isOver);
      const taken = ruleset.timeouts ? [] : over.map(({ target }) => target);
      const steps = taken.length > 0 ? ruleset.remove(taken) : ruleset.sweep();
      const failure = await takeOut(
        means,
        firewall,
        steps,
        taken.filter(({ text }) => held.has(text)),
      );
      if (taken.length > 0 && steps.length > 0) {
        const act = { at: now, what: "expire", targets: taken.map(textOf), firewall: firewall.name } as const;
        note({ ...act, steps }, failure);
      }
      if (failure !== undefined) {
        remarks.push(failure.detail);
        continue;
      }
      ended.push(...over.map(({ target }) => target));
      const lost = mine.filter((entry) => !isHeld(entry) && !isOver(entry));
      const given = lost.filter((entry) => isGivenUp(entry, now));
      kept = kept.filter((entry) => !over.includes(entry) && !given.includes(entry));
      const meant = lost.filter((entry) => !entry.pending && !given.includes(entry));
      if (meant.length > 0) restored.push(...(await putBack(means, firewall, meant, remarks, note)));
    }
    if (kept.length !== known.length) remarks.push(...keepLedger(means, kept));
    const endless = new Set(
      looks.filter(({ ruleset }) => !ruleset.timeouts).map(({ firewall }) => firewall.name),
    );
    const ends = kept.flatMap(({ firewall, until }) =>
      endless.has(firewall) && until !== null ? [until <= now ? now + RETRY : until] : [],
    );
    return {
      kind: "done",
      restored,
      ended,
      remarks,
      failures,
      ...(ends.length > 0 && { next: Math.min(...ends) }),
    };
  });
}

/** Writes down what an act came to. */
type Note = (act: Omit<Act, "result">, failure: Failure | undefined) => void;

/** Of what no firewall has: whether nobody is to have it again. */
function isGivenUp({ pending, armed, until, since }: Entry, now: number): boolean {
  // A program that was killed may have left the firewall's own at work: what it began is ended when it is over.
  if (pending) return until === null && now - since > ABANDONED;
  return armed;
}

/** What was put back. */
async function putBack(
  means: Means,
  firewall: Firewall,
  lost: readonly Entry[],
  remarks: string[],
  note: Note,
): Promise<readonly Target[]> {
  const guard = await means.guard();
  const now = means.now();
  const ruleset = await firewall.look(means.run, now);
  if (isUnusable(ruleset)) {
    remarks.push(ruleset.detail);
    return [];
  }
  const blocks: Wanted[] = [];
  for (const entry of lost) {
    const { target, forced } = entry;
    const refusal = refusalOf(target, ruleset, guard, forced);
    if (refusal === undefined) blocks.push({ target, until: endOf(entry, now) });
    else remarks.push(`${target.text} is not put back: ${refusal.reason}`);
  }
  if (blocks.length === 0) return [];
  const targets = blocks.map(({ target }) => target);
  const steps = ruleset.add(blocks, now);
  const failure = (await runAll(means, steps)) ?? (await notInForce(means, firewall, blocks, now));
  const act = { at: now, what: "restore", targets: targets.map(textOf), firewall: firewall.name } as const;
  note({ ...act, steps }, failure);
  if (failure !== undefined) {
    remarks.push(failure.detail);
    return [];
  }
  cutConnections(targets);
  return targets;
}

/** Where the clock was set back meanwhile a block lasts no longer from now than it was to last at all. */
function endOf({ since, until }: Entry, now: number): number | null {
  return until === null ? null : Math.min(until, now + Math.max(0, until - since));
}
