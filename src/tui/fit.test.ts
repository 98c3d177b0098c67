import { describe, expect, test } from "bun:test";
import { createTestRenderer } from "@opentui/core/testing";
import fc from "fast-check";
import { cells, cut, fit } from "./fit.ts";

describe("fit", () => {
  const cases: readonly (readonly [name: string, text: string, width: number, expected: string])[] = [
    ["fills with blanks", "abc", 5, "abc  "],
    ["leaves what fits", "abc", 3, "abc"],
    ["cuts with an ellipsis", "abcdef", 4, "abc…"],
    ["cuts to nothing but an ellipsis", "abcdef", 1, "…"],
    ["has no cells", "abc", 0, ""],
    ["has fewer than no cells", "abc", -3, ""],
    ["shows controls as pictures", "a\x1b[31m\n\r\t\x00\x07\x7f", 13, "a␛[31m␊␍␉␀␇␡ "],
    [
      "shows C1, bidi, zero width, tags, private use",
      "\x9b\u202e\u2066\u200b\ufeff\u{e0041}\ue000",
      7,
      "�������",
    ],
    ["shows separators and a soft hyphen", "\u2028\u2029\u00ad", 3, "���"],
    ["shows lone surrogates", "a\ud800b\udc00", 4, "a�b�"],
    ["counts wide characters twice", "日本語", 6, "日本語"],
    ["fills where a wide character does not fit", "日本語", 5, "日本…"],
    ["never shows half of one", "日本語", 4, "日… "],
    ["takes joined emoji apart", "👩‍💻", 5, "👩�💻"],
    ["drops nothing of a skin tone but its colour", "👍🏽!", 4, "👍�!"],
    ["spells flags", "🇩🇪", 2, "DE"],
    ["composes what can be composed", "e\u0301", 1, "é"],
    ["keeps two marks of a storm", `q${"\u0301".repeat(300)}`, 2, "q\u0301\u0301…"],
    ["does not let a mark begin a cell", "\u0301a", 3, "a  "],
    ["leaves markup alone", "/[/x] [red]", 11, "/[/x] [red]"],
  ];
  for (const [name, text, width, expected] of cases) {
    test(name, () => expect(fit(text, width)).toBe(expected));
  }

  test("fills on the left for numbers", () => expect(fit("12", 5, true)).toBe("   12"));

  test("looks at no more of a huge text than it shows", () => {
    expect(fit("/".repeat(100_000), 10)).toBe("/////////…");
    expect(fit(`\u0301${"\u0301".repeat(100_000)}`, 4)).toBe("…   ");
  });
});

/** Anything a log may hold: ASCII, controls, any code point, lone surrogates, storms of marks. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        "\x1b[2J",
        "\u202e",
        "\u200d",
        "\ufe0f",
        "🏳️‍🌈",
        "👍🏽",
        "ᄀ",
        "ᅡ",
        "ำ",
        "日",
        "\u0301".repeat(40),
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u3164]|\p{Variation_Selector}/u;

describe("whatever comes", () => {
  test("fit is exactly as wide as asked, and holds nothing that can do harm", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 60 }), fc.boolean(), (text, width, right) => {
        const fitted = fit(text, width, right);
        expect(cells(fitted)).toBe(width);
        expect(fitted).not.toMatch(FORBIDDEN);
        expect(fitted.isWellFormed()).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("cut never exceeds its width, and cutting twice changes nothing", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 60 }), (text, width) => {
        const once = cut(text, width);
        expect(cells(once)).toBeLessThanOrEqual(width);
        expect(cut(once, width)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  test("the terminal library counts the same cells", async () => {
    const { renderer, dispose } = await createTestRenderer({ width: 10, height: 1 });
    const widthOf = (text: string): number => {
      const encoded = renderer.nextRenderBuffer.encodeUnicode(text);
      const width = encoded.data.reduce((sum, glyph) => sum + glyph.width, 0);
      renderer.nextRenderBuffer.freeUnicode(encoded);
      return width;
    };
    fc.assert(
      fc.property(hostile, (text) => expect(widthOf(fit(text, 40))).toBe(40)),
      { numRuns: 2_000 },
    );
    await dispose();
  });
});
