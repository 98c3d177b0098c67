import type { Strip } from "../model/snapshot.ts";
import { ACTIVITY, type Records, read } from "./record.ts";

/** What a strip counts: the number of each row. */
export const ROW = { requests: 0, connections: 1, errors: 2, authFailures: 3 } as const satisfies Record<
  keyof Strip,
  number
>;
export type StripRow = (typeof ROW)[keyof typeof ROW];

const MINUTES = 64;
const SHOWN = 60;
const ROWS = 4;
const SIZE = ROWS * MINUTES;

/**
 * Minute-by-minute counts of the last hour for as many addresses as the pool has strips: 512 bytes
 * each, too much for all 65,536, and only what somebody may look at needs them.
 */
export interface Strips {
  readonly counts: Uint16Array;
  readonly newest: Uint32Array;
  /** Slot that owns each strip, -1 when free. */
  readonly owner: Int32Array;
  /** Strip of each slot, -1 when it has none. */
  readonly of: Int32Array;
  used: number;
  hand: number;
}

export function createStrips(slots: number, pool: number): Strips {
  return {
    counts: new Uint16Array(SIZE * pool),
    newest: new Uint32Array(pool),
    owner: new Int32Array(pool).fill(-1),
    of: new Int32Array(slots).fill(-1),
    used: 0,
    hand: 0,
  };
}

/**
 * Gives `slot` a strip if it has none: a free one, else that of the least activity among the next
 * eight of the pool, if that is less than its own.
 */
export function claimStrip(strips: Strips, slot: number, records: Records): void {
  if (strips.of[slot] !== -1) return;
  const pool = strips.owner.length;
  let strip = -1;
  if (strips.used < pool) {
    while (strips.owner[strips.hand] !== -1) strips.hand = (strips.hand + 1) % pool;
    strip = strips.hand;
  } else {
    let least = read(records, slot, ACTIVITY);
    for (let i = 0; i < 8; i++) {
      strips.hand = (strips.hand + 1) % pool;
      const rival = read(records, strips.owner[strips.hand] as number, ACTIVITY);
      if (rival < least) {
        least = rival;
        strip = strips.hand;
      }
    }
    if (strip < 0) return;
    releaseStrip(strips, strips.owner[strip] as number);
  }
  strips.owner[strip] = slot;
  strips.of[slot] = strip;
  strips.newest[strip] = 0;
  strips.counts.fill(0, SIZE * strip, SIZE * (strip + 1));
  strips.used++;
}

export function releaseStrip(strips: Strips, slot: number): void {
  const strip = strips.of[slot] as number;
  if (strip < 0) return;
  strips.of[slot] = -1;
  strips.owner[strip] = -1;
  strips.used--;
}

/** Adds `n` to a row at `minute`, or for connections keeps the higher. A slot without a strip: nothing. */
export function bumpStrip(strips: Strips, slot: number, row: StripRow, minute: number, n: number): void {
  const strip = strips.of[slot] as number;
  if (strip < 0) return;
  const newest = strips.newest[strip] as number;
  if (minute > newest) {
    const stale = Math.min(minute - newest, MINUTES);
    for (let r = 0; r < ROWS; r++) {
      for (let i = 0; i < stale; i++) strips.counts[cell(strip, r, minute - i)] = 0;
    }
    strips.newest[strip] = minute;
  } else if (newest - minute >= MINUTES) return;
  const at = cell(strip, row, minute);
  const value = strips.counts[at] as number;
  strips.counts[at] = Math.min(row === ROW.connections ? Math.max(value, n) : value + n, 0xffff);
}

/** The 60 minutes of a slot that end with `minute`, or undefined where it has no strip. */
export function readStrip(strips: Strips, slot: number, minute: number): Strip | undefined {
  const strip = strips.of[slot] as number;
  if (strip < 0) return undefined;
  const newest = strips.newest[strip] as number;
  const shown = (row: StripRow): number[] =>
    Array.from({ length: SHOWN }, (_, i) => {
      const m = minute - SHOWN + 1 + i;
      if (m > newest || newest - m >= MINUTES) return 0;
      return strips.counts[cell(strip, row, m)] as number;
    });
  return {
    requests: shown(ROW.requests),
    connections: shown(ROW.connections),
    errors: shown(ROW.errors),
    authFailures: shown(ROW.authFailures),
  };
}

function cell(strip: number, row: number, minute: number): number {
  return SIZE * strip + MINUTES * row + (minute & (MINUTES - 1));
}
