/** New peers a second above which each costs more than it tells. */
const MANY = 10_000;
/** From so many a second on only one of `mask` + 1 packets of an unknown peer lets it in. */
const STEPS: readonly (readonly [newPerSecond: number, mask: number])[] = [
  [200_000, 255],
  [50_000, 63],
  [MANY, 15],
];
/** In windows shorter than that (ms) each peer is new more often, and what came at once fits the table. */
const SHORTEST = 1000;
/** How full a table may be before the quietest peers in it would go. */
const FULL = 0.9;

/** What one window brought. */
export interface Arrivals {
  readonly milliseconds: number;
  /** Peers that were let in, and packets of those that were not. */
  readonly fresh: number;
  readonly refused: number;
  /** Peers a table holds. */
  readonly entries: number;
}

/**
 * The admission mask for the next window: 0 lets everybody in. In a flood of forged sources nearly each packet is of a new
 * peer, and to make room for it costs several times what counting does.
 */
export function admissionMask({ milliseconds, fresh, refused, entries }: Arrivals): number {
  const perSecond = (1000 * (fresh + refused)) / Math.max(SHORTEST, milliseconds);
  const step = STEPS.find(([least]) => perSecond > least);
  if (step !== undefined) return step[1];
  return fresh > FULL * entries ? 15 : 0;
}
