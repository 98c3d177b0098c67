/** New peers a second above which each costs more than it tells. */
const MANY = 10_000;
/** Of `mask` + 1 packets of unknown peers one lets its peer in. A step down at most fourfolds those that are let in. */
const MASKS: readonly number[] = [0, 3, 15, 63, 255];
/** In windows shorter than that (ms) each peer is new more often, and what came at once fits the table. */
const SHORTEST = 1000;
/** How full a table may be before the quietest peers in it would go. */
const FULL = 0.9;

/** What one window brought. */
export interface Arrivals {
  /** The mask it had. */
  readonly mask: number;
  readonly milliseconds: number;
  /** Peers that were let in. */
  readonly fresh: number;
  /** Peers a table holds. */
  readonly entries: number;
}

/**
 * The admission mask from now on: 0 lets everybody in. In a flood of forged sources nearly each packet is of a new peer, and
 * to make room for it costs several times what counting does. How many would come without a mask is not known while there
 * is one, so it is lowered a step with each window that let few in: what is too much costs one window, and who was kept
 * out is let in again some seconds after a flood.
 */
export function admissionMask({ mask, milliseconds, fresh, entries }: Arrivals): number {
  const most = Math.min((MANY * Math.max(SHORTEST, milliseconds)) / 1000, FULL * entries);
  if (fresh <= most) return MASKS.findLast((lower) => lower < mask) ?? 0;
  const needed = (fresh * (mask + 1)) / most - 1;
  return MASKS.find((higher) => higher > mask && higher >= needed) ?? 255;
}
