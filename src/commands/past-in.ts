import type { Past } from "../model/history.ts";
import type { Origin } from "../model/snapshot.ts";
import type { Target } from "../model/target.ts";
import { isOneAddress } from "../model/target.ts";
import { openReader } from "../store/database.ts";
import { list } from "../store/query.ts";
import { historyPath } from "./history-path.ts";

/** What the history in `state` knows of an address; nothing of a prefix, and where none can be read. */
export function pastIn(
  state: string,
): (target: Target) => (Past & Pick<Origin, "country" | "org">) | undefined {
  return (target) => {
    if (!isOneAddress(target)) return undefined;
    try {
      const database = openReader(historyPath(state));
      try {
        return list(database, { within: target.cidr, flagged: false, sort: "ip", limit: 1 }).rows[0];
      } finally {
        database.close();
      }
    } catch {
      // The block does not depend on it.
      return undefined;
    }
  };
}
