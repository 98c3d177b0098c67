import type { Severity } from "../model/snapshot.ts";
import { PALETTE, type Style } from "./palette.ts";

/** How a severity looks. Its sign tells it without colours; a weak hint has none, it must not draw the eye. */
export const SEVERITIES = {
  info: { sign: "", style: PALETTE.dim },
  warning: { sign: "△", style: PALETTE.warning },
  critical: { sign: "▲", style: PALETTE.bad },
} as const satisfies Record<Severity, { readonly sign: string; readonly style: Style }>;
