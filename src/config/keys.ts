import { didYouMean } from "../model/suggest.ts";
import { quote, UsageError } from "./error.ts";
import { OPTION_LIST } from "./options.ts";

const BY_KEY = new Map(OPTION_LIST.flatMap((entry) => entry[1].keys.map((key) => [key, entry])));
const DOCUMENTED = OPTION_LIST.map(([, option]) => option.keys[0]);
const SECTIONS = new Set([...BY_KEY.keys()].map(sectionOf));
/** What may stand at the top of a file. */
const TOP = [...new Set(DOCUMENTED.map((key) => (sectionOf(key) === "" ? key : `[${sectionOf(key)}]`)))];

/** The option that a dotted TOML path sets, if there is one. */
export function optionOfKey(key: string): (typeof OPTION_LIST)[number] | undefined {
  return BY_KEY.get(key);
}

/** Whether `name` is a table that may hold keys of ours. */
export function isSection(name: string): boolean {
  return name !== "" && SECTIONS.has(name);
}

/** What to say of a key that nothing knows: the nearest one, and those that may stand in its place. */
export function unknownKey(where: string, key: string): UsageError {
  const section = sectionOf(key);
  const siblings = section === "" ? [] : DOCUMENTED.filter((known) => sectionOf(known) === section);
  const allowed = siblings.length > 0 ? siblings : TOP;
  const meant = didYouMean(key, BY_KEY.keys());
  return new UsageError(`${where}: no such key ${quote(key)}${meant}; allowed: ${allowed.join(", ")}`);
}

/** The table a dotted path lies in, empty for the top. */
export function sectionOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf(".")));
}
