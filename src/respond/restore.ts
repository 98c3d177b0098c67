import type { FirewallName } from "../model/block.ts";
import { messageOf } from "../model/message-of.ts";
import type { Target } from "../model/target.ts";
import { cutConnections } from "./cut.ts";
import { type Entry, readLedger } from "./ledger.ts";
import { type Failure, inTurn, look, type Means, runAll, textOf } from "./means.ts";
import { refusalOf } from "./plan.ts";
import { keepLedger, written } from "./records.ts";

/** A permanent block whose program was killed is not begun later than this (ms). */
const ABANDONED = 60_000;

/** What {@link restore} did. */
export interface Restored {
  readonly kind: "done";
  readonly restored: readonly Target[];
  readonly ended: readonly Target[];
  readonly remarks: readonly string[];
  /** When the next block is over that its firewall does not end itself (epoch ms). */
  readonly next?: number;
}

/**
 * Makes the firewalls agree with what was written down: puts back what they lost and takes out what is over. Nothing is
 * put back that the guard refuses now.
 */
export function restore(means: Means): Promise<Restored | Failure> {
  return inTurn(means, async () => {
    const remarks: string[] = [];
    let known: readonly Entry[];
    try {
      known = readLedger(means.state);
    } catch (error) {
      return { kind: "failed", denied: false, detail: messageOf(error) };
    }
    const looks = await look(means);
    if ("kind" in looks)
      return known.length === 0 ? { kind: "done", restored: [], ended: [], remarks } : looks;
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
      const taken = ruleset.timeouts ? [] : over.filter(isHeld).map(({ target }) => target);
      const steps = taken.length > 0 ? ruleset.remove(taken) : ruleset.sweep();
      const failure = await runAll(means, steps);
      if (taken.length > 0) {
        const act = { at: now, what: "expire", targets: taken.map(textOf), firewall: firewall.name } as const;
        written(means, { ...act, steps, result: failure?.detail ?? "ok" }, remarks);
      }
      if (failure !== undefined) {
        remarks.push(failure.detail);
        continue;
      }
      ended.push(...over.map(({ target }) => target));
      const lost = mine.filter((entry) => !isHeld(entry) && !isOver(entry));
      // A program that was killed may have left the firewall's own at work: what it began is ended when it is over.
      const given = lost.filter(
        ({ pending, until, since }) => pending && until === null && now - since > ABANDONED,
      );
      kept = kept.filter((entry) => !over.includes(entry) && !given.includes(entry));
      restored.push(
        ...(await putBack(
          means,
          firewall.name,
          lost.filter(({ pending }) => !pending),
          remarks,
        )),
      );
    }
    if (kept.length !== known.length) remarks.push(...keepLedger(means, kept));
    const endless = new Set(
      looks.filter(({ ruleset }) => !ruleset.timeouts).map(({ firewall }) => firewall.name),
    );
    const ends = kept.flatMap(({ firewall, until }) =>
      endless.has(firewall) && until !== null ? [until] : [],
    );
    return { kind: "done", restored, ended, remarks, ...(ends.length > 0 && { next: Math.min(...ends) }) };
  });
}

/** Those of one end together; what was put back. */
async function putBack(
  means: Means,
  name: FirewallName,
  lost: readonly Entry[],
  remarks: string[],
): Promise<Target[]> {
  if (lost.length === 0) return [];
  const guard = await means.guard();
  const back: Target[] = [];
  for (const [until, entries] of Map.groupBy(lost, (entry) => entry.until)) {
    const looks = await look(means);
    const found = "kind" in looks ? undefined : looks.find(({ firewall }) => firewall.name === name);
    if (found === undefined) break;
    const targets: Target[] = [];
    for (const { target, forced } of entries) {
      const refusal = refusalOf(target, found.ruleset, guard, forced);
      if (refusal === undefined) targets.push(target);
      else remarks.push(`${target.text} is not put back: ${refusal.reason}`);
    }
    if (targets.length === 0) continue;
    const at = means.now();
    const steps = found.ruleset.add(targets, until, at);
    const failure = await runAll(means, steps);
    const act = { at, what: "restore", targets: targets.map(textOf), firewall: name, until, steps } as const;
    written(means, { ...act, result: failure?.detail ?? "ok" }, remarks);
    if (failure !== undefined) remarks.push(failure.detail);
    else {
      cutConnections(targets);
      back.push(...targets);
    }
  }
  return back;
}
