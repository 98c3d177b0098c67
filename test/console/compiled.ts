import { compileFilter } from "../../src/filter/filter.ts";
import type { Filter } from "../../src/model/snapshot.ts";

/** The filter of a text that is known to spell one; of any other, one that lets everything through. */
export function compiled(text: string): Filter {
  const filter = compileFilter(text);
  return "message" in filter ? compiled("") : filter;
}
