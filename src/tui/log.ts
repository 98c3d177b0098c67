import type { LiveLine } from "../model/snapshot.ts";

/** Lines that are not shown there. */
export interface Gap {
  readonly skipped: number;
  /** Of those and the lines that follow, each so many-eth is shown; absent for lines that were never looked at. */
  readonly oneIn?: number;
}

/** The lines of the live panel. */
export interface Log {
  /** Oldest first. They do not change while somebody has stopped them. */
  readonly lines: readonly (LiveLine | Gap)[];
  /** The line somebody is on; undefined follows what comes. */
  readonly at?: number;
  /** The first line on screen while stopped. */
  readonly top: number;
  /** What came since: the newest of it, and how many lines in all. */
  readonly behind: readonly (LiveLine | Gap)[];
  readonly waiting: number;
  /** Of the newest lines that came together, how many there were for each one that is shown; 1 for all. */
  readonly oneIn: number;
}

export const EMPTY: Log = { lines: [], top: 0, behind: [], waiting: 0, oneIn: 1 };

/** What came since the last time. */
interface Batch {
  readonly lines: readonly LiveLine[];
  /** Lines that are not among them. */
  readonly skipped: number;
}

/** The log with new lines, the newest `max` of them kept, and a mark where lines were left out. */
export function append(log: Log, { lines, skipped }: Batch, max: number): Log {
  if (lines.length === 0 && skipped === 0) return log.oneIn === 1 ? log : { ...log, oneIn: 1 };
  const oneIn = lines.length === 0 ? log.oneIn : (lines.length + skipped) / lines.length;
  // Gaps that follow one another are one, but for lines that nobody looked at.
  const last = (log.at === undefined ? log.lines : log.behind).at(-1);
  const counted = last !== undefined && "skipped" in last && last.oneIn !== undefined;
  const before = skipped > 0 && counted ? last.skipped : 0;
  const gap = (all: number): Gap => ({ skipped: all, oneIn });
  const came = skipped === 0 ? lines : [gap(skipped + before), ...lines];
  const older = (all: readonly (LiveLine | Gap)[]) => (before > 0 ? all.slice(0, -1) : all);
  if (log.at === undefined) return { ...EMPTY, oneIn, lines: newest(older(log.lines), came, max) };
  const waiting = log.waiting + lines.length + skipped;
  return { ...log, oneIn, behind: newest(older(log.behind), came, max), waiting };
}

/** The log of a new question: the newest lines there are, and how many earlier ones nobody looked at for it. */
export function opened({ lines, skipped }: Batch, max: number): Log {
  return { ...EMPTY, lines: newest<LiveLine | Gap>(skipped === 0 ? [] : [{ skipped }], lines, max) };
}

/**
 * Few enough lines to be read before the next ones come: where more came than the panel holds, `few` of them, evenly
 * picked, the newest among them.
 */
export function readable({ lines, skipped }: Batch, holds: number, few: number): Batch {
  if (lines.length <= holds && skipped === 0) return { lines, skipped };
  if (lines.length <= few) return { lines, skipped };
  const picked = Array.from({ length: few }, (_, i) => Math.ceil(((i + 1) * lines.length) / few) - 1);
  return {
    lines: picked.flatMap((index) => lines[index] ?? []),
    skipped: skipped + lines.length - few,
  };
}

/** Moves by so many lines from where it is, or from the newest; past the newest it follows again. */
export function moveBy(log: Log, by: number, height: number, max: number): Log {
  const newestAt = log.lines.length - 1;
  const at = (log.at ?? newestAt) + by;
  if (by >= 0 && (log.at === undefined || at > newestAt)) return following(log, max);
  return moveTo(log, at, height);
}

/** On the line nearest to `index`, scrolled no further than needed to see it. */
export function moveTo(log: Log, index: number, height: number): Log {
  const at = Math.max(0, Math.min(log.lines.length - 1, index));
  const lowest = Math.max(0, log.lines.length - height);
  const top = log.at === undefined ? lowest : log.top;
  return { ...log, at, top: Math.max(0, Math.min(lowest, at, Math.max(top, at - height + 1))) };
}

/** The log that goes on with what came meanwhile. */
export function following(log: Log, max: number): Log {
  return { ...EMPTY, oneIn: log.oneIn, lines: newest(log.lines, log.behind, max) };
}

/** The first line on screen. */
export function topOf({ lines, at, top }: Log, height: number): number {
  return at === undefined ? Math.max(0, lines.length - height) : top;
}

function newest<T>(older: readonly T[], newer: readonly T[], max: number): readonly T[] {
  return newer.length === 0 ? older : [...older, ...newer].slice(-max);
}
