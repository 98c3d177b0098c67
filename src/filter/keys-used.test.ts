import { expect, test } from "bun:test";
import { keysUsed } from "./keys-used.ts";

test.each([
  ["seen>1 -ptr:google word", ["seen", "ptr"]],
  ["status:404 status:500", ["status"]],
  ["", []],
  ["no:such", []],
])("%j", (text, keys) => {
  expect([...keysUsed(text)]).toEqual(keys);
});
