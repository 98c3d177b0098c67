/** More makes no sensible value, and values that hold each other could grow without end. */
export const MAX_VALUE = 4096;

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s"';#]*))/;
const VARIABLE = /\$(?:\{(\w+)(?::?[-=]([^${}]*))?\}|([A-Za-z_]\w*))/g;

/**
 * The variables that a shell script sets with plain assignments, `export` or not (sh(1)). Conditions are not
 * looked at: the last assignment holds.
 */
export function environment(script: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const line of script.split("\n")) {
    const [, name, quoted, single, plain = ""] = ASSIGNMENT.exec(line) ?? [];
    if (name === undefined) continue;
    const expanded = (quoted ?? plain)
      .slice(0, MAX_VALUE)
      .replace(VARIABLE, (_, braced?: string, otherwise?: string, bare?: string) => {
        return variables.get(braced ?? bare ?? "") ?? otherwise ?? "";
      });
    variables.set(name, (single ?? expanded).slice(0, MAX_VALUE));
  }
  return variables;
}
