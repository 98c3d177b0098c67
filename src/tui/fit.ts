/** UTF-16 units looked at for each cell asked for: bounds the work on a 100 kB path. */
const UNITS_PER_CELL = 8;
/** Combining marks kept on one letter; a "combining storm" has hundreds. */
const MAX_MARKS = 2;
const ELLIPSIS = "…";
const REPLACEMENT = "\ufffd";

/**
 * What reaches a cell as itself: letters, digits, punctuation, symbols and blanks. Everything else (controls,
 * formats, surrogates, private use, unassigned, separators) is shown as a substitute.
 */
const PRINTABLE = /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}]$/u;

/**
 * Printable, yet joined to a neighbour or counted differently from one terminal to another: conjoining Jamo,
 * fillers, halfwidth voice marks, prepended and spacing letters of Indic scripts, Thai and Lao AM, skin tones.
 */
const UNSTEADY =
  /^[\u0980\u0c80\u0d3a\u0d4e\u0e33\u0eb3\u1100-\u11ff\u3164\ua960-\ua97f\ud7b0-\ud7ff\uff9e-\uffa0\u{111c2}\u{111c3}\u{113d1}\u{1193f}\u{11941}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]$|^\p{Emoji_Modifier}$/u;

/** The only marks every terminal agrees take no cell of their own. */
const MARK = /^[\u0300-\u034e\u0350-\u036f]$/;

/**
 * Makes text from outside harmless and exactly `width` cells wide: cut with an ellipsis, or filled with
 * blanks on the right (on the left where `right` is set). The only way text reaches a cell.
 */
export function fit(text: string, width: number, right = false): string {
  if (width <= 0) return "";
  const shown = cut(text, width);
  const blanks = width - cells(shown);
  if (blanks <= 0) return shown;
  return right ? " ".repeat(blanks) + shown : shown + " ".repeat(blanks);
}

/** The same without blanks: harmless, on one line, at most `width` cells. */
export function cut(text: string, width: number): string {
  if (width <= 0) return "";
  if (text.length <= width && isAscii(text, text.length)) return text;
  // One more, because a mark there would belong to the character before it.
  if (text.length > width && isAscii(text, width + 1)) return text.slice(0, width - 1) + ELLIPSIS;
  const seen = text.slice(0, UNITS_PER_CELL * width);
  let shown = "";
  let used = 0;
  // What remains of it where an ellipsis must follow.
  let short = "";
  let marks = MAX_MARKS;
  for (const character of seen.normalize("NFC")) {
    if (MARK.test(character)) {
      if (marks++ >= MAX_MARKS) continue;
      shown += character;
    } else {
      const glyph = glyphOf(character.codePointAt(0) as number);
      const size = Bun.stringWidth(glyph);
      if (used + size > width) return short + ELLIPSIS;
      shown += glyph;
      used += size;
      marks = glyph === character ? 0 : MAX_MARKS;
    }
    if (used < width) short = shown;
  }
  return seen.length < text.length ? short + ELLIPSIS : shown;
}

/** The cells that text from {@link cut} fills. */
export function cells(text: string): number {
  return isAscii(text, text.length) ? text.length : Bun.stringWidth(text);
}

function isAscii(text: string, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** Glyphs of the Basic Multilingual Plane that were asked for: at most 65,536 short strings. */
const known: string[] = [];

function glyphOf(code: number): string {
  if (code > 0xffff) return substitute(code);
  const glyph = known[code] ?? substitute(code);
  known[code] = glyph;
  return glyph;
}

/** The character itself where it is harmless, else one that stands for it. */
function substitute(code: number): string {
  // The pictures of the C0 controls, U+2400 to U+241F, and of DEL.
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  // Two regional indicators join to a flag: show their letters.
  if (code >= 0x1f1e6 && code <= 0x1f1ff) return String.fromCharCode(code - 0x1f1e6 + 0x41);
  const character = String.fromCodePoint(code);
  return PRINTABLE.test(character) && !UNSTEADY.test(character) ? character : REPLACEMENT;
}
