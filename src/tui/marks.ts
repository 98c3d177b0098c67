import { keyOf, type Row } from "./columns.ts";

/** What somebody set aside for a later action: addresses, prefixes, networks, countries, in the order of marking. */
export type Marks = readonly string[];

/** As many as one may look through before acting on them all at once. */
export const MAX_MARKS = 1_000;

/** With the row marked, or unmarked where it was; the same marks where there is no room for another. */
export function toggleMark(marks: Marks, row: Row): Marks {
  const key = keyOf(row);
  if (marks.includes(key)) return marks.filter((mark) => mark !== key);
  return marks.length < MAX_MARKS ? [...marks, key] : marks;
}
