import type { Accused, Verdicts } from "../model/snapshot.ts";
import { grouped, shortAddress } from "./format.ts";
import { PALETTE } from "./palette.ts";
import { SEVERITIES } from "./severity.ts";
import { type Span, spansWidth } from "./surface.ts";

/** What is said of those that something serious speaks against. */
export interface Charge {
  /** How many there are, and the worst one: `▲ 2 critical, 5 warning: 45.77.12.9`. */
  readonly head: readonly Span[];
  /** Why that one, rule by rule: ` exploit-probe`, `, scanner-agent`. */
  readonly rules: readonly Span[];
  /** The next ones, each as a whole: ` · 141.98.11.20 ssh-brute-force`. */
  readonly others: readonly (readonly Span[])[];
}

/** As much of a long IPv6 address as tells it from its neighbours. */
const ADDRESS = 24;

/** What is to be said, undefined where there are weak hints at most. */
export function chargeOf({ critical, warning, worst }: Verdicts): Charge | undefined {
  const [first, ...others] = worst.filter(({ severity }) => severity !== "info");
  if (first === undefined) return undefined;
  const { sign, style } = SEVERITIES[first.severity];
  const counts = [
    ...(critical > 0 ? [`${grouped(critical)} critical`] : []),
    ...(warning > 0 ? [`${grouped(warning)} warning`] : []),
  ];
  return {
    head: [
      [`${sign} ${counts.join(", ")}`, style],
      [": ", PALETTE.dim],
      [shortAddress(first.ip, ADDRESS), PALETTE.strong],
    ],
    rules: rulesOf(first),
    others: others.map((other): readonly Span[] => [
      [" · ", PALETTE.faint],
      [shortAddress(other.ip, ADDRESS), PALETTE.strong],
      ...rulesOf(other),
    ]),
  };
}

function rulesOf({ rules }: Accused): Span[] {
  return rules.map((rule, i) => [`${i === 0 ? "" : ","} ${rule}`, PALETTE.plain]);
}

/** The head, then as many of the worst one's rules as `room` cells hold, and after all of them as many others. */
export function chargeSpans({ head, rules, others }: Charge, room: number): Span[] {
  const spans = [...head];
  let left = room - spansWidth(head);
  for (const part of [...rules.map((rule) => [rule]), ...others]) {
    left -= spansWidth(part);
    if (left < 0) break;
    spans.push(...part);
  }
  return spans;
}
