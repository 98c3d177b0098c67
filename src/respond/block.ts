import { ARMED_SECONDS, type FirewallName, type Refusal } from "../model/block.ts";
import { messageOf } from "../model/message-of.ts";
import type { Target } from "../model/target.ts";
import { type Cut, cutConnections } from "./cut.ts";
import { allUntil, isUnusable, type Ruleset } from "./firewall.ts";
import type { Chosen } from "./firewalls.ts";
import { type Entry, isSame, MAX_ENTRIES, readLedger } from "./ledger.ts";
import { notInForce } from "./looked-again.ts";
import { choose, type Failure, inTurn, type Means, runAll, textOf } from "./means.ts";
import { endOf, judge, type Wish } from "./plan.ts";
import { keepLedger, resultOf, written } from "./records.ts";

/** It is in force. */
export interface Blocked {
  readonly kind: "done";
  readonly firewall: FirewallName;
  /** Blocked until then by this act. */
  readonly targets: readonly Target[];
  readonly until: number | null;
  /** Left alone: already blocked, and for longer. */
  readonly longer: readonly Target[];
  readonly cut: Cut;
  /** What did not go as it should, though the block is in force. */
  readonly remarks: readonly string[];
}

/** What an act came to. */
export type Result = Blocked | { readonly kind: "refused"; readonly refusals: readonly Refusal[] } | Failure;

/**
 * Blocks, and is sure of it: what the firewall says afterwards has to agree. Where a step fails it is planned once more:
 * somebody else may have changed the firewall since it was looked at.
 */
export function block(means: Means, wish: Wish): Promise<Result> {
  return inTurn(means, async () => {
    const first = await attempt(means, wish);
    return first.kind === "failed" && first.late === true ? attempt(means, wish) : first;
  });
}

async function attempt(means: Means, wish: Wish): Promise<Result> {
  const chosen = await choose(means);
  if ("kind" in chosen) return chosen;
  const { ruleset, firewall } = chosen;
  const now = means.now();
  const { refused, allowed } = judge(ruleset, await means.guard(), wish);
  if (allowed.length === 0) return { kind: "refused", refusals: refused.map(({ refusal }) => refusal) };
  const until = endOf(wish.armed ? ARMED_SECONDS : wish.seconds, now);
  const remarks = [...chosen.passed];
  const before = ledgerOf(means, chosen, now, remarks);
  if ("kind" in before) return before;
  const longer = wish.armed
    ? allowed.filter((target) => endsLater(target, firewall.name, ruleset, before.entries, until))
    : [];
  const targets = allowed.filter((target) => !longer.includes(target));
  const steps = targets.length === 0 ? [] : ruleset.add(allUntil(targets, until), now);
  const act = { at: now, what: wish.armed ? "arm" : "block", firewall: firewall.name, until, steps } as const;
  const note = (result: string): void =>
    written(means, { ...act, targets: targets.map(textOf), why: wish.reason, result }, remarks);
  const entries = targets.map((target) =>
    entryOf(target, firewall.name, ruleset, before.entries, wish, now, until),
  );
  const giveUp = async (failure: Failure): Promise<Failure> => {
    const left = await takeBack(means, chosen, targets);
    const detail = failure.detail + left;
    // What may be in force stays written down: somebody ends it.
    if (!ruleset.timeouts && left === "") keepLedger(means, before.entries);
    note(resultOf({ ...failure, detail }));
    return { ...failure, detail };
  };
  if (!ruleset.timeouts && targets.length > 0) {
    const prepared = await prepare(means, before.entries, entries, until);
    if (prepared !== undefined) {
      note(resultOf(prepared));
      return prepared;
    }
  }
  const failure = await runAll(means, steps);
  if (failure !== undefined) return giveUp(failure);
  const cut = cutConnections(allowed);
  remarks.push(...cut.problems);
  const unseen = await notInForce(means, firewall, allUntil(targets, until), now);
  if (unseen !== undefined) return giveUp(unseen);
  if (before.writable) {
    const others = before.entries.filter((entry) => !entries.some((one) => isSame(one, entry)));
    const lasting = entries.map((entry) => ({ ...entry, pending: false }));
    remarks.push(...keepLedger(means, [...others, ...lasting]));
  }
  note(resultOf(undefined));
  return { kind: "done", firewall: firewall.name, targets, until, longer, cut, remarks };
}

/** Takes out of what was added whatever got there; says what is left, behind other words, or nothing. */
async function takeBack(
  means: Means,
  { firewall, ruleset }: Chosen,
  targets: readonly Target[],
): Promise<string> {
  const had = new Set(ruleset.held.map(({ target }) => target.text));
  const now = await firewall.look(means.run, means.now());
  if (isUnusable(now)) return "; it may be in force all the same";
  const added = now.held
    .map(({ target }) => target)
    .filter((target) => !had.has(target.text) && targets.some(({ text }) => text === target.text));
  if (added.length === 0) return "";
  const failure = await runAll(means, now.remove(added));
  return failure === undefined ? "" : `; and ${added.map(textOf).join(", ")} stays: ${failure.detail}`;
}

/** Whether it is blocked already, for longer than until then. */
function endsLater(
  target: Target,
  firewall: FirewallName,
  { held, timeouts }: Ruleset,
  entries: readonly Entry[],
  until: number | null,
): boolean {
  const one = held.find((held) => held.target.text === target.text);
  if (one === undefined) return false;
  const end = timeouts
    ? one.until
    : (entries.find((entry) => isSame(entry, { target, firewall }))?.until ?? null);
  return end === null || (until !== null && end > until);
}

function entryOf(
  target: Target,
  firewall: FirewallName,
  { held }: Ruleset,
  entries: readonly Entry[],
  { reason, armed = false, force = false }: Wish,
  now: number,
  until: number | null,
): Entry {
  const before = entries.find((entry) => isSame(entry, { target, firewall }));
  const dropped = held.find((one) => one.target.text === target.text);
  const goesOn = before !== undefined && dropped !== undefined;
  return {
    target,
    firewall,
    since: goesOn ? before.since : now,
    until,
    reason: reason === "" && goesOn ? before.reason : reason,
    packets: (goesOn ? before.packets : 0) + (dropped?.packets ?? 0),
    pending: true,
    armed,
    forced: force,
  };
}

/** Writes down what is to be ended before it begins, and has somebody end it. */
async function prepare(
  means: Means,
  before: readonly Entry[],
  entries: readonly Entry[],
  until: number | null,
): Promise<Failure | undefined> {
  const others = before.filter((entry) => !entries.some((one) => isSame(one, entry)));
  const [problem] = keepLedger(means, [...others, ...entries]);
  if (problem !== undefined) return { kind: "failed", denied: false, detail: problem };
  if (until === null || (await means.keep())) return undefined;
  keepLedger(means, before);
  const detail = "this firewall does not end a block by itself, and no program could be started that does";
  return { kind: "failed", denied: false, detail };
}

/**
 * What was written down and is not over. Where it cannot be used, a firewall that needs it is not used either.
 */
function ledgerOf(
  means: Means,
  { firewall, ruleset: { timeouts } }: Chosen,
  now: number,
  remarks: string[],
): { entries: readonly Entry[]; writable: boolean } | Failure {
  try {
    const isOver = ({ firewall: name, until }: Entry): boolean =>
      timeouts && name === firewall.name && until !== null && until <= now;
    const entries = readLedger(means.state).filter((entry) => !isOver(entry));
    if (entries.length < MAX_ENTRIES) return { entries, writable: true };
    return { kind: "failed", denied: false, detail: `${MAX_ENTRIES} blocks are written down: unblock some` };
  } catch (error) {
    const detail = `what was blocked cannot be written down: ${messageOf(error)}`;
    if (!timeouts) return { kind: "failed", denied: false, detail };
    remarks.push(detail);
    return { entries: [], writable: false };
  }
}
