import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { example } from "../config/example.ts";
import { withOptions } from "../config/readme.ts";
import { withRules } from "./detection-page.ts";

// Writes what is derived from the tables of options, commands and rules and kept in the repository.
const root = join(import.meta.dirname, "../..");
writeFileSync(join(root, "config.example.toml"), example());
rewrite("README.md", withOptions);
rewrite("docs/detection.md", withRules);

/** A page that is not there, as in a package, stays so. */
function rewrite(name: string, change: (page: string) => string): void {
  const path = join(root, name);
  if (existsSync(path)) writeFileSync(path, change(readFileSync(path, "utf8")));
}
