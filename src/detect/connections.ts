import type { SocketTable } from "../model/event.ts";
import { spread } from "./tracks.ts";

/** Connections remembered from one reading of the table to the next, told apart by peer, ports and where they end here. */
export interface Connections {
  /** A table is read. `blind`: nothing is known of the time before, so what is in it may be of any age. */
  begin(blind: boolean): void;
  /** The place of row `i` of it, a connection of the address in `slot`; -1 where there is no room. */
  place(slot: number, table: SocketTable, i: number, at: number): number;
  /** By place: when it was first seen (epoch ms). */
  readonly first: Float64Array;
  /** By place: 1 where it was not there at the reading before. */
  readonly fresh: Uint8Array;
  /** By place: 1 where nobody saw it open. */
  readonly old: Uint8Array;
  /** By place: payload that it had received and sent when it was looked at last; NaN before that. */
  readonly received: Float64Array;
  readonly sent: Float64Array;
}

/** Twice as many as a host has to one peer by all its ports: 6 MB of columns. A power of two. */
const PLACES = 131_072;
/** Places that a connection may be at. Where all are taken by others it is not remembered. */
const CHOICES = 8;

export function createConnections(places = PLACES): Connections {
  const slots = new Int32Array(places);
  const ports = new Uint32Array(places);
  const ends = new Int32Array(places);
  const last = new Uint32Array(places);
  const first = new Float64Array(places);
  const fresh = new Uint8Array(places);
  const old = new Uint8Array(places);
  const received = new Float64Array(places);
  const sent = new Float64Array(places);
  // What no place was ever seen at is over at once.
  let reading = 2;
  let isBlind = true;

  return {
    begin(blind) {
      reading++;
      isBlind = blind;
    },
    place(slot, table, i, at) {
      const pair = (((table.localPort[i] as number) << 16) | (table.remotePort[i] as number)) >>> 0;
      const end = endOf(table, i);
      const begin = spread(spread(pair ^ Math.imul(slot, 0x9e3779b1)) ^ end);
      let free = -1;
      for (let choice = 0; choice < CHOICES; choice++) {
        const place = (begin + choice) & (places - 1);
        const seen = last[place] as number;
        // Not seen this time nor the time before: it is over.
        if (seen < reading - 1) {
          if (free < 0) free = place;
          continue;
        }
        if (slots[place] !== slot || ports[place] !== pair || ends[place] !== end) continue;
        if (seen !== reading) fresh[place] = 0;
        last[place] = reading;
        return place;
      }
      if (free < 0) return -1;
      slots[free] = slot;
      ports[free] = pair;
      ends[free] = end;
      last[free] = reading;
      first[free] = at;
      fresh[free] = 1;
      old[free] = isBlind ? 1 : 0;
      received[free] = Number.NaN;
      sent[free] = Number.NaN;
      return free;
    },
    first,
    fresh,
    old,
    received,
    sent,
  };
}

/** Our own address and its namespace in 32 bits: two connections of the same ports end at different ones. */
function endOf({ local, netns }: SocketTable, i: number): number {
  return spread((local[4 * i + 3] as number) ^ (local[4 * i + 2] as number)) ^ (netns[i] as number);
}
