/** Names longer than this are not compared: ours are shorter, and the comparison is quadratic. */
const MAX_NAME = 64;

/** `, did you mean X?` for the candidate that differs from `name` by a slip of the keys, else nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  if (name.length > MAX_NAME) return "";
  let best = "";
  let least = Math.floor(name.length / 3) + 1;
  for (const candidate of candidates) {
    const edits = distance(name, candidate);
    if (edits < least) {
      best = candidate;
      least = edits;
    }
  }
  return best === "" ? "" : `, did you mean ${best}?`;
}

/** Levenshtein's distance: the fewest insertions, deletions and replacements that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, at(above, column) + 1, at(current, column - 1) + 1));
    }
    above = current;
  }
  return at(above, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] as number;
}
