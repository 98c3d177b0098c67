import type { HistoryEvent, OriginEvent } from "./event.ts";
import type { Ip } from "./ip.ts";

/** Paths kept of an address, and rules by which it was flagged. */
export const MAX_PATHS = 5;
export const MAX_RULES = 16;

/** What is known of an address from before. */
export type Past = Omit<HistoryEvent, "kind" | "at">;

/** Who was flagged in more than one run of the program. */
export interface Recurring extends Past, Pick<OriginEvent, "country" | "org"> {
  /** Runs in which it was. */
  readonly flaggedSessions: number;
}

/** What an address did since the last one of these was made: to be added to what is known of it. */
export interface Visit extends Pick<OriginEvent, "country" | "org"> {
  readonly ip: Ip;
  /** Of this run of the program (epoch ms). */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly requests: number;
  readonly bytes: number;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly authFailures: number;
  /** Verdicts raised, and by which rules. */
  readonly flagged: number;
  readonly rules: readonly string[];
  /** Newest first, at most {@link MAX_PATHS}. */
  readonly paths: readonly string[];
}

/** Two visits of one address as one, `b` the later. */
export function together(a: Visit, b: Visit): Visit {
  return {
    ...a,
    ...b,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    lastSeen: Math.max(a.lastSeen, b.lastSeen),
    requests: a.requests + b.requests,
    bytes: a.bytes + b.bytes,
    inBytes: a.inBytes + b.inBytes,
    outBytes: a.outBytes + b.outBytes,
    authFailures: a.authFailures + b.authFailures,
    flagged: a.flagged + b.flagged,
    rules: [...new Set([...a.rules, ...b.rules])].slice(0, MAX_RULES),
    paths: [...new Set([...b.paths, ...a.paths])].slice(0, MAX_PATHS),
  };
}

/** The host's totals of one minute. */
export interface Minute {
  /** When it began (epoch ms, a multiple of 60,000). */
  readonly at: number;
  readonly requests: number;
  readonly bytes: number;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly authFailures: number;
  /** Addresses seen first in it, and the most sockets at once. */
  readonly addresses: number;
  readonly sockets: number;
}

/** What is written at once: nothing of it, or all. */
export interface HistoryBatch {
  /** The run of the program it is of: any text that no other run has. */
  readonly session: string;
  readonly visits: readonly Visit[];
  /** Added to what is there of that minute. */
  readonly minutes: readonly Minute[];
  /** Addresses that were blocked, once for each time. */
  readonly blocked: readonly Ip[];
}
