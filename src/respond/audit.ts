import type { FirewallName } from "../model/block.ts";
import { type Step, shown } from "./firewall.ts";
import type { StateDirectory } from "./state-directory.ts";

const FILE = "audit.jsonl";
/** Some ten thousand acts; as many again are kept in audit.jsonl.1. */
const LIMIT = 4 * 2 ** 20;

/** Who acts: the user, whom they were before sudo, and where they are connected from. */
export interface Actor {
  readonly uid: number;
  readonly sudoUser?: string | undefined;
  readonly from?: string | undefined;
  readonly terminal: boolean;
}

/** One act, done or tried. */
export interface Act {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly what: "arm" | "block" | "unblock" | "expire" | "restore" | "hook" | "alert-hook";
  readonly targets: readonly string[];
  readonly firewall?: FirewallName;
  /** When it is to end; null for never. */
  readonly until?: number | null;
  readonly why?: string;
  readonly steps: readonly Step[];
  /** `ok`, or what went wrong; of a hook how it ended. */
  readonly result: string;
}

/** Writes it down, one JSON object a line. Throws where that cannot be. */
export function audit(state: StateDirectory, who: Actor, act: Act): void {
  const { at, what, steps, result, ...rest } = act;
  const commands = steps.map((step) => shown(step).join("\n"));
  const line = { at, who: { ...who, pid: process.pid }, what, ...rest, commands, result };
  state.append(FILE, JSON.stringify(line), LIMIT);
}
