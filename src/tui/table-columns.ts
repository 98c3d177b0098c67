import type { Sort } from "../model/snapshot.ts";
import { knownColumns } from "./columns.ts";
import type { State } from "./state.ts";

/** The columns of the table from left to right, as many as one may want to see: what fits is decided later. */
export function columnsOf({ columns, known }: Pick<State, "columns" | "known">): readonly Sort[] {
  if (columns.length > 0) return columns;
  return known.length > 0 ? known : knownColumns([], []);
}
