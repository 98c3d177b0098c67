import type { PeerTraffic, TrafficEvent } from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import { TOTALS, type TrafficCount, type TrafficTotal } from "../src/model/traffic.ts";
import type { Segments } from "./counters.ts";

/** An ACK with TCP timestamps in a frame. */
const ACK = 66;
/** A SYN with its options, or the answer to it. */
const SYN = 74;

type Counts = Partial<Record<TrafficCount, number>>;

/** What is counted of the packets of each peer between two readings. */
export class Wire {
  readonly #peers = new Map<Ip, Counts>();
  #totals: Partial<Record<TrafficTotal, number>> = {};
  #sampled = 0;

  /** Segments of a connection that is there. */
  carry(ip: Ip, segments: Segments): void {
    const { inPackets, outPackets } = segments;
    this.#count(ip, { ...segments, ackIn: inPackets, tcp: inPackets + outPackets });
  }

  /** A SYN and the answer to it; the ACK that follows comes from who is there. */
  handshake(ip: Ip, isThere: boolean): void {
    this.#count(ip, {
      inPackets: 1,
      inBytes: SYN,
      synIn: 1,
      outPackets: 1,
      outBytes: SYN,
      synAckOut: 1,
      tcp: 2,
    });
    if (isThere) this.carry(ip, { inPackets: 1, inBytes: ACK, outPackets: 0, outBytes: 0 });
  }

  /** SYNs of forged senders, answered with cookies: too many to be told apart. */
  forged(count: number): void {
    this.#sampled += count;
    this.#add({ inPackets: count, inBytes: SYN * count, synIn: count });
    this.#add({ outPackets: count, outBytes: SYN * count, synAckOut: count });
  }

  /** What passed since the reading before. */
  reading(at: number): TrafficEvent {
    const totals = Object.fromEntries(TOTALS.map((total) => [total, this.#totals[total] ?? 0]));
    const peers = Array.from(this.#peers, ([ip, counts]): PeerTraffic => ({ ip, ...counts }));
    const sampled = this.#sampled;
    this.#peers.clear();
    this.#totals = {};
    this.#sampled = 0;
    return {
      kind: "traffic",
      at,
      interface: "eth0",
      source: "ebpf",
      milliseconds: 1000,
      totals: totals as Record<TrafficTotal, number>,
      ...(sampled > 0 && { sampled }),
      peers,
    };
  }

  #count(ip: Ip, counts: Counts): void {
    const peer = this.#peers.get(ip) ?? {};
    this.#peers.set(ip, peer);
    for (const [key, n] of Object.entries(counts) as [TrafficCount, number][]) {
      if (n > 0) peer[key] = (peer[key] ?? 0) + n;
    }
    this.#add(counts);
  }

  #add(counts: Counts): void {
    for (const total of TOTALS) {
      if (total !== "nonIp") this.#totals[total] = (this.#totals[total] ?? 0) + (counts[total] ?? 0);
    }
  }
}
