import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { KEYMAP } from "../src/tui/keymap.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test.each(KEYMAP.flatMap(({ label, help }) => (label && help ? [[label, help]] : [])))(
  "the README tells the key %s",
  (label, help) => {
    expect(README).toContain(`| \`${label}\` | ${help} |`);
  },
);

test("the README's screen is what the console shows", () => {
  const frame = readFileSync(new URL("console/goldens/120x36/main.txt", import.meta.url), "utf8");
  expect(README).toContain(`\`\`\`\n${frame}\`\`\`\n`);
});
