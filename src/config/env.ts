import { didYouMean } from "../model/suggest.ts";
import { OPTION_LIST, type Settings, variable } from "./options.ts";
import { read, readText, type Type } from "./value.ts";

/** Names the configuration file, as `--config` does. */
export const CONFIG_VARIABLE = "NETHERGAZE_CONFIG";

/**
 * The settings of the `NETHERGAZE_*` variables, and a warning for each that sets nothing. Several paths are
 * separated by colons, as in PATH, several prefixes by commas. Throws a {@link UsageError} for a value that is not allowed.
 */
export function readEnv(env: Readonly<Record<string, string | undefined>>): {
  settings: Settings;
  warnings: string[];
} {
  const settings: Settings = new Map();
  const warnings: string[] = [];
  const left = new Map(Object.entries(env).filter(([name]) => name.startsWith("NETHERGAZE_")));
  left.delete(CONFIG_VARIABLE);
  for (const [option, { keys, type }] of OPTION_LIST) {
    const name = variable(keys[0]);
    const text = left.get(name);
    if (text === undefined) continue;
    left.delete(name);
    settings.set(option, valueIn(type, name, text));
  }
  const known = OPTION_LIST.map(([, { keys }]) => variable(keys[0]));
  for (const name of left.keys())
    warnings.push(`${name}: no such variable${didYouMean(name, known)}, ignored`);
  return { settings, warnings };
}

function valueIn(type: Type<unknown>, name: string, text: string): unknown {
  if (type.list === false) return readText(type, name, text);
  // What has commas in between is spelled so on the command line as well.
  return type.list === "," ? readText(type, name, text) : read(type, name, text.split(type.list));
}
