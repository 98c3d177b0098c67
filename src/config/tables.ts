import { didYouMean } from "../model/suggest.ts";
import { quote } from "./error.ts";
import { type Fault, type Field, faultOf, type Type, type ValueOf } from "./value.ts";

type Fields = Readonly<Record<string, Field>>;

/** What a table holds whose keys are `F`. */
export type Table<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

/**
 * An array of at most `most` tables, in TOML each begun with `[[key]]`. No variable and no flag can hold one, but for
 * an empty text: none. `against` says what is wrong with them together.
 */
export function tables<const F extends Fields>(
  key: string,
  most: number,
  fields: F,
  against: (all: readonly Table<F>[]) => Fault | undefined = () => undefined,
): Type<readonly Table<F>[]> {
  const read = (value: unknown): readonly Table<F>[] | Fault | undefined => {
    if (!Array.isArray(value) || value.length > most) return undefined;
    const all: Table<F>[] = [];
    for (const [index, one] of value.entries()) {
      const table = readTable(fields, one);
      if ("words" in table) return { ...table, table: index };
      all.push(table.values);
    }
    return against(all) ?? all;
  };
  return {
    metavar: "",
    allowed: `at most ${most} tables in the configuration file, each begun with [[${key}]]`,
    completes: [],
    list: false,
    tables: fields,
    decode: (spelled) => (spelled === "" ? [] : undefined),
    show: (value) => (Array.isArray(value) && value.length > 0 ? `${value.length} tables` : ""),
    check(value) {
      const all = read(value);
      return all === undefined || "words" in all ? undefined : all;
    },
    why(value) {
      const all = read(value);
      return all === undefined || !("words" in all) ? undefined : all;
    },
  };
}

function readTable<F extends Fields>(fields: F, raw: unknown): { readonly values: Table<F> } | Fault {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw) || raw instanceof Date) {
    return { words: "must be tables" };
  }
  const given = new Map<string, unknown>(Object.entries(raw));
  const names = Object.keys(fields);
  for (const name of given.keys()) {
    if (names.includes(name)) continue;
    const meant = didYouMean(name, names);
    return { key: name, words: `no such key ${quote(name)}${meant}; allowed: ${names.join(", ")}` };
  }
  const values: Record<string, unknown> = {};
  for (const [name, { type, default: assumed }] of Object.entries(fields)) {
    if (given.has(name)) {
      const value = type.check(given.get(name));
      if (value === undefined) {
        return { key: name, words: `${name}: ${faultOf(type, given.get(name)).words}` };
      }
      values[name] = value;
    } else if (assumed !== undefined) values[name] = assumed;
    else return { words: `${name} is missing; allowed: ${type.allowed}` };
  }
  // Each was checked by the type of its field.
  return { values: values as Table<F> };
}
