import { type Outcome, run } from "../kernel/programs.ts";
import { defaultInterfaces } from "../kernel/routes.ts";
import type { BandwidthEvent, HealthEvent } from "../model/event.ts";
import { parseVnstat } from "../parse/vnstat.ts";

const TIME_LIMIT = 5_000;
/** A month is some 100 bytes, and it may keep all there ever were. */
const MAX_BYTES = 256 * 1024;
/** Milliseconds until a program that is not installed is looked for again. */
const RETRY = 600_000;

export interface VnstatOptions {
  /** The interface whose months are wanted; when absent, that of the default route at each poll. */
  readonly interface?: string | undefined;
  /** Where proc(5) is mounted, `/proc` when absent. */
  readonly procRoot?: string | undefined;
  /** The program and what it is always given: `vnstat` when absent. */
  readonly command?: readonly [string, ...string[]] | undefined;
  /** Milliseconds it may take, 5,000 when absent: it reads a database of a few kilobytes. */
  readonly timeLimit?: number | undefined;
}

export interface Vnstat {
  /**
   * The totals of the month as of `now` (epoch milliseconds), and how asking for them went. Empty where vnstat is
   * not installed, where no interface is to be asked for, and while the last poll still waits. Never rejects.
   */
  poll(now: number): Promise<readonly (BandwidthEvent | HealthEvent)[]>;
  /** Ends the program should it run; what it answers is dropped. */
  close(): void;
}

/** Month totals as vnstat(1), version 1 or 2, has counted them. */
export function createVnstat(options: VnstatOptions = {}): Vnstat {
  const { command = ["vnstat"], procRoot = "/proc", timeLimit = TIME_LIMIT } = options;
  const closed = new AbortController();
  let waiting = false;
  let retryAt = Number.NEGATIVE_INFINITY;
  return {
    async poll(now) {
      if (waiting || now < retryAt) return [];
      const name = options.interface ?? defaultInterface(procRoot);
      if (name === undefined) return [];
      waiting = true;
      const limits = { time: timeLimit, stdout: MAX_BYTES, signal: closed.signal };
      const outcome = await run([...command, "--json", "m", "-i", name], limits);
      waiting = false;
      if (closed.signal.aborted) return [];
      if (outcome.kind === "absent") {
        retryAt = now + RETRY;
        return [];
      }
      return eventsOf(outcome, name, now);
    },
    close: () => closed.abort(),
  };
}

/** The first of them is that of the lowest metric. */
function defaultInterface(procRoot: string): string | undefined {
  try {
    const [first] = defaultInterfaces(procRoot);
    return first;
  } catch {
    return undefined;
  }
}

/**
 * An answer that tells nothing, of an interface vnstat does not watch or has not watched for long, is no fault:
 * nothing is wrong with the server. No answer is one.
 */
function eventsOf(
  outcome: Exclude<Outcome, { kind: "absent" }>,
  name: string,
  at: number,
): readonly (BandwidthEvent | HealthEvent)[] {
  const health = (state: HealthEvent["state"], detail: string): HealthEvent => ({
    kind: "health",
    at,
    part: "bandwidth",
    source: "vnstat",
    state,
    detail,
  });
  switch (outcome.kind) {
    case "timed-out":
      return [health("degraded", "vnstat did not answer in time")];
    case "too-long":
      return [health("degraded", "vnstat wrote more than months can be")];
    case "failed": {
      const answered = typeof outcome.code === "number";
      const reason = outcome.reason.replace(/^Error: /, "") || `it ended with ${outcome.code}`;
      return [health(answered ? "up" : "degraded", `vnstat tells nothing of ${name}: ${reason}`)];
    }
    case "done": {
      const totals = parseVnstat(outcome.stdout);
      if (totals === undefined)
        return [health("degraded", "vnstat's answer is not the JSON of version 1 or 2")];
      if (totals === "none") return [health("up", `vnstat has counted no month of ${name} yet`)];
      return [
        { kind: "bandwidth", at, interface: name, ...totals, source: "vnstat" },
        health("up", `month totals of ${name}`),
      ];
    }
  }
}
