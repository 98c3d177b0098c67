import { describe, expect, test } from "bun:test";
import { PALETTE, type Style } from "./palette.ts";
import { backgroundOf, colorIn, depthOf, THEMES } from "./theme.ts";

/** xterm's own 16, from its XTerm-col.ad; where a person has others, they were chosen for the background there. */
const OWN = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** A colour of the 256-colour table: xterm's 256colres.pl. */
function rgb(color: number): readonly number[] {
  if (color < 16) return OWN[color] as number[];
  if (color >= 232) return Array(3).fill(8 + 10 * (color - 232));
  const cube = color - 16;
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((level) =>
    level === 0 ? 0 : 55 + 40 * level,
  );
}

/** Relative luminance and contrast of WCAG 2.1. */
function luminance(color: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = color
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const BACKGROUNDS = { dark: [0, 0, 0], light: [255, 255, 255] };
const styles = Object.entries(PALETTE as Record<string, Style>).flatMap(([name, { color, bold }]) =>
  color === undefined ? [] : [{ name, color, bold }],
);

describe.each(["dark", "light"] as const)("on a %s background", (theme) => {
  test.each(styles)("$name can be read", ({ name, color, bold }) => {
    // WCAG's 4.5 for text, 3 for what is no text; a user's own red on black is at 3.6, so it is bold.
    const enough = name === "faint" || (theme === "dark" && bold) ? 3 : 4.5;
    expect(contrast(rgb(colorIn(theme, color) as number), BACKGROUNDS[theme])).toBeGreaterThanOrEqual(enough);
  });
});

test("the basic theme uses nothing beyond the 16, and no grey of them", () => {
  for (const { color } of styles) {
    const shown = colorIn("basic", color);
    expect([undefined, 1, 2, 3, 5, 6]).toContain(shown);
  }
});

test("every theme knows every colour of the table", () => {
  for (const theme of THEMES) {
    for (let color = 0; color < 256; color++) {
      const shown = colorIn(theme, color) ?? 0;
      expect(shown).toBeGreaterThanOrEqual(0);
      expect(shown).toBeLessThan(theme === "basic" ? 16 : 256);
    }
  }
});

test.each([
  ["linux", "", "basic"],
  ["xterm", "", "basic"],
  ["xterm", "truecolor", "many"],
  ["screen", "", "basic"],
  ["xterm-16color", "", "basic"],
  ["putty", "", "basic"],
  ["xterm-256color", "", "many"],
  ["screen.xterm-256color", "", "many"],
  ["xterm-kitty", "", "many"],
  ["foot", "", "many"],
  ["vt100", "", "none"],
  ["vt220", "", "none"],
  ["ansi", "", "none"],
  ["xterm-mono", "", "none"],
  ["rxvt-m", "", "none"],
] as const)("TERM=%s COLORTERM=%s has colours: %s", (term, colorterm, depth) => {
  expect(depthOf(term, colorterm)).toBe(depth);
});

test.each([
  ["15;0", "dark"],
  ["0;default;15", "light"],
  ["0;7", "light"],
  ["12;8", "dark"],
  ["default;default", undefined],
  ["15;99", undefined],
  ["", undefined],
] as const)("COLORFGBG=%s is %s", (value, background) => {
  expect(backgroundOf(value)).toBe(background);
});
