import { closeSync, openSync, readSync } from "node:fs";
import { formatIp, type Ip, V4_MARK } from "../model/ip.ts";

/** linux/route.h */
const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

/** A router's tables have a million lines. The default route sorts first in IPv4's, and near there in IPv6's. */
const MAX_BYTES = 64 * 1024;

/** A default route. */
export interface DefaultRoute {
  readonly name: string;
  /** The router it leads to; absent where the network behind the interface is asked directly. */
  readonly gateway?: Ip;
}

/**
 * Names of the interfaces with a default route, by `procRoot`/net/route and ipv6_route (proc_pid_net(5)).
 * A file that is absent has none. Throws any other error of open(2) or read(2).
 */
export function defaultInterfaces(procRoot: string): Set<string> {
  return new Set(defaultRoutes(procRoot).map(({ name }) => name));
}

/**
 * The default routes, as {@link defaultInterfaces}. Of several ways that an IPv4 route has, the kernel writes the first
 * there; IPv6 has a line for each.
 */
export function defaultRoutes(procRoot: string): DefaultRoute[] {
  return [
    ...parseRoutes(readStart(`${procRoot}/net/route`)),
    ...parseRoutes6(readStart(`${procRoot}/net/ipv6_route`)),
  ];
}

/** The IPv4 routes whose destination and mask are 0. */
export function parseRoutes(text: string): DefaultRoute[] {
  const routes: DefaultRoute[] = [];
  for (const line of text.split("\n")) {
    const [name, destination, gateway, flags, , , , mask] = line.split(/\s+/);
    if (name && destination === "00000000" && mask === "00000000" && isUsed(flags)) {
      routes.push({ name, ...gatewayOf(gateway, 1) });
    }
  }
  return routes;
}

/** The IPv6 routes whose destination has length 0. */
export function parseRoutes6(text: string): DefaultRoute[] {
  const routes: DefaultRoute[] = [];
  for (const line of text.split("\n")) {
    const [destination, length, , , gateway, , , , flags, name] = line.split(/\s+/);
    if (name && length === "00" && destination === "0".repeat(32) && isUsed(flags)) {
      routes.push({ name, ...gatewayOf(gateway, 4) });
    }
  }
  return routes;
}

/** The address in so many words of hexadecimal: IPv4 in the byte order of the host (little-endian), IPv6 as it is read. */
function gatewayOf(hex: string | undefined, count: 1 | 4): { gateway?: Ip } {
  if (hex === undefined || hex.length !== 8 * count || !/^[0-9a-f]+$/i.test(hex) || /^0+$/.test(hex))
    return {};
  const bytes = Buffer.from(hex, "hex");
  const words =
    count === 1
      ? [0, 0, V4_MARK, bytes.readUInt32LE(0)]
      : [0, 4, 8, 12].map((offset) => bytes.readUInt32BE(offset));
  return { gateway: formatIp(new Uint32Array(words)) };
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
