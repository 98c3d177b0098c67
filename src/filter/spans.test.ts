import { expect, test } from "bun:test";
import fc from "fast-check";
import { filterSpans } from "./spans.ts";

function shown(text: string): string[] {
  return filterSpans(text).map(({ start, end, kind }) => `${kind} ${text.slice(start, end)}`);
}

const cases: [filter: string, spans: string[]][] = [
  ["", []],
  [" word ", ["text word"]],
  ["-status:404,5xx", ["negation -", "key status", "operator :", "value 404", "operator ,", "value 5xx"]],
  ["rate > 60", ["key rate", "operator >", "value 60"]],
  ['path:"/a b" x', ["key path", "operator :", 'value "/a b"', "text x"]],
  ["foo:bar get", ["error foo", "operator :", "value bar", "text get"]],
  ["status:404,9 x", ["key status", "operator :", "value 404", "operator ,", "error 9", "text x"]],
  ['path:"/a', ["key path", "operator :", 'error "/a']],
  ["state:est,", ["key state", "operator :", "value est", "error ,"]],
];
test.each(cases)("%p", (filter, spans) => {
  expect(shown(filter)).toEqual(spans);
});

test("what is beyond the longest filter, and a term too many, is wrong", () => {
  expect(shown(`${"x".repeat(1_024)}yz`).at(-1)).toBe("error yz");
  expect(filterSpans("a ".repeat(65)).at(-1)).toEqual({ start: 128, end: 129, kind: "error" });
});

test("spans of any text lie in it, in order, and only blanks lie between them", () => {
  const pieces = fc.constantFrom(" ", "-", ":", ">", ",", '"', "rate", "path", "9", "\u0000", "\ud800", "x");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (all) => {
      const text = all.join("");
      let at = 0;
      for (const { start, end } of filterSpans(text)) {
        expect(text.slice(at, start).trim()).toBe("");
        expect(start).toBeLessThan(end);
        at = end;
      }
      expect(text.slice(at).trim()).toBe("");
    }),
  );
});
