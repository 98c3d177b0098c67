import type { Ip } from "../model/ip.ts";
import type { IpProfile } from "../model/snapshot.ts";

/** Where the person is in the table. */
export interface Cursor {
  /** The address it stays with; until somebody moved, it stays in the first row. */
  readonly ip?: Ip;
  readonly index: number;
  /** The first row on screen. */
  readonly top: number;
}

export const FIRST: Cursor = { index: 0, top: 0 };

/** `next` in the order of `previous`; rows that are new come last. */
export function keepOrder(previous: readonly IpProfile[], next: readonly IpProfile[]): IpProfile[] {
  const left = new Map(next.map((row) => [row.ip, row]));
  const rows: IpProfile[] = [];
  for (const { ip } of previous) {
    const row = left.get(ip);
    if (row === undefined) continue;
    rows.push(row);
    left.delete(ip);
  }
  rows.push(...left.values());
  return rows;
}

/** The cursor after the rows changed: with its address, or where that is gone, in the same line. */
export function follow(cursor: Cursor, rows: readonly IpProfile[], height: number): Cursor {
  if (cursor.ip === undefined) return FIRST;
  const found = rows.findIndex(({ ip }) => ip === cursor.ip);
  return moveTo(cursor, rows, height, found < 0 ? cursor.index : found);
}

/** The cursor on the row nearest to `index`, scrolled no further than needed to see it. */
export function moveTo(cursor: Cursor, rows: readonly IpProfile[], height: number, index: number): Cursor {
  const at = Math.max(0, Math.min(rows.length - 1, index));
  const row = rows[at];
  if (row === undefined) return FIRST;
  const lowest = Math.max(0, rows.length - height);
  const top = Math.max(0, Math.min(lowest, at, Math.max(cursor.top, at - height + 1)));
  return { ip: row.ip, index: at, top };
}
