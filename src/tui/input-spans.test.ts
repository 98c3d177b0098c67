import { expect, test } from "bun:test";
import { cells } from "./fit.ts";
import { inputSpans } from "./input-spans.ts";
import { PALETTE } from "./palette.ts";

test.each([
  ["abc", 3, 20],
  ["abc", 0, 20],
  ["x".repeat(300), 300, 40],
  ["x".repeat(300), 150, 40],
  ["日".repeat(110), 110, 100],
  ["日".repeat(60), 30, 57],
  ["", 0, 5],
])("the cursor of %j at %d is among %d cells", (text, at, width) => {
  const spans = inputSpans({ text, at }, width);
  const cursor = spans.findIndex(([, style]) => style === PALETTE.selected);
  expect(cursor).toBeGreaterThanOrEqual(0);
  expect(
    cells(
      spans
        .slice(0, cursor)
        .map(([shown]) => shown)
        .join(""),
    ),
  ).toBeLessThan(width);
});
