import { BLOCK_CHOICES, type Blast, DEFAULT_BLOCK_SECONDS, type Preview } from "../model/block.ts";
import { parseTarget } from "../model/target.ts";

/** What one question to block may be about: the address, or its prefix, or all that was marked. */
export interface Scope {
  readonly label: string;
  readonly targets: readonly string[];
}

/** The window in which somebody decides whether to block, whom, and for how long. */
export interface BlockWindow {
  readonly scopes: readonly Scope[];
  /** Which choice the arrows change. */
  readonly row: "scope" | "time";
  /** The chosen ones, by their places. */
  readonly scope: number;
  readonly time: number;
  readonly reason: string;
  /** What else there is to know of the targets. */
  readonly remark?: string;
  /** The number of the question about the present choice. */
  readonly question: number;
  /** The last answer, perhaps of the choice before. */
  readonly answer?: Answer;
  /** Who else is in the address's prefix, once it was told. */
  readonly around?: Blast;
}

export interface Answer {
  readonly question: number;
  /** Or why it cannot be told. */
  readonly preview: Preview | string;
  /** Why nothing may be run here. */
  readonly forbidden?: string | undefined;
  /** When it came (epoch ms). */
  readonly at: number;
}

/** A window on these, before anything is known. */
export function blockWindow(
  scopes: readonly Scope[],
  reason: string,
  question: number,
  remark: string | undefined,
): BlockWindow {
  return {
    scopes,
    row: scopes.length > 1 ? "scope" : "time",
    scope: 0,
    time: BLOCK_CHOICES.indexOf(DEFAULT_BLOCK_SECONDS),
    reason,
    ...(remark !== undefined && { remark }),
    question,
  };
}

/** An address alone, or with its neighbours: its /24 or /64. */
export function scopesOf(address: string): Scope[] {
  const alone: Scope = { label: "address", targets: [address] };
  const prefix = parseTarget(`${address}/${address.includes(":") ? 64 : 24}`)?.text;
  return prefix === undefined ? [alone] : [alone, { label: prefix, targets: [prefix] }];
}

/** The targets that are chosen. */
export function targetsOf({ scopes, scope }: BlockWindow): readonly string[] {
  return scopes[scope]?.targets ?? [];
}

/** How long it is to last, in seconds. */
export function secondsOf({ time }: BlockWindow): number | null {
  return BLOCK_CHOICES[time] ?? null;
}

/** The answer about the present choice, once it came. */
export function answerOf({ answer, question }: BlockWindow): Answer | undefined {
  return answer?.question === question ? answer : undefined;
}

/** Those that may be blocked. */
export function allowedOf({ targets }: Preview): string[] {
  return targets.filter(({ refusal }) => refusal === undefined).map(({ target }) => target);
}
