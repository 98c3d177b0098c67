import type { LiveLine, NumberedAlert } from "../model/snapshot.ts";

/** Lines that are not shown there. */
export interface Gap {
  readonly skipped: number;
  /** Of those and the lines that follow, each so many-eth is shown; absent for lines that were never looked at. */
  readonly oneIn?: number;
}

/** What stands in one line of the live panel. */
export type Entry = LiveLine | NumberedAlert | Gap;

/** The lines of the live panel. */
export interface Log {
  /** Oldest first. They do not change while somebody has stopped them. */
  readonly lines: readonly Entry[];
  /** The line somebody is on; undefined follows what comes. */
  readonly at?: number;
  /** The first line on screen while stopped. */
  readonly top: number;
  /** What came since: the newest of it, and how many lines in all. */
  readonly behind: readonly Entry[];
  readonly waiting: number;
  /** Of the newest lines that came together, how many there were for each one that is shown; 1 for all. */
  readonly oneIn: number;
}

export const EMPTY: Log = { lines: [], top: 0, behind: [], waiting: 0, oneIn: 1 };

/** What came since the last time. */
interface Batch {
  readonly lines: readonly LiveLine[];
  readonly alerts: readonly NumberedAlert[];
  /** Lines that are not among them. */
  readonly skipped: number;
}

/** The log with new lines, the newest `max` of them kept, and a mark where lines were left out. */
export function append(log: Log, batch: Batch, max: number): Log {
  const { lines, alerts, skipped } = batch;
  const all = lines.length + skipped;
  const oneIn = all === 0 ? 1 : lines.length === 0 ? log.oneIn : all / lines.length;
  if (all === 0 && alerts.length === 0) return log.oneIn === 1 ? log : { ...log, oneIn };
  // Gaps that follow one another are one, but for lines that nobody looked at.
  const last = (log.at === undefined ? log.lines : log.behind).at(-1);
  const counted = last !== undefined && "skipped" in last && last.oneIn !== undefined;
  const before = skipped > 0 && counted ? last.skipped : 0;
  const gap: Gap = { skipped: skipped + before, oneIn };
  const came = skipped === 0 ? placed(batch) : [gap, ...placed(batch)];
  const older = (entries: readonly Entry[]) => (before > 0 ? entries.slice(0, -1) : entries);
  if (log.at === undefined) return { ...EMPTY, oneIn, lines: newest(older(log.lines), came, max) };
  const waiting = log.waiting + all + alerts.length;
  return { ...log, oneIn, behind: newest(older(log.behind), came, max), waiting };
}

/** The log of a new question: the newest lines there are, and how many earlier ones nobody looked at for it. */
export function opened(batch: Batch, max: number): Log {
  const { skipped } = batch;
  return { ...EMPTY, lines: newest<Entry>(skipped === 0 ? [] : [{ skipped }], placed(batch), max) };
}

/** The lines with the alerts among them, each behind the line that it was raised after, or behind what is left of it. */
function placed({ lines, alerts }: Batch): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  for (const alert of alerts) {
    for (let line = lines[at]; line !== undefined && line.seq <= alert.after; line = lines[++at])
      entries.push(line);
    entries.push(alert);
  }
  return [...entries, ...lines.slice(at)];
}

/**
 * Few enough lines to be read before the next ones come: where more came than the panel holds, `few` of them, evenly
 * picked, the newest among them. Alerts are never among those left out.
 */
export function readable(batch: Batch, holds: number, few: number): Batch {
  const { lines, alerts, skipped } = batch;
  if (lines.length <= holds && skipped === 0) return batch;
  if (lines.length <= few) return batch;
  const picked = Array.from({ length: few }, (_, i) => Math.ceil(((i + 1) * lines.length) / few) - 1);
  return {
    lines: picked.flatMap((index) => lines[index] ?? []),
    alerts,
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
