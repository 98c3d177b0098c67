import type { Sort } from "../model/snapshot.ts";
import { knownColumns } from "./columns.ts";
import type { State } from "./state.ts";

/** The columns of the table from left to right, as many as one may want to see: what fits is decided later. */
export function columnsOf({
  columns,
  known,
  shown,
}: Pick<State, "columns" | "known" | "shown">): readonly Sort[] {
  if (columns.length > 0) return columns;
  const all = known.length > 0 ? known : knownColumns([], []);
  // A group's own name says it already.
  if (shown.group === "country") return all.filter((name) => name !== "cc");
  return shown.group === "network" ? all.filter((name) => name !== "network") : all;
}
