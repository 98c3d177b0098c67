import type { InterfaceCounters, KernelCounter, KernelEvent } from "../src/model/event.ts";

/** Payload of a full segment on Ethernet with TCP timestamps, and the headers of each frame. */
const SEGMENT = 1448;
const HEADERS = 66;
/** A SYN with its options, or the answer to it, in a frame. */
const SYN = 74;

/** Packets, and bytes of their frames. */
export type Segments = Pick<InterfaceCounters, "inPackets" | "inBytes" | "outPackets" | "outBytes">;

/** Payload both ways as it crosses the wire: in full segments, every second of them acknowledged. */
export function segmentsOf(inPayload: number, outPayload: number): Segments {
  const inSegments = Math.ceil(inPayload / SEGMENT);
  const outSegments = Math.ceil(outPayload / SEGMENT);
  const inPackets = inSegments + Math.ceil(outSegments / 2);
  const outPackets = outSegments + Math.ceil(inSegments / 2);
  return {
    inPackets,
    inBytes: inPayload + HEADERS * inPackets,
    outPackets,
    outBytes: outPayload + HEADERS * outPackets,
  };
}

/** Seconds since boot when the recording starts: twelve days and four hours. */
const UPTIME = 1_051_337;

/** What the kernel of the host has counted since boot. */
export class Counters {
  readonly #kernel: Record<KernelCounter, number> = {
    PassiveOpens: 2_981_404,
    ActiveOpens: 41_873,
    SyncookiesSent: 0,
    SyncookiesRecv: 0,
    SyncookiesFailed: 0,
    ListenOverflows: 0,
    ListenDrops: 0,
    TCPReqQFullDoCookies: 0,
    TCPReqQFullDrop: 0,
  };
  readonly #eth0 = {
    inBytes: 18_204_551_903,
    outBytes: 211_760_348_112,
    inPackets: 97_310_452,
    outPackets: 163_220_871,
  };

  count(counter: KernelCounter, by = 1): void {
    this.#kernel[counter] += by;
  }

  /** Segments that crossed the wire. */
  carry({ inPackets, inBytes, outPackets, outBytes }: Segments): void {
    this.#eth0.inPackets += inPackets;
    this.#eth0.inBytes += inBytes;
    this.#eth0.outPackets += outPackets;
    this.#eth0.outBytes += outBytes;
  }

  /** SYNs that came in and were answered. */
  handshakes(count: number): void {
    this.#eth0.inPackets += count;
    this.#eth0.inBytes += SYN * count;
    this.#eth0.outPackets += count;
    this.#eth0.outBytes += SYN * count;
  }

  /** As they stand `elapsed` milliseconds into the recording. */
  event(at: number, elapsed: number): KernelEvent {
    const loopback = 88_120_344 + 912 * Math.floor(elapsed / 1000);
    const packets = Math.floor(loopback / 140);
    const lo: InterfaceCounters = {
      name: "lo",
      inBytes: loopback,
      outBytes: loopback,
      inPackets: packets,
      outPackets: packets,
    };
    return {
      kind: "kernel",
      at,
      host: "web-1",
      uptime: UPTIME + Math.floor(elapsed / 1000),
      counters: { ...this.#kernel },
      interfaces: [{ name: "eth0", ...this.#eth0, default: true }, lo],
    };
  }
}
