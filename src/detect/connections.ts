import type { SocketTable } from "../model/event.ts";
import { mix } from "../model/mix.ts";

/** Connections remembered from one reading of the table to the next, told apart by peer, ports and where they end here. */
export interface Connections {
  /** A table is read at `at` (epoch ms). `blind`: nothing is known of the time before, so what is in it may be of any age. */
  begin(at: number, blind: boolean): void;
  /** The place of row `i` of it, a connection of the address in `slot`; -1 where there is no room. */
  place(slot: number, table: SocketTable, i: number): number;
  /** The address in `slot` left: what is remembered of its connections is not the next one's. */
  forget(slot: number): void;
  /** When it was first seen (epoch ms). */
  first(place: number): number;
  /** Whether it is the first time. */
  isFresh(place: number): boolean;
  /** Whether it was there already when nobody watched. */
  isOld(place: number): boolean;
  /** By how many bytes it received or sent more than when this was asked last; what was before is nobody's hour. */
  received(place: number, now: number): number;
  sent(place: number, now: number): number;
}

/** Twice as many as a host has to one peer by all its ports: 8 MB. A power of two. */
const PLACES = 131_072;
/** Places that a connection may be at. Where all are taken by others it is not remembered. */
const CHOICES = 8;
/** Readings that a connection may be missing in: a table that changes while it is read has gaps. */
const MISSED = 1;
/** Tables of containers come one after the other: for so long after a blind one (ms) theirs may be of any age too. */
const CONTAINERS = 64_000;

/** What is known of a connection lies in one cache line: three doubles, then five words of 32 bits. */
const DOUBLES = 8;
const FIRST = 0;
const RECEIVED = 1;
const SENT = 2;
const WORDS = 16;
const HOLDER = 6;
const PORTS = 7;
const END = 8;
const LAST = 9;
const FLAGS = 10;

/** A slot and how many addresses it had before stand in one word: the core holds no more addresses than that. */
const SLOTS = 65_536;

const FRESH = 1;
const OLD = 2;

export function createConnections(places = PLACES): Connections {
  const doubles = new Float64Array(DOUBLES * places);
  const words = new Uint32Array(doubles.buffer);
  const tenures = new Uint16Array(SLOTS);
  // What no place was ever seen at is over at once.
  let reading = MISSED + 2;
  let readAt = 0;
  let blindAt = 0;

  function grown(at: number, now: number): number {
    const before = doubles[at] as number;
    doubles[at] = now;
    return now > before ? now - before : 0;
  }

  return {
    begin(at, blind) {
      reading++;
      readAt = at;
      if (blind) blindAt = at;
    },
    forget(slot) {
      tenures[slot] = (tenures[slot] as number) + 1;
    },
    place(slot, table, i) {
      const holder = ((tenures[slot] as number) * SLOTS + slot) >>> 0;
      const ports = (((table.localPort[i] as number) << 16) | (table.remotePort[i] as number)) >>> 0;
      const end = endOf(table, i);
      const begin = mix(mix(ports ^ Math.imul(holder, 0x9e3779b1)) ^ end);
      let free = -1;
      for (let choice = 0; choice < CHOICES; choice++) {
        const place = (begin + choice) & (places - 1);
        const word = WORDS * place;
        const seen = words[word + LAST] as number;
        if (seen < reading - 1 - MISSED) {
          if (free < 0) free = place;
          continue;
        }
        if (words[word + PORTS] !== ports || words[word + HOLDER] !== holder || words[word + END] !== end)
          continue;
        if (seen !== reading) words[word + FLAGS] = (words[word + FLAGS] as number) & ~FRESH;
        words[word + LAST] = reading;
        return place;
      }
      if (free < 0) return -1;
      const word = WORDS * free;
      words[word + HOLDER] = holder;
      words[word + PORTS] = ports;
      words[word + END] = end;
      words[word + LAST] = reading;
      const seenFor = readAt - blindAt;
      const isOld = seenFor === 0 || (table.netns[i] !== 0 && seenFor < CONTAINERS);
      words[word + FLAGS] = isOld ? FRESH | OLD : FRESH;
      const double = DOUBLES * free;
      doubles[double + FIRST] = readAt;
      doubles[double + RECEIVED] = Number.NaN;
      doubles[double + SENT] = Number.NaN;
      return free;
    },
    first: (place) => doubles[DOUBLES * place + FIRST] as number,
    isFresh: (place) => ((words[WORDS * place + FLAGS] as number) & FRESH) !== 0,
    isOld: (place) => ((words[WORDS * place + FLAGS] as number) & OLD) !== 0,
    received: (place, now) => grown(DOUBLES * place + RECEIVED, now),
    sent: (place, now) => grown(DOUBLES * place + SENT, now),
  };
}

/** Our own address and its namespace in 32 bits: two connections of the same ports end at different ones. */
function endOf({ local, netns }: SocketTable, i: number): number {
  return (mix((local[4 * i + 3] as number) ^ (local[4 * i + 2] as number)) ^ (netns[i] as number)) >>> 0;
}
