import { formatIp, type Ip } from "../model/ip.ts";
import { SystemError } from "./libc.ts";
import { attributes, Netlink, readAddress } from "./netlink.ts";

/** linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h; rtnetlink(7). */
const NETLINK_ROUTE = 0;
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const IFLA_IFNAME = 3;
const IFLA_STATS64 = 23;
const IFLA_XDP = 43;
const IFLA_XDP_ATTACHED = 2;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const AF_INET = 2;
const AF_INET6 = 10;
/** linux/if.h */
const IFF_UP = 0x1;

const HEADER = 16;
/** struct ifinfomsg and struct ifaddrmsg. */
const IFINFO = 16;
const IFADDR = 8;
/** linux/if.h, IFNAMSIZ: with the final NUL. */
const NAME_BYTES = 16;

/** How packets of an interface begin (linux/if_arp.h). */
export const ARPHRD = { ethernet: 1, loopback: 772, none: 0xfffe, ppp: 512, tunnel: 768, sit: 776 } as const;

/** A network interface as it is now. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** One of ARPHRD, or another. */
  readonly type: number;
  readonly up: boolean;
  /** Packets since it was made. */
  readonly inPackets: number;
  readonly outPackets: number;
  /** An XDP program decides about what comes in, before anybody sees it. */
  readonly xdp: boolean;
}

/** The interfaces of the network namespace this process is in. */
export interface Links {
  /** One by its name; undefined where there is none. Throws SystemError. */
  find(name: string): Link | undefined;
  /** All names, in the kernel's order. Throws SystemError. */
  names(): string[];
  /** The same by their numbers. Throws SystemError. */
  byIndex(): Map<number, string>;
  /** Addresses of an interface in the kernel's order, primary ones first. Throws SystemError. */
  addresses(index: number): Ip[];
  /** Addresses of all interfaces, each with the name of its first. Throws SystemError. */
  allAddresses(): Map<Ip, string>;
  close(): void;
}

export function openLinks(): Links {
  const netlink = new Netlink(NETLINK_ROUTE);
  const byIndex = (): Map<number, string> => new Map(all().map((link) => [link.index, link.name]));
  const all = (): Link[] => {
    const request = Buffer.alloc(HEADER + IFINFO);
    request.writeUInt16LE(RTM_GETLINK, 4);
    const links: Link[] = [];
    netlink.dump(request, RTM_NEWLINK, (words, at, end) => {
      const link = linkOf(words, at, end);
      if (link !== undefined) links.push(link);
    });
    return links;
  };
  const eachAddress = (onAddress: (index: number, ip: Ip) => void): void => {
    const request = Buffer.alloc(HEADER + IFADDR);
    request.writeUInt16LE(RTM_GETADDR, 4);
    netlink.dump(request, RTM_NEWADDR, (words, at, end) => {
      const ip = addressOf(words, at, end);
      if (ip !== undefined) onAddress(words[(at >> 2) + 1] as number, ip);
    });
  };
  return {
    find(name) {
      const bytes = Buffer.from(name, "utf8");
      // The kernel would cut it, and find another.
      if (bytes.length === 0 || bytes.length >= NAME_BYTES) return undefined;
      const request = Buffer.alloc(HEADER + IFINFO + 4 + NAME_BYTES);
      request.writeUInt16LE(RTM_GETLINK, 4);
      request.writeUInt16LE(4 + NAME_BYTES, HEADER + IFINFO);
      request.writeUInt16LE(IFLA_IFNAME, HEADER + IFINFO + 2);
      bytes.copy(request, HEADER + IFINFO + 4);
      let link: Link | undefined;
      const errno = netlink.get(request, RTM_NEWLINK, (words, at, end) => {
        link = linkOf(words, at, end);
      });
      if (errno !== 0 && errno !== ENODEV) throw new SystemError("netlink", errno);
      return link;
    },
    names: () => all().map(({ name }) => name),
    byIndex,
    addresses(index) {
      const found: Ip[] = [];
      eachAddress((of, ip) => {
        if (of === index && !found.includes(ip)) found.push(ip);
      });
      return found;
    },
    allAddresses() {
      const names = byIndex();
      const found = new Map<Ip, string>();
      eachAddress((index, ip) => {
        if (!found.has(ip)) found.set(ip, names.get(index) ?? "an interface");
      });
      return found;
    },
    close: () => netlink.close(),
  };
}

const ENODEV = 19;

function linkOf(words: Uint32Array, at: number, end: number): Link | undefined {
  if (end - at < IFINFO) return undefined;
  const word = at >> 2;
  const counters = { inPackets: 0, outPackets: 0 };
  let xdp = false;
  let name = "";
  for (const [type, from, to] of attributes(words, at + IFINFO, end)) {
    if (type === IFLA_IFNAME) {
      name = Buffer.from(words.buffer, from, to - from)
        .toString("utf8")
        .replace(/\0.*$/s, "");
    } else if (type === IFLA_STATS64 && to - from >= 64) {
      // struct rtnl_link_stats64: rx_packets, tx_packets... Aligned to 4 only.
      const counter = (n: number): number =>
        (words[(from >> 2) + 2 * n] as number) + (words[(from >> 2) + 2 * n + 1] as number) * 2 ** 32;
      counters.inPackets = counter(0);
      counters.outPackets = counter(1);
    } else if (type === IFLA_XDP) {
      for (const [inner, at] of attributes(words, from, to)) {
        // A mode, XDP_ATTACHED_NONE or another.
        if (inner === IFLA_XDP_ATTACHED) xdp = ((words[at >> 2] as number) & 0xff) !== 0;
      }
    }
  }
  return {
    index: words[word + 1] as number,
    name,
    type: (words[word] as number) >>> 16,
    up: ((words[word + 2] as number) & IFF_UP) !== 0,
    ...counters,
    xdp,
  };
}

/** The address of a `struct ifaddrmsg`; of a point-to-point link this host's end. */
function addressOf(words: Uint32Array, at: number, end: number): Ip | undefined {
  if (end - at < IFADDR) return undefined;
  const family = (words[at >> 2] as number) & 0xff;
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  let address: Ip | undefined;
  let local: Ip | undefined;
  for (const [type, from, to] of attributes(words, at + IFADDR, end)) {
    if (type !== IFA_ADDRESS && type !== IFA_LOCAL) continue;
    const ip = new Uint32Array(4);
    if (!readAddress(words, from, to, ip)) continue;
    if (type === IFA_LOCAL) local = formatIp(ip);
    else address = formatIp(ip);
  }
  return local ?? address;
}
