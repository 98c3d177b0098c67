import type { Config } from "./options.ts";

/** Whether to use colours: as `--color` says, and on `auto` unless `NO_COLOR` is set (no-color.org). */
export function wantsColor(
  color: Config["color"],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (color !== "auto") return color === "always";
  return env.NO_COLOR === undefined || env.NO_COLOR === "";
}
