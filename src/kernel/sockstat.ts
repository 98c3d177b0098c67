import { readFileSync } from "node:fs";
import { codeOf } from "./proc.ts";

/** How many TCP sockets a network namespace has. Half-open ones (SYN_RECV) are in neither number. */
export interface InUse {
  /** Those of AF_INET and of AF_INET6, listening ones too. */
  readonly v4: number;
  readonly v6: number;
  /** Those in TIME_WAIT, of both families. */
  readonly waiting: number;
}

/**
 * The counts of `procRoot`/net/sockstat and sockstat6 (net/ipv4/proc.c, net/ipv6/proc.c), undefined where
 * they are written in another way. They cost the kernel nothing, while /proc/net/tcp walks its whole table of
 * sockets, of every namespace. Throws the error of open(2) or read(2); a host without IPv6 has no second file.
 */
export function readInUse(procRoot: string): InUse | undefined {
  const v4 = /^TCP: inuse (\d{1,9}) orphan \d+ tw (\d{1,9}) /m.exec(read(`${procRoot}/net/sockstat`));
  if (v4 === null) return undefined;
  const v6 = readV6(procRoot);
  return v6 === undefined ? undefined : { v4: Number(v4[1]), v6, waiting: Number(v4[2]) };
}

function readV6(procRoot: string): number | undefined {
  try {
    const inUse = /^TCP6: inuse (\d{1,9})$/m.exec(read(`${procRoot}/net/sockstat6`))?.[1];
    return inUse === undefined ? undefined : Number(inUse);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

function read(path: string): string {
  return readFileSync(path, "latin1");
}
