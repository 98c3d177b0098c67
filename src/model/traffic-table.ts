import { type Addresses, addAddress, createAddresses, findAddress } from "./address-index.ts";
import type { PeerTraffic, TrafficColumns, TrafficEvent, TrafficView } from "./event.ts";
import { formatIp, type IpWords, parseIpWords } from "./ip.ts";
import { COUNT, COUNTS, TOTALS, TRAFFIC_COUNTS, type TrafficTotal, type TrafficTotals } from "./traffic.ts";

/** Counts of packets by peer, of one interface over one time. */
export interface TrafficTable {
  readonly peers: Addresses;
  /** Those of TRAFFIC_COUNTS, `COUNTS` for each slot. */
  readonly counts: Float64Array;
  /** Epoch milliseconds, per slot. */
  readonly firstSeen: Float64Array;
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
    firstSeen: new Float64Array(capacity),
    lastSeen: new Float64Array(capacity),
    totals: new Float64Array(TOTALS.length),
    refused: 0,
  };
}

/** The slot of a peer, made where there is none, first seen at `time`; -1 where there is no room. */
export function peerSlot(
  { peers, counts, firstSeen }: TrafficTable,
  words: IpWords,
  offset: number,
  time: number,
): number {
  const found = findAddress(peers, words, offset);
  if (found >= 0 || peers.size === peers.capacity) return found;
  const slot = addAddress(peers, words, offset);
  counts.fill(0, COUNTS * slot, COUNTS * (slot + 1));
  firstSeen[slot] = time;
  return slot;
}

/** Forgets everything. */
export function clearTraffic(table: TrafficTable): void {
  const { peers } = table;
  // Few are forgotten one by one: a large table of a silent interface is cleared each second too.
  if (peers.top < peers.capacity / 16) {
    for (let slot = 0; slot < peers.top; slot++) {
      const cell = peers.cellOf[slot] as number;
      if (cell >= 0) peers.cells[cell] = 0;
      peers.cellOf[slot] = -1;
    }
  } else {
    peers.cells.fill(0);
    peers.cellOf.fill(-1);
  }
  peers.freedCount = 0;
  peers.top = 0;
  peers.size = 0;
  table.totals.fill(0);
  table.refused = 0;
}

/** Adds what some peers did. Where there is no room for one, the lighter half of the peers goes. */
export function addTraffic(table: TrafficTable, columns: TrafficColumns): void {
  const { length, words, counts, firstSeen, lastSeen } = columns;
  for (let i = 0; i < length; i++) {
    const first = firstSeen[i] as number;
    let slot = peerSlot(table, words, 4 * i, first);
    if (slot < 0) {
      forgetLighter(table);
      slot = peerSlot(table, words, 4 * i, first);
    }
    for (let c = 0; c < COUNTS; c++) {
      table.counts[COUNTS * slot + c] =
        (table.counts[COUNTS * slot + c] as number) + (counts[COUNTS * i + c] as number);
    }
    table.lastSeen[slot] = lastSeen[i] as number;
  }
}

/** Bytes of a slot, both ways. */
export function bytesOf({ counts }: TrafficTable, slot: number): number {
  return (
    (counts[COUNTS * slot + COUNT.inBytes] as number) + (counts[COUNTS * slot + COUNT.outBytes] as number)
  );
}

/** Keeps the half with most bytes, in the order they came, so that who is heavy is never among the forgotten. */
function forgetLighter(table: TrafficTable): void {
  const { peers } = table;
  const sorted = Float64Array.from({ length: peers.size }, (_, slot) => bytesOf(table, slot)).sort();
  const half = peers.size >> 1;
  const least = sorted[peers.size - half] ?? Number.POSITIVE_INFINITY;
  // Of those that are as light as the lightest that stay, the first.
  let equals = sorted.subarray(peers.size - half).filter((bytes) => bytes === least).length;
  const { totals, refused } = table;
  const kept: { words: IpWords; counts: Float64Array; firstSeen: number; lastSeen: number }[] = [];
  let forgotten = 0;
  for (let slot = 0; slot < peers.size; slot++) {
    const counts = table.counts.slice(COUNTS * slot, COUNTS * (slot + 1));
    const bytes = bytesOf(table, slot);
    if (bytes > least || (bytes === least && equals-- > 0)) {
      const words = peers.words.slice(4 * slot, 4 * slot + 4);
      const [firstSeen, lastSeen] = [table.firstSeen[slot] as number, table.lastSeen[slot] as number];
      kept.push({ words, counts, firstSeen, lastSeen });
    } else forgotten += (counts[COUNT.inPackets] as number) + (counts[COUNT.outPackets] as number);
  }
  const before = totals.slice();
  clearTraffic(table);
  totals.set(before);
  table.refused = refused + forgotten;
  for (const { words, counts, firstSeen, lastSeen } of kept) {
    const slot = peerSlot(table, words, 0, firstSeen);
    table.counts.set(counts, COUNTS * slot);
    table.lastSeen[slot] = lastSeen;
  }
}

/** The totals by their names. */
export function totalsOf({ totals }: TrafficTable): TrafficTotals {
  return namedTotals((_, place) => totals[place] as number);
}

/** Totals of which each is told by its name, or its place in TOTALS. */
export function namedTotals(value: (name: TrafficTotal, place: number) => number): TrafficTotals {
  return Object.fromEntries(TOTALS.map((name, i) => [name, value(name, i)])) as Record<TrafficTotal, number>;
}

/** The peers of a table from slot `from` on, at most `most`. No slot may have been freed. */
export function columnsOf(table: TrafficTable, from = 0, most = table.peers.size): TrafficColumns {
  const to = Math.min(table.peers.size, from + most);
  return {
    length: to - from,
    words: table.peers.words.subarray(4 * from, 4 * to),
    counts: table.counts.subarray(COUNTS * from, COUNTS * to),
    firstSeen: table.firstSeen.subarray(from, to),
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
  const firstSeen = new Float64Array(peers.length).fill(event.at);
  return { ...event, columns: { length, words, counts, firstSeen, lastSeen } };
}
