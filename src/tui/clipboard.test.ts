import { expect, test } from "bun:test";
import { clipboardSequence, isCopyable } from "./clipboard.ts";

test("what may be copied stays under 100,000 bytes on its way, however many bytes a character has", () => {
  const most = "x".repeat(74_994);
  expect(isCopyable(most)).toBe(true);
  expect(clipboardSequence(most).length).toBeLessThanOrEqual(100_000);
  expect(isCopyable(`${most}x`)).toBe(false);
  expect(isCopyable("ä".repeat(37_497))).toBe(true);
  expect(isCopyable("ä".repeat(37_498))).toBe(false);
});

test("nothing of a text is obeyed on its way to the clipboard", () => {
  expect(clipboardSequence("a\n\x1b]0;x\x07")).toBe("\x1b]52;c;YQobXTA7eAc=\x07");
});
