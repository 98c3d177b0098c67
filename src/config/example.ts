import { PLACES } from "./file.ts";
import { sectionOf } from "./keys.ts";
import { wrap } from "./layout.ts";
import { OPTION_LIST, type Option, variable } from "./options.ts";

/** Columns of a comment, less its `# `. */
const WIDTH = 98;

/** The content of config.example.toml: every key, commented out, with its default. */
export function example(): string {
  const options = OPTION_LIST.map(([, option]) => option);
  const sections = [...new Set(options.map(({ keys }) => sectionOf(keys[0])))].sort();
  return [
    comment("NetherGaze. Each key stands here with its default; to change one, remove its #."),
    comment(`Read from the first of these that exists: ${PLACES.join(", ")}.`),
    ...sections.flatMap((section) => [
      // The empty name, of the keys that stand before any table, sorts first.
      section === "" ? "" : `\n[${section}]\n`,
      // Whatever stands below the head of a table is a key of that.
      ...options
        .filter(({ keys }) => sectionOf(keys[0]) === section)
        .sort((a, b) => Number(a.type.tables !== undefined) - Number(b.type.tables !== undefined))
        .map(entry),
    ]),
  ].join("");
}

function entry({ keys, flags, type, default: assumed, help }: Option): string {
  const [key, ...others] = keys;
  if (type.tables !== undefined) return ofTables(key, help, type);
  const name = key.slice(key.lastIndexOf(".") + 1);
  const read = others.length === 0 ? "" : ` Also read from ${others.join(" and ")}.`;
  return [
    "\n",
    comment(sentence(help)),
    comment(`Allowed: ${type.allowed}. ${[...flags, variable(key)].join(", ")}.${read}`),
    `#${name} = ${toml(assumed)}\n`,
  ].join("");
}

/** One table with an example of each of its keys. */
function ofTables(key: string, help: string, { allowed, tables = {} }: Option["type"]): string {
  const fields = Object.entries(tables).map(
    ([name, { type, default: assumed, help: about, example: value }]) => {
      const standard = assumed === undefined ? "" : ` By default ${toml(assumed)}.`;
      return `${comment(`${sentence(about)} Allowed: ${type.allowed}.${standard}`)}#${name} = ${value}\n`;
    },
  );
  return ["\n", comment(`${sentence(help)} Allowed: ${allowed}.`), `#[[${key}]]\n`, ...fields].join("");
}

function sentence(help: string): string {
  return `${help.slice(0, 1).toUpperCase()}${help.slice(1)}.`;
}

/** Of our types, what JSON writes is TOML. */
function toml(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(toml).join(", ")}]` : JSON.stringify(value);
}

function comment(text: string): string {
  return wrap(text, WIDTH)
    .map((line) => `# ${line}\n`)
    .join("");
}
