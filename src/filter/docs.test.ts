import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { compileFilter } from "./filter.ts";
import { KEYS } from "./keys.ts";

const PAGE = readFileSync(new URL("../../docs/filter.md", import.meta.url), "utf8");

test.each(KEYS)("docs/filter.md tells the key $name", ({ name, examples, help }) => {
  const row = PAGE.split("\n").find((line) => line.startsWith(`| \`${name}\` | `)) ?? "";
  for (const example of examples) expect(row).toContain(`\`${example}\``);
  if (name !== "is") expect(row.replaceAll("`", "")).toContain(help);
});

test("every filter on the page of a command compiles", () => {
  const filters = [...PAGE.matchAll(/--filter '([^']+)'/g)].map(([, filter]) => filter ?? "");
  expect(filters.length).toBeGreaterThan(2);
  for (const filter of filters) expect(compileFilter(filter)).not.toHaveProperty("message");
});
