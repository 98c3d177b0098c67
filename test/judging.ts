import { fold } from "../src/correlate/fold.ts";
import { snapshot } from "../src/correlate/snapshot.ts";
import { createState } from "../src/correlate/state.ts";
import { createJudge, type JudgeOptions } from "../src/detect/judge.ts";
import { parseCidr } from "../src/model/cidr.ts";
import type { Event, Input } from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import { prefixSet } from "../src/model/prefix-set.ts";
import type { RuleId } from "../src/model/rules.ts";
import type { Alert, Finding, IpProfile, Verdict } from "../src/model/snapshot.ts";
import { DEFAULT_THRESHOLDS, type Thresholds } from "../src/model/thresholds.ts";

const LIMITS = { addresses: 256, strips: 16, recentBytes: 1 << 18, recentRecords: 1024 };

export interface Judging extends Partial<Omit<JudgeOptions, "thresholds">> {
  readonly thresholds?: Partial<Thresholds>;
  /** Prefixes that are trusted. */
  readonly trusted?: readonly string[];
  /** Addresses that are held at most; 256 when absent. */
  readonly addresses?: number;
}

/** The whole core with all rules, a clock that ticks by the events' own times, and all that was told. */
export class Bench {
  readonly alerts: Alert[] = [];
  readonly #state;
  #now = 0;

  constructor({ thresholds = {}, trusted = [], addresses = LIMITS.addresses, ...options }: Judging = {}) {
    this.#state = createState({
      showPrivate: true,
      isTrusted: prefixSet(trusted.flatMap((text) => parseCidr(text) ?? [])),
      judge: createJudge({
        thresholds: { ...DEFAULT_THRESHOLDS, ...thresholds },
        off: [],
        agents: [],
        paths: undefined,
        trustedAgents: [],
        slots: addresses,
        seed: 7,
        ...options,
      }),
      onAlert: (alert) => this.alerts.push(alert),
      seed: 7,
      limits: { ...LIMITS, addresses },
    });
  }

  /** Folds them, with a tick before each that is of a later second. */
  feed(...inputs: readonly Input[]): this {
    for (const input of inputs) {
      if (Math.floor(input.at / 1000) > Math.floor(this.#now / 1000)) this.tick(input.at);
      fold(this.#state, input);
    }
    return this;
  }

  tick(at: number): this {
    this.#now = at;
    fold(this.#state, { kind: "tick", at });
    return this;
  }

  /** Lets the current second end, so that all is told. */
  settle(): this {
    return this.tick(this.#now + 1000);
  }

  verdict(ip: string): Verdict | undefined {
    return this.profile(ip)?.verdict;
  }

  /** Undefined where it is not held. */
  profile(ip: string): IpProfile | undefined {
    return snapshot(this.#state, { sort: "risk", limit: 0, detail: ip as Ip }).detail?.profile;
  }

  /** What that rule holds against it. */
  finding(ip: string, rule: RuleId): Finding | undefined {
    return this.verdict(ip)?.findings.find((finding) => finding.rule === rule);
  }

  /** The ids of what stands against it, worst first. */
  rules(ip: string): string[] {
    return this.verdict(ip)?.findings.map(({ rule }) => rule) ?? [];
  }
}

/** Events one after the other, `apart` milliseconds each, from `start` on. */
export function spaced<E extends Event>(start: number, apart: number, events: readonly E[]): E[] {
  return events.map((event, i) => ({ ...event, at: start + i * apart }));
}
