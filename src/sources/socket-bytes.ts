import { randomInt } from "node:crypto";
import type { PeerTable } from "../kernel/peer-table.ts";
import type { TrafficView } from "../model/event.ts";
import { COUNT, COUNTS } from "../model/traffic.ts";
import { clearTraffic, columnsOf, createTrafficTable, peerSlot } from "../model/traffic-table.ts";

/** As many as have their bytes read: of more sockets only those of one address are known. */
const PEERS = 8_192;

/**
 * What connections sent and got between two readings of the table (TCP_INFO): where packets are not counted, the payload of
 * TCP by address. What a connection moved after its last reading is not known, nor what it had moved before the first.
 */
export function createSocketBytes(): {
  /** `complete`: whether the bytes of all sockets are known. */
  read(table: PeerTable, at: number, complete: boolean): TrafficView | undefined;
} {
  const sums = createTrafficTable(PEERS, randomInt(2 ** 32));
  /** Bytes in and out of each socket, by the kernel's name of it; undefined before the first reading. */
  let known: Map<number, readonly [number, number]> | undefined;
  let before = 0;
  return {
    read(table, at, complete) {
      if (!complete) {
        known = undefined;
        return undefined;
      }
      const seen: NonNullable<typeof known> = new Map();
      clearTraffic(sums);
      for (let i = 0; i < table.length; i++) {
        if (table.hasInfo[i] !== 1) continue;
        const cookie = (table.cookie[2 * i] as number) + (table.cookie[2 * i + 1] as number) * 2 ** 32;
        const bytes = [table.inBytes[i] as number, table.outBytes[i] as number] as const;
        seen.set(cookie, bytes);
        if (known === undefined) continue;
        const [inBefore, outBefore] = known.get(cookie) ?? [0, 0];
        const inBytes = Math.max(0, bytes[0] - inBefore);
        const outBytes = Math.max(0, bytes[1] - outBefore);
        if (inBytes + outBytes === 0) continue;
        const slot = peerSlot(sums, table.remote, 4 * i, at);
        if (slot < 0) continue;
        add(sums.counts, COUNTS * slot + COUNT.inBytes, inBytes);
        add(sums.counts, COUNTS * slot + COUNT.outBytes, outBytes);
        sums.lastSeen[slot] = at;
      }
      const first = known === undefined;
      const milliseconds = at - before;
      known = seen;
      before = at;
      if (first || sums.peers.size === 0) return undefined;
      return {
        kind: "traffic",
        at,
        interface: "sockets",
        source: "tcp_info",
        milliseconds: Math.max(0, milliseconds),
        columns: columnsOf(sums),
      };
    },
  };
}

function add(numbers: Float64Array, i: number, n: number): void {
  numbers[i] = (numbers[i] as number) + n;
}
