import { readFileSync } from "node:fs";
import { KERNEL_COUNTERS, type KernelCounter } from "../model/event.ts";

const FOLLOWED: ReadonlySet<string> = new Set(KERNEL_COUNTERS);

export type Counters = Partial<Record<KernelCounter, number>>;

/**
 * The counters we follow, by `procRoot`/net/netstat and net/snmp (proc_pid_net(5)); those that this kernel
 * does not have are absent. Throws the error of open(2) or read(2).
 */
export function readNetstat(procRoot: string): Counters {
  const counters: Counters = {};
  for (const file of ["netstat", "snmp"]) {
    parseNetstat(readFileSync(`${procRoot}/net/${file}`, "latin1"), counters);
  }
  return counters;
}

/**
 * Adds to `counters` what pairs of lines say: `TcpExt: NAME...` and `TcpExt: VALUE...`. Only the groups of
 * TCP are read; MPTCP repeats some of their names.
 */
export function parseNetstat(text: string, counters: Counters): void {
  const lines = text.split("\n");
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [group, ...names] = (lines[i] as string).split(" ");
    const [sameGroup, ...values] = (lines[i + 1] as string).split(" ");
    if (group !== sameGroup || (group !== "Tcp:" && group !== "TcpExt:")) continue;
    for (const [at, name] of names.entries()) {
      const value = values[at];
      if (isFollowed(name) && value !== undefined && /^\d{1,20}$/.test(value)) counters[name] = Number(value);
    }
  }
}

function isFollowed(name: string): name is KernelCounter {
  return FOLLOWED.has(name);
}
