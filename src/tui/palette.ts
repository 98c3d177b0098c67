/** How text looks: a colour of the 256-colour table (the terminal's own where absent) and attributes. */
export interface Style {
  readonly color?: number;
  readonly bold?: true;
  readonly inverse?: true;
}

/**
 * Every look there is, on a dark background; `theme.ts` has what stands for each colour elsewhere. Colours 0-15 are the
 * user's own; greys and the sparklines' blue come from the fixed table, because a theme may give colour 8 the
 * background's. None means anything by itself: a sign or a word stands beside it.
 */
export const PALETTE = {
  plain: {},
  strong: { bold: true },
  /** Labels, old rows, times. */
  dim: { color: 245 },
  /** Frames and separators. */
  faint: { color: 241 },
  good: { color: 2 },
  notice: { color: 6 },
  warning: { color: 3 },
  bad: { color: 1, bold: true },
  spark: { color: 67 },
  focus: { color: 6, bold: true },
  selected: { inverse: true },
  badge: { inverse: true, bold: true },
} as const satisfies Record<string, Style>;
