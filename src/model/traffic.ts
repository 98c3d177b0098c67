/**
 * What is counted of each peer, in the order in which every table of packets keeps it. Bytes are those of frames with
 * their link header; packets are segments as they were or will be on the wire. `synIn`: SYN without ACK and RST;
 * `synAckOut`: SYN and ACK; `ackIn`: ACK without SYN and RST; `rstIn`, `rstOut`: any RST. What is none of tcp, udp and
 * icmp is the rest of the packets.
 */
export const TRAFFIC_COUNTS = [
  "inBytes",
  "outBytes",
  "inPackets",
  "outPackets",
  "synIn",
  "synAckOut",
  "ackIn",
  "rstIn",
  "rstOut",
  "tcp",
  "udp",
  "icmp",
] as const;
export type TrafficCount = (typeof TRAFFIC_COUNTS)[number];

/** Their number: the stride of a table of them. */
export const COUNTS = TRAFFIC_COUNTS.length;

/** The place of each. */
export const COUNT = Object.fromEntries(TRAFFIC_COUNTS.map((name, i) => [name, i])) as Readonly<
  Record<TrafficCount, number>
>;

/** What is counted of an interface as a whole, whatever becomes of its peers. */
export const TOTALS = [
  "inBytes",
  "outBytes",
  "inPackets",
  "outPackets",
  "synIn",
  "synAckOut",
  "nonIp",
] as const;
export type TrafficTotal = (typeof TOTALS)[number];
export type TrafficTotals = Readonly<Record<TrafficTotal, number>>;

/** Protocol numbers (IANA). ICMP is counted as such in either family. */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 } as const;

/** Bits of a TCP header's 14th byte (RFC 9293 section 3.1). */
export const FLAG = { syn: 0x02, rst: 0x04, ack: 0x10 } as const;

/**
 * How far every counter looks into a packet: so many VLAN tags within it, IPv6 extension headers, and bytes from the
 * start of the IP header to that of the one it carries. What lies beyond is neither tcp, udp nor icmp.
 */
export const REACH = { tags: 2, extensions: 8, bytes: 192 } as const;

/** IPv6 extension headers (IANA), by how their length is told: all in units of 8 bytes beyond the first 8 ... */
export const EXTENSIONS: readonly number[] = [0, 43, 60, 135, 139, 140];
/** ... the authentication header in units of 4 beyond the first 8, and the fragment header always 8 long. */
export const AUTHENTICATION = 51;
export const FRAGMENT = 44;

/** EtherTypes. */
export const ETHERTYPE = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, qinq: 0x88a8 } as const;

/** Which packets are counted: all that are IP, or IPv4 TCP with at most one tag of which one side is this host. */
export type Scope = "all" | "ipv4-tcp";
