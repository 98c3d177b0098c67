import { forgetConnections } from "../kernel/conntrack.ts";
import { SystemError } from "../kernel/libc.ts";
import { Listeners } from "../kernel/listeners.ts";
import { PeerTable } from "../kernel/peer-table.ts";
import { LIVE_STATES, SockDiag } from "../kernel/sock-diag.ts";
import { type Tried, tryEach } from "../kernel/try-each.ts";
import { contains } from "../model/cidr.ts";
import type { Target } from "../model/target.ts";

/** What became of the connections that were open. */
export interface Cut {
  /** Connections of this host that were ended, and those that are there still. */
  readonly ended: number;
  readonly left: number;
  /** Tracked connections that the firewall forgot. */
  readonly forgotten: number;
  /** Why some could not be, in words. */
  readonly problems: readonly string[];
}

/**
 * Ends the connections that the targets have open: a firewall that drops their packets leaves them standing for minutes,
 * and one that lets open connections pass would not even drop these.
 */
export function cutConnections(targets: readonly Target[]): Cut {
  const problems: string[] = [];
  const matches = (words: Uint32Array, offset = 0): boolean =>
    targets.some(({ cidr }) => contains(cidr, words, offset));
  const attempt = <T extends Tried>(what: string, otherwise: T, act: () => T): T => {
    try {
      const tried = act();
      const { refused } = tried;
      if (refused !== undefined) problems.push(`${refused.count} ${what}: ${refused.first.message}`);
      return tried;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      problems.push(`${what}: ${error.message}`);
      return otherwise;
    }
  };
  // Sockets first: while it is tracked, the reset that tells the peer gets through.
  const ended = attempt("open connections stay", { done: 0, left: 0 }, () => endSockets(matches));
  const forgotten = attempt("tracked connections stay", { done: 0 }, () => forgetConnections(matches));
  return { ended: ended.done, left: ended.left, forgotten: forgotten.done, problems };
}

function endSockets(
  matches: (words: Uint32Array, offset: number) => boolean,
): Tried & { readonly left: number } {
  const diag = new SockDiag();
  try {
    const found = (): { table: PeerTable; rows: number[] } => {
      const table = new PeerTable(new Listeners());
      diag.dump(table, LIVE_STATES, false);
      const rows = Array.from({ length: table.length }, (_, i) => i);
      return { table, rows: rows.filter((i) => matches(table.remote, 4 * i)) };
    };
    const { table, rows } = found();
    const tried = tryEach(rows, (i) => diag.destroy(table, i));
    return { ...tried, left: rows.length === 0 ? 0 : found().rows.length };
  } finally {
    diag.close();
  }
}
