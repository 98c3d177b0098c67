/**
 * Ends connections in the namespace that it is started in: for each line on standard input, a {@link Wanted} as JSON, what
 * became of them, a {@link Cut} as a line of JSON.
 */
import { createInterface } from "node:readline";
import { parseTarget } from "../src/model/target.ts";
import { type Cut, cutConnections } from "../src/respond/cut.ts";

export interface Wanted {
  readonly targets: readonly string[];
  /** With the rights of this user. */
  readonly uid?: number;
}

function cut({ targets, uid = 0 }: Wanted): Cut {
  process.seteuid?.(uid);
  try {
    return cutConnections(targets.flatMap((text) => parseTarget(text) ?? []));
  } finally {
    process.seteuid?.(0);
  }
}

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(cut(JSON.parse(line) as Wanted))}\n`);
