import { expect, test } from "bun:test";
import fc from "fast-check";
import { compileScreen } from "./screen.ts";

/** A needle with a percent sign is met by what it encodes, or not at all: `%c3` is half of a letter. */
const character = fc.integer({ min: 32, max: 126 }).map((c) => (c === 0x25 ? "!" : String.fromCharCode(c)));
const ascii = fc.string({ unit: character, maxLength: 20 });

test("no text with a needle passes", () => {
  fc.assert(
    fc.property(
      fc.array(ascii, { minLength: 1, maxLength: 8 }),
      ascii,
      ascii,
      fc.nat(),
      (texts, a, b, pick) => {
        const needles = texts.filter((text) => text !== "").map((text) => Buffer.from(text.toLowerCase()));
        const needle = needles[pick % Math.max(1, needles.length)];
        if (needle === undefined) return;
        const text = Buffer.from(`xyz${a}${needle.toString().toUpperCase()}${b}xyz`);
        expect(compileScreen(needles)(text, 3, text.length - 3)).toBe(-1);
      },
    ),
  );
});

test("a text without one passes, and tells where its query begins", () => {
  const screen = compileScreen([Buffer.from("/wp-login.php"), Buffer.from("//")]);
  const path = Buffer.from("/products/shoes?id=1&next=?");
  expect(screen(path, 0, path.length)).toBe(path.indexOf("?"));
  expect(screen(path, 0, 9)).toBe(9);
});

test("what is rare in addresses never passes", () => {
  const screen = compileScreen([Buffer.from("/wp-login.php")]);
  for (const sign of ["%", "\\", "'", '"', "<", "$", "(", "{", "|", ";", "`"]) {
    expect(screen(Buffer.from(`/a${sign}b`), 0, 4)).toBe(-1);
  }
});
