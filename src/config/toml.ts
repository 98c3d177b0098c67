import { parse, TomlError } from "smol-toml";
import { UsageError } from "./error.ts";
import { isSection, optionOfKey, unknownKey } from "./keys.ts";
import { OPTION_LIST, type Settings } from "./options.ts";
import { type Fault, read } from "./value.ts";

/** Deepest nesting of inline values: our keys need two, and the parser recurses. */
const MAX_DEPTH = 16;

/**
 * The settings that the configuration `text` of the file `file` holds. Throws a {@link UsageError} for what is not TOML, not ours or not allowed.
 */
export function readToml(file: string, text: string): Settings {
  const values = new Map<string, unknown>();

  // As deep as our own sections are, whatever the document does.
  function visit(table: object, prefix: string): void {
    for (const [name, raw] of Object.entries(table)) {
      const key = prefix + name;
      const option = optionOfKey(key);
      const line = lineOf(text, key, option?.[1].type.why?.(raw));
      const place = line === undefined ? file : `${file}:${line}`;
      if (option !== undefined) values.set(key, read(option[1].type, `${place}: ${key}`, raw));
      else if (!isSection(key)) throw unknownKey(place, key);
      else if (isTable(raw)) visit(raw, `${key}.`);
      else throw new UsageError(`${place}: ${key}: must be a table, written [${key}]`);
    }
  }
  visit(parseToml(file, text), "");

  const settings: Settings = new Map();
  for (const [name, option] of OPTION_LIST) {
    const key = option.keys.find((candidate) => values.has(candidate));
    if (key !== undefined) settings.set(name, values.get(key));
  }
  return settings;
}

function parseToml(file: string, text: string): object {
  try {
    return parse(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The parser's message goes on with a picture of the lines.
    const [reason = ""] = error.message.replace("Invalid TOML document: ", "").split("\n");
    throw new UsageError(`${file}:${error.line}:${error.column}: not TOML: ${reason}`);
  }
}

function isTable(raw: unknown): raw is object {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) && !(raw instanceof Date);
}

/**
 * The line, from 1, on which `key`, or the first key of the table of that name, is set, or on which its `fault` stands:
 * the parser does not tell. Undefined where it is not written at the start of a line, as in an inline table.
 */
function lineOf(text: string, key: string, fault?: Fault): number | undefined {
  let first: number | undefined;
  /** Where the table begins that the fault is in, and its place among its siblings. */
  let begins: number | undefined;
  let table = -1;
  for (const { number, path, header } of linesOf(text)) {
    if (path === key || path.startsWith(`${key}.`)) first ??= number;
    if (header === "[[" && path === key) table++;
    if (fault?.table === undefined) {
      if (first !== undefined) return first;
    } else if (table > fault.table) break;
    else if (table === fault.table) {
      begins ??= number;
      if (header === "" && path === `${key}.${fault.key}`) return number;
    }
  }
  return begins ?? first;
}

/** Each line on which something begins, from 1: its dotted path, and how it begins a table. */
function* linesOf(text: string): Generator<{ number: number; path: string; header: "" | "[" | "[[" }> {
  let section = "";
  for (const [i, line] of text.split("\n").entries()) {
    const plain = line.replace(/[\s"']/g, "");
    if (plain.startsWith("[")) {
      const path = plain.slice(plain.lastIndexOf("[", 1) + 1, plain.indexOf("]"));
      section = `${path}.`;
      yield { number: i + 1, path, header: plain.startsWith("[[") ? "[[" : "[" };
    } else if (plain.includes("=")) {
      yield { number: i + 1, path: section + plain.slice(0, plain.indexOf("=")), header: "" };
    }
  }
}
