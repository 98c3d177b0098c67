import { mix } from "../model/mix.ts";

/**
 * What addresses did lately, counted for the rules by their slots, or by the numbers of their homes: per number some windows, and for some of them which different
 * things were counted. Only addresses that did anything worth counting have a track; when all are taken, one that was
 * quiet for long gives its own up.
 */
export interface Tracks {
  window(seconds: number): Window;
  /** `most`: so many different things are told apart at least. */
  distinct(seconds: number, most?: number): Distinct;
  growth(seconds: number): Growth;
  release(slot: number): void;
}

/** A count over the last seconds, by the events' own times. */
export interface Window {
  /**
   * Adds `n` at a time (epoch ms); returns the count of the seconds that end with the latest time heard of, or 0 where the
   * time lies before them.
   */
  add(slot: number, at: number, n?: number): number;
  /** The count of the seconds that end at `at`, or with the latest time heard of where that is later. */
  count(slot: number, at: number): number;
  /** When what is counted began, to the seventh of the seconds where more came before. NaN where nothing is counted. */
  since(slot: number): number;
  clear(slot: number): void;
}

/** A count of different things over the last seconds. */
export interface Distinct {
  /**
   * `hash`: 32 bits of the thing; one of the same bits is the same. Returns the count, or 0 where the thing was counted
   * before and something was within the seconds.
   */
  add(slot: number, at: number, hash: number): number;
  /** As of a {@link Window}. */
  count(slot: number, at: number): number;
  since(slot: number): number;
  /** Whether it was counted; it may be longer ago than the seconds. */
  has(slot: number, hash: number): boolean;
  clear(slot: number): void;
}

/** How much a number that only grows, such as that of all requests of an address, grew over the last seconds. */
export interface Growth {
  /** Told of `total` at a time (epoch ms); returns the growth since it was first told of within the seconds that end then. */
  add(slot: number, at: number, total: number): number;
}

/** Addresses, or homes of several, that are counted at once: some 50 MB of columns when all are taken. */
const TRACKS = 16_384;
/** Of a free choice the quietest of so many gives up its track. */
const CANDIDATES = 8;
/**
 * A window is so many cells, the newest of them under way: it holds the whole of its seconds, and up to a seventh more,
 * so that what comes exactly within them is never missed.
 */
const CELLS = 8;
const LAST = CELLS - 1;
/** More different users, ports or paths than that are not waited for by default, but for those of a slow scan. */
const MOST = 48;
/** Different things of one address that are told apart at most, whatever somebody waits for: 32 MB for all addresses. */
const MOST_CELLS = 512;
const MOST_COUNTED = 0xffffffff;
const NOBODY = -1;

export function createTracks(slots: number, tracks = TRACKS): Tracks {
  const ofSlot = new Int32Array(slots).fill(NOBODY);
  /** Of numbers beyond the slots, as the homes of several addresses have. */
  const ofHome = new Map<number, number>();
  const owner = new Float64Array(tracks).fill(NOBODY);
  const touched = new Float64Array(tracks);
  /** Counts the owners of each track: what a column holds of an earlier one counts as nothing. */
  const tenures = new Uint32Array(tracks);
  const free = Array.from({ length: tracks }, (_, i) => tracks - 1 - i);
  let hand = 0;

  function trackOf(n: number): number {
    return n < slots ? (ofSlot[n] as number) : (ofHome.get(n) ?? NOBODY);
  }

  function assign(n: number, track: number): void {
    if (n < slots) ofSlot[n] = track;
    else if (track === NOBODY) ofHome.delete(n);
    else ofHome.set(n, track);
  }

  function claim(n: number, at: number): number {
    const held = trackOf(n);
    if (held !== NOBODY) {
      if (at > (touched[held] as number)) touched[held] = at;
      return held;
    }
    const track = free.pop() ?? quietest();
    const before = owner[track] as number;
    if (before !== NOBODY) assign(before, NOBODY);
    owner[track] = n;
    assign(n, track);
    touched[track] = at;
    tenures[track] = (tenures[track] as number) + 1;
    return track;
  }

  function quietest(): number {
    let least = Number.POSITIVE_INFINITY;
    let found = 0;
    for (let i = 0; i < CANDIDATES; i++) {
      hand = (hand + 1) % tracks;
      if ((touched[hand] as number) >= least) continue;
      least = touched[hand] as number;
      found = hand;
    }
    return found;
  }

  return {
    window(seconds) {
      const column = windowColumn(tenures, seconds);
      return {
        add: (slot, at, n = 1) => column.add(claim(slot, at), at, n),
        count: (slot, at) => column.count(trackOf(slot), at),
        since: (slot) => column.since(trackOf(slot)),
        clear: (slot) => clearOf(column, trackOf(slot)),
      };
    },
    distinct(seconds, most = MOST) {
      const window = windowColumn(tenures, seconds);
      const things = setColumn(tracks, most);
      return {
        add(slot, at, hash) {
          const track = claim(slot, at);
          // What came before a silence is new again.
          if (window.count(track, at) === 0) things.clear(track);
          return things.add(track, hash) ? window.add(track, at, 1) : 0;
        },
        count: (slot, at) => window.count(trackOf(slot), at),
        since: (slot) => window.since(trackOf(slot)),
        has(slot, hash) {
          const track = trackOf(slot);
          return window.isOwn(track) && things.has(track, hash);
        },
        clear(slot) {
          clearOf(window, trackOf(slot));
          clearOf(things, trackOf(slot));
        },
      };
    },
    growth(seconds) {
      const window = windowColumn(tenures, seconds);
      const totals = new Float64Array(tracks);
      return {
        add(slot, at, total) {
          const track = claim(slot, at);
          const isFirst = window.count(track, at) === 0;
          const before = totals[track] as number;
          totals[track] = total;
          return window.add(track, at, isFirst ? 1 : Math.max(0, total - before));
        },
      };
    },
    release(slot) {
      const track = trackOf(slot);
      if (track === NOBODY) return;
      assign(slot, NOBODY);
      owner[track] = NOBODY;
      free.push(track);
    },
  };
}

function clearOf(column: { clear(track: number): void }, track: number): void {
  if (track !== NOBODY) column.clear(track);
}

function windowColumn(tenures: Uint32Array, seconds: number) {
  const cell = (seconds * 1000) / LAST;
  // Made when something is counted for the first time: a rule that never is takes no room.
  let counts = new Uint32Array(0);
  let newest = new Float64Array(0);
  let first = new Float64Array(0);
  /** Of which tenure those are; nothing is cleared before it is needed, as most is never counted of most. */
  let tenure = new Uint32Array(0);
  const allocate = (tracks: number): void => {
    counts = new Uint32Array(CELLS * tracks);
    newest = new Float64Array(tracks);
    first = new Float64Array(tracks);
    tenure = new Uint32Array(tracks);
  };
  const isOwn = (track: number): boolean => track !== NOBODY && tenure[track] === tenures[track];
  const clear = (track: number): void => {
    counts.fill(0, CELLS * track, CELLS * (track + 1));
    newest[track] = 0;
  };
  return {
    isOwn,
    clear,
    add(track: number, at: number, n: number): number {
      if (!isOwn(track)) {
        if (tenure.length === 0) allocate(tenures.length);
        clear(track);
        tenure[track] = tenures[track] as number;
      }
      const base = CELLS * track;
      const now = Math.floor(at / cell);
      const before = newest[track] as number;
      if (now > before) {
        const stale = Math.min(now - before, CELLS);
        for (let i = 0; i < stale; i++) counts[base + ((now - i) & LAST)] = 0;
        newest[track] = now;
      } else if (before - now >= CELLS) return 0;
      const sum = sumOf(counts, base);
      if (sum === 0 || at < (first[track] as number)) first[track] = at;
      const place = base + (now & LAST);
      // A hostile recording may count beyond 32 bits.
      counts[place] = Math.min(MOST_COUNTED, (counts[place] as number) + n);
      return sum + n;
    },
    count(track: number, at: number): number {
      if (!isOwn(track)) return 0;
      const last = newest[track] as number;
      let sum = 0;
      for (let i = Math.max(last, Math.floor(at / cell)) - CELLS + 1; i <= last; i++) {
        sum += counts[CELLS * track + (i & LAST)] as number;
      }
      return sum;
    },
    since(track: number): number {
      if (!isOwn(track)) return Number.NaN;
      const last = newest[track] as number;
      for (let i = last - LAST; i <= last; i++) {
        // A run may have begun before what is counted of it.
        if (counts[CELLS * track + (i & LAST)] !== 0) return Math.max(first[track] as number, i * cell);
      }
      return Number.NaN;
    },
  };
}

function sumOf(counts: Uint32Array, base: number): number {
  let sum = 0;
  for (let i = 0; i < CELLS; i++) sum += counts[base + i] as number;
  return sum;
}

function setColumn(tracks: number, most: number) {
  let size = 8;
  while (size < MOST_CELLS && 3 * size < 4 * most) size *= 2;
  let cells = new Int32Array(0);
  let taken = new Uint16Array(0);
  /** The cell that holds the hash, or the free one where it belongs. */
  const cellOf = (track: number, hash: number): number => {
    const h = mix(hash) || 1;
    const base = size * track;
    let place = h & (size - 1);
    for (let cell = cells[base + place]; cell !== 0 && cell !== h; cell = cells[base + place]) {
      place = (place + 1) & (size - 1);
    }
    return base + place;
  };
  const clear = (track: number): void => {
    cells.fill(0, size * track, size * (track + 1));
    taken[track] = 0;
  };
  return {
    clear,
    /** Whether it was new. */
    add(track: number, hash: number): boolean {
      if (taken.length === 0) {
        cells = new Int32Array(size * tracks);
        taken = new Uint16Array(tracks);
      }
      const cell = cellOf(track, hash);
      if (cells[cell] !== 0) return false;
      // Fuller, it takes long to find nothing, and more different things than somebody waits for were counted.
      if (4 * (taken[track] as number) >= 3 * size) clear(track);
      cells[cellOf(track, hash)] = mix(hash) || 1;
      taken[track] = (taken[track] as number) + 1;
      return true;
    },
    has(track: number, hash: number): boolean {
      return cells[cellOf(track, hash)] !== 0;
    },
  };
}
