import { caddy, json } from "./caddy.ts";
import { combined, common } from "./combined.ts";
import type { Format, ParseLine } from "./format.ts";

/** The formats by the names of `--log-format`. A new one is a file and a line here. */
export const FORMATS = { combined, common, json, caddy } as const satisfies Record<string, Format>;
export type FormatName = keyof typeof FORMATS;

/** What is tried on a line of an unknown format. `json` understands what `caddy` does. */
const TRIED: readonly FormatName[] = ["combined", "common", "json"];

/** Reads the lines of one file. */
export interface Detector {
  /** The format of the last line understood; the forced one where one is. */
  readonly format: FormatName | undefined;
  readonly parse: ParseLine;
}

/**
 * A reader for one file. Where a format is forced, lines of any other are refused. Else a line is tried as
 * what the one before it was, and on a miss as every other: a file may change its format, and a stray line
 * costs a few tries.
 */
export function createDetector(forced?: FormatName): Detector {
  let format = forced;
  let parse: ParseLine = FORMATS[format ?? "combined"].parse;
  return {
    get format() {
      return format;
    },
    parse(bytes, start, end, cursor) {
      if (parse(bytes, start, end, cursor)) {
        format ??= "combined";
        return true;
      }
      if (forced !== undefined) return false;
      for (const name of TRIED) {
        if (FORMATS[name].parse === parse || !FORMATS[name].parse(bytes, start, end, cursor)) continue;
        format = name;
        parse = FORMATS[name].parse;
        return true;
      }
      return false;
    },
  };
}
