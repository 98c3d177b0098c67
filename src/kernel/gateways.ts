import { formatIp, type Ip } from "../model/ip.ts";
import { openLinks } from "./links.ts";
import { attributes, Netlink, readAddress } from "./netlink.ts";

/** linux/rtnetlink.h; rtnetlink(7). */
const NETLINK_ROUTE = 0;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const RTN_UNICAST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_MULTIPATH = 9;
const RTA_VIA = 18;

const HEADER = 16;
/** struct rtmsg, struct rtnexthop, and the family of struct rtvia. */
const RTMSG = 12;
const NEXTHOP = 8;
const VIA_FAMILY = 2;

/**
 * A route to half of all addresses is a default route in disguise: VPNs lay two of these over the default one, so as not to
 * replace it.
 */
const LONGEST = 1;

/**
 * The routers that the default routes of all tables lead to, every one of several ways, each with the name of an interface.
 * Throws SystemError. Reads the whole routing table: some 0.5 us a route.
 */
export function gateways(): Map<Ip, string> {
  const links = openLinks();
  const netlink = new Netlink(NETLINK_ROUTE);
  try {
    const names = links.byIndex();
    const found = new Map<Ip, string>();
    const request = Buffer.alloc(HEADER + RTMSG);
    request.writeUInt16LE(RTM_GETROUTE, 4);
    netlink.dump(request, RTM_NEWROUTE, (words, at, end) => {
      for (const [ip, index] of hopsOf(words, at, end)) {
        if (!found.has(ip)) found.set(ip, names.get(index) ?? "an interface");
      }
    });
    return found;
  } finally {
    netlink.close();
    links.close();
  }
}

const address = new Uint32Array(4);

/** The routers of one route, each with the index of its interface; none where it is no default route. */
function hopsOf(words: Uint32Array, at: number, end: number): [Ip, number][] {
  if (end - at < RTMSG) return [];
  const bytes = new DataView(words.buffer, at, RTMSG);
  if (bytes.getUint8(1) > LONGEST || bytes.getUint8(7) !== RTN_UNICAST) return [];
  const hops: [Ip, number][] = [];
  let index = 0;
  for (const [type, from, to] of attributes(words, at + RTMSG, end)) {
    if (type === RTA_OIF && to - from >= 4) index = words[from >> 2] as number;
    if (type === RTA_MULTIPATH) hops.push(...waysOf(words, from, to));
  }
  return [...routersIn(words, at + RTMSG, end).map((ip): [Ip, number] => [ip, index]), ...hops];
}

/** The ways of a route that has several: a struct rtnexthop each, with attributes of its own. */
function* waysOf(words: Uint32Array, at: number, end: number): Generator<[Ip, number]> {
  while (at + NEXTHOP <= end) {
    const length = (words[at >> 2] as number) & 0xffff;
    if (length < NEXTHOP || length > end - at) return;
    const index = words[(at >> 2) + 1] as number;
    for (const ip of routersIn(words, at + NEXTHOP, at + length)) yield [ip, index];
    at += (length + 3) & ~3;
  }
}

/** Also of the other family: an IPv4 route may lead to an IPv6 router. */
function routersIn(words: Uint32Array, at: number, end: number): Ip[] {
  const routers: Ip[] = [];
  for (const [type, from, to] of attributes(words, at, end)) {
    const start = type === RTA_GATEWAY ? from : type === RTA_VIA ? from + VIA_FAMILY : undefined;
    if (start !== undefined && start < to && readAddress(words, start, to, address))
      routers.push(formatIp(address));
  }
  return routers;
}
