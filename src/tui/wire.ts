import type { Activity, Wire } from "../model/snapshot.ts";
import { byteRate, bytes, grouped, short } from "./format.ts";

/** Whoever connects sends an ACK with his second packet: so many SYNs and none are no accident. */
const UNANSWERED = 3;

/** Whether it sent SYNs, several of them, and never an ACK: forged, or a scan. */
export function isUnanswered({ wire }: Pick<Activity, "wire">): boolean {
  return wire !== undefined && wire.ackIn === 0 && wire.synIn >= UNANSWERED;
}

/** What packets alone tell of a row: `812 SYN, no ACK`, `40 UDP packets`, `no socket, 31 packets`; else undefined. */
export function wireWords({
  wire,
  connections,
  noSocket,
}: Pick<Activity, "wire" | "connections" | "noSocket">): string | undefined {
  if (wire === undefined) return undefined;
  if (wire.synIn > 0 && wire.ackIn === 0) return `${short(wire.synIn)} SYN, no ACK`;
  if (connections > 0) return undefined;
  const packets = wire.inPackets + wire.outPackets;
  if (wire.udp === packets) return packetsOf(packets, "UDP ");
  if (wire.icmp === packets) return packetsOf(packets, "ICMP ");
  return noSocket ? `no socket, ${packetsOf(packets)}` : packetsOf(packets);
}

function packetsOf(packets: number, protocol = ""): string {
  return `${short(packets)} ${protocol}packet${packets === 1 ? "" : "s"}`;
}

/**
 * What came from an address and went to it, in lines: the totals, then how fast and of what. Of sockets alone only their
 * payload is known.
 */
export function wireLines({
  inBytes,
  outBytes,
  wire,
}: Pick<Activity, "inBytes" | "outBytes" | "wire">): string[] {
  if (inBytes === undefined || outBytes === undefined) return [];
  if (wire === undefined) return [`in ${bytes(inBytes)} · out ${bytes(outBytes)}   payload of sockets`];
  const { inPackets, outPackets, synIn, synAckOut, ackIn, rstIn, rstOut } = wire;
  const into = [pkts(inPackets), named(synIn, "SYN"), named(ackIn, "ACK"), named(rstIn, "RST")];
  const out = [pkts(outPackets), named(synAckOut, "SYN-ACK"), named(rstOut, "RST")];
  return [
    `in ${bytes(inBytes)} (${listed(into)}) · out ${bytes(outBytes)} (${listed(out)})`,
    [...rates(wire), listed(protocols(wire))].join(" · "),
  ];
}

function pkts(n: number): string {
  return `${grouped(n)} pkt${n === 1 ? "" : "s"}`;
}

function rates({ inBytesPerSecond, outBytesPerSecond, packetsPerSecond, synPerSecond }: Wire): string[] {
  if (packetsPerSecond === 0) return ["now nothing"];
  return [
    `now ${byteRate(inBytesPerSecond)} in, ${byteRate(outBytesPerSecond)} out`,
    `${atLeastOne(packetsPerSecond)} pkts/s`,
    ...(synPerSecond > 0 ? [`${atLeastOne(synPerSecond)} SYN/s`] : []),
  ];
}

function atLeastOne(rate: number): string {
  return rate < 1 ? "<1" : short(rate);
}

/** Of all its packets, in and out. */
function protocols({ tcp, udp, icmp, other }: Wire): string[] {
  return [named(tcp, "TCP"), named(udp, "UDP"), named(icmp, "ICMP"), named(other, "other")];
}

function named(n: number, name: string): string {
  return n === 0 ? "" : `${grouped(n)} ${name}`;
}

function listed(words: readonly string[]): string {
  return words.filter((word) => word !== "").join(", ");
}
