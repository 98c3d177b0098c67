import type { RequestEvent } from "../model/event.ts";
import type { Rule } from "./rule.ts";
import { counted, cut, detailed, named, requestSample, within } from "./words.ts";

/** A rule that one request is enough for, by what it says. It stands although later ones say something else. */
export interface Claim extends Omit<Rule, "thresholds" | "watch"> {
  readonly tag: number;
  /** `by scanners`, behind the number of requests. */
  readonly what: string;
  /** The line in words; of its agent when absent. */
  readonly shown?: (event: RequestEvent) => string;
}

export function claim({ tag, what, shown = shownAgent, ...rule }: Claim): Rule {
  return {
    ...rule,
    thresholds: [],
    watch: ({ raise }) => ({
      traits: tag,
      request(subject, event, seen) {
        raise(subject, { at: event.at, name: seen.name(tag), sample: () => shown(event) });
      },
      evidence: (standing) =>
        detailed(`${counted(standing.count, "request")} ${what}${within(standing)}`, named(standing)),
    }),
  };
}

function shownAgent(event: RequestEvent): string {
  return cut(`${requestSample(event)} by ${event.userAgent ?? ""}`);
}
