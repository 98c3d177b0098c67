import { join } from "node:path";

/** The database in the directory of what was done. */
export function historyPath(state: string): string {
  return join(state, "history.db");
}
