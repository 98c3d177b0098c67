import type { LiveLine } from "../model/snapshot.ts";

/** The lines of the live panel. */
export interface Log {
  /** Oldest first. They do not change while somebody has scrolled back. */
  readonly lines: readonly LiveLine[];
  /** Lines between the last one on screen and the newest; 0 follows what comes. */
  readonly back: number;
  /** What came since somebody scrolled back: the newest of it, and how many in all. */
  readonly behind: readonly LiveLine[];
  readonly waiting: number;
}

export const EMPTY: Log = { lines: [], back: 0, behind: [], waiting: 0 };

/** The log with new lines, the newest `max` of them kept. */
export function append(log: Log, lines: readonly LiveLine[], max: number): Log {
  if (lines.length === 0) return log;
  if (log.back === 0) return { ...EMPTY, lines: newest(log.lines, lines, max) };
  return { ...log, behind: newest(log.behind, lines, max), waiting: log.waiting + lines.length };
}

/** Scrolled back by `by` lines, or forward where negative; at the end it follows again. */
export function scroll(log: Log, by: number, height: number, max: number): Log {
  const back = Math.max(0, Math.min(log.lines.length - height, log.back + by));
  if (back > 0) return { ...log, back };
  return { ...EMPTY, lines: newest(log.lines, log.behind, max) };
}

function newest(older: readonly LiveLine[], newer: readonly LiveLine[], max: number): readonly LiveLine[] {
  return newer.length === 0 ? older : [...older, ...newer].slice(-max);
}
