import { keyOf, type Row } from "./columns.ts";

/** Where the person is in the table. */
export interface Cursor {
  /** The row it stays with; until somebody moved, it stays in the first one. */
  readonly key?: string;
  readonly index: number;
  /** The first row on screen. */
  readonly top: number;
}

export const FIRST: Cursor = { index: 0, top: 0 };

/** `next` in the order of `previous`; rows that are new come last. */
export function keepOrder(previous: readonly Row[], next: readonly Row[]): Row[] {
  const left = new Map(next.map((row) => [keyOf(row), row]));
  const rows: Row[] = [];
  for (const old of previous) {
    const key = keyOf(old);
    const row = left.get(key);
    if (row === undefined) continue;
    rows.push(row);
    left.delete(key);
  }
  rows.push(...left.values());
  return rows;
}

/** The cursor after the rows changed: with its row, or where that is gone, in the same line. */
export function follow(cursor: Cursor, rows: readonly Row[], height: number): Cursor {
  if (cursor.key === undefined) return FIRST;
  const found = rows.findIndex((row) => keyOf(row) === cursor.key);
  return moveTo(cursor, rows, height, found < 0 ? cursor.index : found);
}

/** The cursor on the row nearest to `index`, scrolled no further than needed to see it. */
export function moveTo(cursor: Cursor, rows: readonly Row[], height: number, index: number): Cursor {
  const at = Math.max(0, Math.min(rows.length - 1, index));
  const row = rows[at];
  if (row === undefined) return FIRST;
  return { key: keyOf(row), index: at, top: firstLine(cursor.top, at, rows.length, height) };
}

/** The first of `count` lines on screen, which was `top`: moved no further than needed to see the line `at`. */
export function firstLine(top: number, at: number, count: number, height: number): number {
  const lowest = Math.max(0, count - height);
  return Math.max(0, Math.min(lowest, at, Math.max(top, at - height + 1)));
}
