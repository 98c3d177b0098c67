import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { example } from "./example.ts";
import { withOptions } from "./readme.ts";

// Writes what is derived from the tables of options and commands and kept in the repository.
const root = join(import.meta.dirname, "../..");
writeFileSync(join(root, "config.example.toml"), example());
const readme = join(root, "README.md");
if (existsSync(readme)) writeFileSync(readme, withOptions(readFileSync(readme, "utf8")));
