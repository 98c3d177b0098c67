import { expect, test } from "bun:test";
import { actionOf, footerOf, helpOf, isBuiltIn, KEYMAP, type Mode } from "./keymap.ts";

const MODES: readonly Mode[] = [
  ...(["main", "filter", "detail", "help", "form"] as const),
  ...(["block", "armed", "blocks", "unblocking", "hook"] as const),
];

test("no key has two meanings in a mode", () => {
  for (const mode of MODES) {
    const keys = KEYMAP.filter(({ modes }) => modes.includes(mode)).flatMap((binding) => binding.keys);
    expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
  }
});

test("what is listed can be pressed, and says which key it is", () => {
  for (const binding of [...helpOf(), ...MODES.flatMap(footerOf)]) {
    expect(binding.label).toBeDefined();
    for (const mode of binding.modes) {
      for (const key of binding.keys) expect(actionOf(mode, key)).toBe(binding.action);
    }
  }
});

test("every mode can be left, and the console from every mode", () => {
  for (const mode of MODES) expect(actionOf(mode, "ctrl+c")).toBe("quit");
  expect([actionOf("filter", "escape"), actionOf("detail", "escape"), actionOf("help", "escape")]).toEqual([
    "filter-clear",
    "close",
    "close",
  ]);
  for (const mode of ["block", "armed", "blocks", "hook"] as const)
    expect(actionOf(mode, "escape")).toBe("close");
  expect(actionOf("unblocking", "escape")).toBe("unblock-no");
  expect(actionOf("main", "nothing")).toBeUndefined();
});

test("what the panels or a detail hear is no key for a hook", () => {
  expect(["b", "B", "y", "?", "!", "c", "space"].map(isBuiltIn)).not.toContain(false);
  expect(["1", "9", "z", "x"].map(isBuiltIn)).not.toContain(true);
});
