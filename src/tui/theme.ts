/** Whose colours: for a dark or a light background, or only the 16 that the terminal itself gives a look. */
export const THEMES = ["dark", "light", "basic"] as const;
export type Theme = (typeof THEMES)[number];
/** `auto`: what the terminal's name allows and its background asks for. */
export type ThemeChoice = Theme | "auto";

/**
 * What a colour of the palette, which is made for a dark background, becomes: another of the 256-colour table, or the
 * terminal's own foreground where none is safe. What is not named stays.
 */
const SUBSTITUTES: Readonly<Record<Theme, Readonly<Record<number, number | "foreground">>>> = {
  dark: {},
  // Most people's green, yellow and cyan are made for black; on white they are at 1.3 to 2 to 1.
  light: { 1: 160, 2: 28, 3: 130, 4: 25, 5: 90, 6: 23, 67: 25, 241: 245, 245: 242 },
  // Not 8, which some themes give the background's colour; not 4, which is hardly seen on black.
  basic: { 67: 6, 241: "foreground", 245: "foreground" },
};

/** The colour that stands for one of the palette; undefined: the terminal's own foreground. */
export function colorIn(theme: Theme, color: number): number | undefined {
  const substitute = SUBSTITUTES[theme][color] ?? color;
  if (substitute === "foreground" || (theme === "basic" && substitute > 15)) return undefined;
  return substitute;
}

/** How many colours a terminal has, as far as its name tells. */
export type Depth = "none" | "basic" | "many";

/** Terminals of one colour: DEC's, and whatever says so of itself. */
const MONOCHROME = /^(?:vt\d|ansi$)|-(?:m|mono)$/;
/** Names of terminals that promise no more than 16; many a terminal bears one and has more. */
const FEW = /^(?:linux|xterm|screen|rxvt|putty|cygwin)$|-(?:8|16)color$/;

/** What the variables TERM and COLORTERM promise. */
export function depthOf(term: string, colorterm: string): Depth {
  if (colorterm === "truecolor" || colorterm === "24bit") return "many";
  if (MONOCHROME.test(term)) return "none";
  return FEW.test(term) ? "basic" : "many";
}

/**
 * The background that COLORFGBG names (`15;0`, `0;default;15`), as rxvt and konsole set it: often missing, and
 * wrong where somebody changed colours since.
 */
export function backgroundOf(colorfgbg: string): "dark" | "light" | undefined {
  const [, last] = /;(\d{1,2})$/.exec(colorfgbg) ?? [];
  if (last === undefined || Number(last) > 15) return undefined;
  return Number(last) < 7 || Number(last) === 8 ? "dark" : "light";
}
