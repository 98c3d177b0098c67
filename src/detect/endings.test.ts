import { expect, test } from "bun:test";
import { ENDINGS, isStatic } from "./endings.ts";

function ends(path: string): boolean {
  return isStatic(Buffer.from(path), 0, Buffer.byteLength(path));
}

test.each(ENDINGS)("/a.%s is static, in any case", (ending) => {
  expect(ends(`/a/b.${ending}`)).toBe(true);
  expect(ends(`/a.${ending.toUpperCase()}`)).toBe(true);
});

test.each([
  "/",
  "/a.",
  "/css",
  "/a.css/",
  "/a.css/b",
  "/a.cssx",
  "/a.xcss",
  "/a.php",
  "/.well-known",
  "/a.jpeg2",
  "",
])("%p is not", (path) => {
  expect(ends(path)).toBe(false);
});
