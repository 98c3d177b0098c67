/**
 * Counts per second of event time for every slot, 64 seconds deep: one minute back, and four seconds
 * ahead for lines stamped just after the last tick. Nothing has to be rolled: a slot's stale seconds
 * are cleared when it is written next, and ignored when it is read.
 */
export interface Windows {
  readonly counts: Uint16Array;
  /** The newest second written, per slot. */
  readonly newest: Uint32Array;
}

/** Seconds of each. */
export const DEPTH = 64;
/** How far (s) ahead of core time a count may stand without pushing out seconds still asked for. */
export const AHEAD = 4;

export function createWindows(slots: number): Windows {
  return { counts: new Uint16Array(DEPTH * slots), newest: new Uint32Array(slots) };
}

/** Adds `n` at `second`; seconds too old for the window are left out. A second's count stops at 65,535. */
export function bumpWindow(windows: Windows, slot: number, second: number, now: number, n: number): void {
  const at = Math.min(second, now + AHEAD);
  const newest = windows.newest[slot] as number;
  const base = DEPTH * slot;
  if (at > newest) {
    const stale = Math.min(at - newest, DEPTH);
    for (let i = 0; i < stale; i++) windows.counts[base + ((at - i) & (DEPTH - 1))] = 0;
    windows.newest[slot] = at;
  } else if (newest - at >= DEPTH) return;
  const cell = base + (at & (DEPTH - 1));
  windows.counts[cell] = Math.min((windows.counts[cell] as number) + n, 0xffff);
}

/** The counts of the `span` (at most 60) seconds that end with `now`. */
export function sumWindow(windows: Windows, slot: number, now: number, span: number): number {
  const first = now - span + 1;
  const length = Math.min(span, (windows.newest[slot] as number) - first + 1);
  let sum = 0;
  for (let i = 0; i < length; i++) {
    sum += windows.counts[DEPTH * slot + ((first + i) & (DEPTH - 1))] as number;
  }
  return sum;
}

export function clearWindow(windows: Windows, slot: number): void {
  // Of who never asked for anything there is nothing, and a write would cost memory.
  if (windows.newest[slot] === 0) return;
  windows.newest[slot] = 0;
  windows.counts.fill(0, DEPTH * slot, DEPTH * (slot + 1));
}

/** One value per second for the host, for rates and sparklines. */
export interface Series {
  readonly values: Float64Array;
  newest: number;
}

export function createSeries(): Series {
  return { values: new Float64Array(DEPTH), newest: 0 };
}

/** Adds to a second of the series, as {@link bumpWindow} does for a slot. */
export function bumpSeries(series: Series, second: number, now: number, n: number): void {
  const cell = reach(series, Math.min(second, now + AHEAD));
  if (cell >= 0) series.values[cell] = (series.values[cell] as number) + n;
}

/**
 * Sets the seconds after `since` up to `second` to `value`: a rate measured between the two, which
 * need not lie one second apart.
 */
export function setSeries(series: Series, since: number, second: number, now: number, value: number): void {
  const last = Math.min(second, now + AHEAD);
  const length = Math.min(Math.max(last - since, 1), DEPTH);
  for (let i = length - 1; i >= 0; i--) {
    const cell = reach(series, last - i);
    if (cell >= 0) series.values[cell] = value;
  }
}

/** The cell of a second, with the seconds skipped up to it cleared; -1 when it is too old. */
function reach(series: Series, second: number): number {
  if (second > series.newest) {
    const stale = Math.min(second - series.newest, DEPTH);
    for (let i = 0; i < stale; i++) series.values[(second - i) & (DEPTH - 1)] = 0;
    series.newest = second;
  } else if (series.newest - second >= DEPTH) return -1;
  return second & (DEPTH - 1);
}

/** The value of one second, 0 outside the window. */
export function seriesAt(series: Series, second: number): number {
  if (second > series.newest || series.newest - second >= DEPTH) return 0;
  return series.values[second & (DEPTH - 1)] as number;
}

/** The sum of the `span` seconds that end with `now`. */
export function sumSeries(series: Series, now: number, span: number): number {
  let sum = 0;
  for (let i = 0; i < span; i++) sum += seriesAt(series, now - i);
  return sum;
}

/** The 60 values that end with `now`, oldest first. */
export function lastMinute(series: Series, now: number): number[] {
  return Array.from({ length: 60 }, (_, i) => seriesAt(series, now - 59 + i));
}
