import { type Addresses, addAddress, createAddresses, findAddress } from "./address-index.ts";
import type { PeerTraffic, TrafficColumns, TrafficEvent, TrafficView } from "./event.ts";
import { formatIp, type IpWords, parseIpWords } from "./ip.ts";
import { COUNTS, TOTALS, TRAFFIC_COUNTS, type TrafficTotal, type TrafficTotals } from "./traffic.ts";

/** Counts of packets by peer, of one interface over one time. */
export interface TrafficTable {
  readonly peers: Addresses;
  /** Those of TRAFFIC_COUNTS, `COUNTS` for each slot. */
  readonly counts: Float64Array;
  /** Epoch milliseconds, per slot. */
  readonly lastSeen: Float64Array;
  /** Those of TOTALS: also of packets whose peers had no room. */
  readonly totals: Float64Array;
  /** Packets of peers that had no room. */
  refused: number;
}

/** `seed`: unpredictable, so that nobody can choose addresses that collide. */
export function createTrafficTable(capacity: number, seed: number): TrafficTable {
  return {
    peers: createAddresses(capacity, seed),
    counts: new Float64Array(COUNTS * capacity),
    lastSeen: new Float64Array(capacity),
    totals: new Float64Array(TOTALS.length),
    refused: 0,
  };
}

/** The slot of a peer, made where there is none; -1 where there is no room. */
export function peerSlot({ peers, counts }: TrafficTable, words: IpWords, offset: number): number {
  const found = findAddress(peers, words, offset);
  if (found >= 0 || peers.size === peers.capacity) return found;
  const slot = addAddress(peers, words, offset);
  counts.fill(0, COUNTS * slot, COUNTS * (slot + 1));
  return slot;
}

/** Forgets everything. */
export function clearTraffic(table: TrafficTable): void {
  const { peers } = table;
  peers.cells.fill(0);
  peers.cellOf.fill(-1);
  peers.freedCount = 0;
  peers.top = 0;
  peers.size = 0;
  table.totals.fill(0);
  table.refused = 0;
}

/** The totals by their names. */
export function totalsOf({ totals }: TrafficTable): TrafficTotals {
  return namedTotals((i) => totals[i] as number);
}

/** Totals that are told by their places in TOTALS. */
export function namedTotals(value: (place: number) => number): TrafficTotals {
  return Object.fromEntries(TOTALS.map((name, i) => [name, value(i)])) as Record<TrafficTotal, number>;
}

/** The peers of a table from slot `from` on, at most `most`. No slot may have been freed. */
export function columnsOf(table: TrafficTable, from = 0, most = table.peers.size): TrafficColumns {
  const to = Math.min(table.peers.size, from + most);
  return {
    length: to - from,
    words: table.peers.words.subarray(4 * from, 4 * to),
    counts: table.counts.subarray(COUNTS * from, COUNTS * to),
    lastSeen: table.lastSeen.subarray(from, to),
  };
}

/** The plain event, which may be kept. */
export function toTrafficEvent({ columns, ...view }: TrafficView): TrafficEvent {
  const { length, words, counts, lastSeen } = columns;
  const peers = Array.from({ length }, (_, i): PeerTraffic => {
    const peer: Record<string, unknown> = { ip: formatIp(words, 4 * i) };
    TRAFFIC_COUNTS.forEach((name, c) => {
      const count = counts[COUNTS * i + c] as number;
      if (count > 0) peer[name] = count;
    });
    const at = Math.floor(lastSeen[i] as number);
    if (at > 0 && at !== view.at) peer.lastSeen = at;
    // Its keys are those of the tables above.
    return peer as unknown as PeerTraffic;
  });
  return { ...view, peers };
}

/** The other way round. A peer whose address is none is left out. */
export function toTrafficView({ peers, ...event }: TrafficEvent): TrafficView {
  const words = new Uint32Array(4 * peers.length);
  const counts = new Float64Array(COUNTS * peers.length);
  const lastSeen = new Float64Array(peers.length);
  let length = 0;
  for (const peer of peers) {
    if (!parseIpWords(peer.ip, words, 4 * length)) continue;
    TRAFFIC_COUNTS.forEach((name, c) => {
      counts[COUNTS * length + c] = peer[name] ?? 0;
    });
    lastSeen[length] = peer.lastSeen ?? event.at;
    length++;
  }
  return { ...event, columns: { length, words, counts, lastSeen } };
}
