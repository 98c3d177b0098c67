import type { Outcome } from "../kernel/programs.ts";
import type { FirewallName } from "../model/block.ts";
import { shellWord } from "../model/shell-word.ts";
import type { Target } from "../model/target.ts";

/** A program to run, as execvp(3) takes it, and what it reads from its standard input. */
export interface Step {
  readonly argv: readonly [string, ...string[]];
  readonly input?: string;
}

/** Runs a step to its end. Never rejects. */
export type RunStep = (step: Step) => Promise<Outcome>;

/** A block as it is to be. */
export interface Wanted {
  readonly target: Target;
  /** Epoch milliseconds; null: for good. */
  readonly until: number | null;
}

/** A block of ours that a firewall holds. */
export interface Held {
  readonly target: Target;
  /** When the firewall itself ends it (epoch ms); null where nothing in it does. */
  readonly until: number | null;
  /** How long it was to last when it was put there, in milliseconds, where that can be told. */
  readonly lasts?: number;
  readonly packets: number | null;
}

/** Why a firewall cannot be used. */
export interface Unusable {
  /** absent: its program is not here; denied: we may not; failed: it does not work here. */
  readonly problem: "absent" | "denied" | "failed";
  /** In words, without the firewall's name. */
  readonly detail: string;
  /** It keeps nothing here, so that nobody misses it: it is switched off, or another has its place. */
  readonly idle?: true;
}

/** A firewall as it is at one moment. What would change it is planned from that, not run. */
export interface Ruleset {
  /** Rules of somebody else are in it: this is what keeps this machine. */
  readonly active: boolean;
  /** What of ours is in force. What the kernel has ended already is not among it. */
  readonly held: readonly Held[];
  /** The kernel ends a block by itself when its time is over; else somebody has to take it out. */
  readonly timeouts: boolean;
  /** What a block of this firewall does not cover here, in words for a person. */
  readonly remarks: readonly string[];
  /** Why this one cannot be blocked in it, in words for a person; undefined where it can. */
  refusal(target: Target): string | undefined;
  /**
   * What makes these blocks, `now` being the time (epoch ms). Each target is named once. A block of the same target that
   * is there gives way to it. For what it refuses there is no step.
   *
   * Each step of this and the others is all or nothing. One may fail where somebody changed the firewall since it was
   * looked at: then look again, and plan anew.
   */
  add(blocks: readonly Wanted[], now: number): readonly Step[];
  /**
   * What takes out those of these that are there, in force or not, and whatever {@link sweep} would; with the last
   * block everything else that is ours.
   */
  remove(targets: readonly Target[]): readonly Step[];
  /** What takes out whatever of ours has no effect any more; none where there is nothing. */
  sweep(): readonly Step[];
}

/** A firewall: how to read it. A file each, in the list of firewalls.ts. */
export interface Firewall {
  readonly name: FirewallName;
  /** `now` is epoch milliseconds. */
  look(run: RunStep, now: number): Promise<Ruleset | Unusable>;
}

export function isUnusable(found: Ruleset | Unusable): found is Unusable {
  return "problem" in found;
}

/** Those of one end. */
export function allUntil(targets: readonly Target[], until: number | null): readonly Wanted[] {
  return targets.map((target) => ({ target, until }));
}

/** Why a program that was to tell about a firewall told nothing. */
export function unusable(program: string, outcome: Exclude<Outcome, { kind: "done" }>): Unusable {
  switch (outcome.kind) {
    case "absent":
      return { problem: "absent", detail: `${program} is not installed` };
    case "timed-out":
      return { problem: "failed", detail: `${program} did not answer in time` };
    case "too-long":
      return { problem: "failed", detail: `${program} tells more than is read` };
    case "failed": {
      const denied = /permi(tted|ssion)|need to be root|must be root/i.test(outcome.reason);
      return {
        problem: denied ? "denied" : "failed",
        detail: `${program}: ${outcome.reason || `ended with ${outcome.code}`}`,
      };
    }
  }
}

/** A step as a person would type it into a shell. */
export function shown({ argv, input }: Step): readonly string[] {
  const line = argv.map(shellWord).join(" ");
  if (input === undefined) return [line];
  return [`${line} <<'EOF'`, ...input.trimEnd().split("\n"), "EOF"];
}
