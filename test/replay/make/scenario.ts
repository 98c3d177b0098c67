import type { Line } from "./lines.ts";

/** A case to be written: what is in scenario.json, and its logs. */
export interface Made {
  readonly name: string;
  readonly about: string;
  readonly guilty?: Readonly<
    Record<string, { readonly severity: string; readonly rules: readonly string[] }>
  >;
  readonly set?: object;
  readonly logs: Readonly<Record<string, readonly Line[]>>;
}
