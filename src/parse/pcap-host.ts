import { createAddresses } from "../model/address-index.ts";
import { isV4 } from "../model/ip.ts";
import { COUNT, COUNTS } from "../model/traffic.ts";
import { createTrafficTable } from "../model/traffic-table.ts";
import { countPacket, emptyPacket } from "./packet.ts";
import { readLink } from "./pcap-link.ts";
import type { PacketReader } from "./pcap-record.ts";

/** IP packets that are looked at: enough that one address stands out, and done in a moment. */
const ENOUGH = 1000;

/** Whose capture it is, as far as its packets show. */
export interface Guess {
  /** Four words of each address: at most one of each family. */
  readonly host: readonly Uint32Array[];
  /** IP packets looked at that the file itself does not tell the way of. */
  readonly asked: number;
}

/**
 * Guesses from the packets at the beginning of `bytes[0, to)` on which host they were captured: of each family the address
 * that takes part in more than half. Where both ends of all packets do, it is the one that others opened connections to, or
 * to whom the first packet went. `reader` is a fresh one.
 */
export function guessHost(reader: PacketReader, bytes: Buffer, to: number, seed: number): Guess {
  const none = createAddresses(1, seed);
  const ends = createTrafficTable(2 * ENOUGH, seed);
  const packet = emptyPacket();
  while (ends.totals[COUNT.inPackets] !== ENOUGH && reader.next(bytes, reader.used, to) === "packet") {
    if (readLink(bytes, reader.record, packet) !== false) continue;
    // Once as if it came in, and once as if it went out: so both ends are counted as peers.
    packet.outgoing = false;
    countPacket(ends, packet, none, "all");
    packet.outgoing = true;
    countPacket(ends, packet, none, "all");
  }
  const { peers, counts, totals } = ends;
  const count = (slot: number, which: number): number => counts[COUNTS * slot + which] as number;
  const part = (slot: number): number => count(slot, COUNT.inPackets) + count(slot, COUNT.outPackets);
  const opened = (slot: number): number => count(slot, COUNT.synIn) + count(slot, COUNT.synAckOut);
  const best = (v4: boolean): Uint32Array | undefined => {
    let packets = 0;
    let chosen = -1;
    for (let slot = 0; slot < peers.size; slot++) {
      if (isV4(peers.words, 4 * slot) !== v4) continue;
      packets += count(slot, COUNT.inPackets);
      if (isShared(peers.words, 4 * slot)) continue;
      const more = chosen < 0 ? 1 : part(slot) - part(chosen) || opened(chosen) - opened(slot);
      // Of equals the later one: of the first packet its destination.
      if (more >= 0) chosen = slot;
    }
    if (chosen < 0 || part(chosen) <= packets / 2) return undefined;
    return peers.words.slice(4 * chosen, 4 * chosen + 4);
  };
  return {
    host: [best(true), best(false)].filter((words) => words !== undefined),
    asked: totals[COUNT.inPackets] as number,
  };
}

/** Multicast (RFC 5771, RFC 4291 section 2.7), broadcast, and no address at all: never that of one host. */
function isShared(words: Uint32Array, at: number): boolean {
  const first = words[at] as number;
  const last = words[at + 3] as number;
  if (isV4(words, at)) return last >>> 28 >= 14 || last === 0;
  return first >>> 24 === 0xff || (last === 0 && first === 0 && words[at + 1] === 0 && words[at + 2] === 0);
}
