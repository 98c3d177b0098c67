import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { example } from "./example.ts";
import { OPTION_LIST } from "./options.ts";
import { withOptions } from "./readme.ts";
import { readToml } from "./toml.ts";

const root = join(import.meta.dir, "../..");
const KEY = /^#(?=[a-z0-9_]+ = )/gm;
const README = join(root, "README.md");

test("the example file sets nothing, and with its keys uncommented every default", () => {
  expect(readToml("example", example())).toEqual(new Map());
  const defaults = OPTION_LIST.flatMap(([name, { type, default: assumed }]): [string, unknown][] =>
    type.tables === undefined ? [[name, assumed]] : [],
  );
  // Its tables are examples: there are none by default.
  const plain = example().replace(/^#\[\[(?:.+\n)+/gm, "");
  const uncommented = plain.replace(KEY, "");
  expect(readToml("example", uncommented)).toEqual(new Map(defaults) as never);
});

test("its tables, with their keys uncommented, hold what is told of them", () => {
  const uncommented = example()
    .replace(/^#(?=\[\[)/gm, "")
    .replace(KEY, "");
  const settings = readToml("example", uncommented);
  for (const [name, { type }] of OPTION_LIST) {
    if (type.tables === undefined) continue;
    const [table] = settings.get(name) as Record<string, unknown>[];
    expect(Object.keys(table ?? {})).toEqual(Object.keys(type.tables));
  }
});

test("the repository holds what the tables say: else, npm run generate", () => {
  expect(readFileSync(join(root, "config.example.toml"), "utf8")).toBe(example());
  const readme = existsSync(README) ? readFileSync(README, "utf8") : "";
  expect(withOptions(readme)).toBe(readme);
});

test("the table of options goes between its markers and nowhere else", () => {
  expect(withOptions("# x\n")).toBe("# x\n");
  const once = withOptions("a\n<!-- options -->\nstale text\n<!-- /options -->\nb\n");
  expect(once).toStartWith("a\n<!-- options -->\n\n| Flag |");
  expect(once).toEndWith("|\n\n<!-- /options -->\nb\n");
  expect(once).not.toContain("stale text");
  expect(once.split("\n")).toContain(
    "| `--log-format` | `log.format` `log_format` | `NETHERGAZE_LOG_FORMAT` | `auto` | format of the access logs: a name or the server's own format string; auto decides for each file, any other refuses lines of another |",
  );
  expect(withOptions(once)).toBe(once);
});
