import { closeSync, openSync, readSync } from "node:fs";

/** linux/route.h */
const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

/** A router's tables have a million lines. The default route sorts first in IPv4's, and near there in IPv6's. */
const MAX_BYTES = 64 * 1024;

/**
 * Names of the interfaces with a default route, by `procRoot`/net/route and ipv6_route (proc_pid_net(5)).
 * A file that is absent has none. Throws any other error of open(2) or read(2).
 */
export function defaultInterfaces(procRoot: string): Set<string> {
  return new Set([
    ...parseRoutes(readStart(`${procRoot}/net/route`)),
    ...parseRoutes6(readStart(`${procRoot}/net/ipv6_route`)),
  ]);
}

/** The interfaces of the IPv4 routes whose destination and mask are 0. */
export function parseRoutes(text: string): string[] {
  const names: string[] = [];
  for (const line of text.split("\n")) {
    const [name, destination, , flags, , , , mask] = line.split(/\s+/);
    if (name && destination === "00000000" && mask === "00000000" && isUsed(flags)) names.push(name);
  }
  return names;
}

/** The interfaces of the IPv6 routes whose destination has length 0. */
export function parseRoutes6(text: string): string[] {
  const names: string[] = [];
  for (const line of text.split("\n")) {
    const [destination, length, , , , , , , flags, name] = line.split(/\s+/);
    if (name && length === "00" && destination === "0".repeat(32) && isUsed(flags)) names.push(name);
  }
  return names;
}

/** Whether the route is up and leads anywhere: IPv6 keeps an unreachable default on lo. */
function isUsed(flags: string | undefined): boolean {
  return (Number.parseInt(flags ?? "", 16) & (RTF_UP | RTF_REJECT)) === RTF_UP;
}

function readStart(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
  try {
    const bytes = Buffer.alloc(MAX_BYTES);
    let length = 0;
    for (let read = -1; read !== 0 && length < MAX_BYTES; length += read) {
      read = readSync(fd, bytes, length, MAX_BYTES - length, null);
    }
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(fd);
  }
}
