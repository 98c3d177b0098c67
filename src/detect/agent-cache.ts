/** Agents of a site are a few thousand. */
const SETS = 1024;
const WAYS = 4;
/** In the mark of a place, beside four times the length. */
const USUAL = 1;
const ESCAPED = 2;
/** Those over 256 bytes are rare. A megabyte in all. */
const WIDTH = 256;

/** What was found for agents, by their bytes in the line. Those of more than 256 bytes are not kept. */
export interface AgentCache<Found> {
  /**
   * What was found for `view[start, end)`. `escaped` says whether the bytes are as a log writes them, since the same
   * bytes then mean another agent.
   */
  get(view: DataView, start: number, end: number, escaped: boolean): Found | undefined;
  /** Keeps what was found for the agent that `get` was asked for last. */
  keep(view: DataView, start: number, end: number, escaped: boolean, found: Found): void;
}

/**
 * What was found for the agents seen last, by all of their bytes, so that nobody can pass for another. Four places
 * for each hash, the oldest given away first: bounded, whatever is sent. `usual` is what is found for nearly all: to say
 * so takes no look at what was kept.
 */
export function createAgentCache<Found>(usual: Found): AgentCache<Found> {
  const keys = new DataView(new ArrayBuffer(SETS * WAYS * WIDTH));
  /** Of each place the hash, and the length with two marks: those of one set lie in one cache line. */
  const heads = new Int32Array(SETS * WAYS * 2).fill(-1);
  const values: (Found | undefined)[] = new Array<Found | undefined>(SETS * WAYS).fill(undefined);
  const oldest = new Uint8Array(SETS);
  let asked = 0;

  return {
    get(view, start, end, escaped) {
      const length = end - start;
      if (length > WIDTH) return undefined;
      asked = mixed(view, start, end);
      const first = (asked & (SETS - 1)) * WAYS;
      const wanted = length * 4 + (escaped ? ESCAPED : 0);
      for (let at = first; at < first + WAYS; at++) {
        const mark = heads[2 * at + 1] as number;
        if (heads[2 * at] !== asked || (mark & ~USUAL) !== wanted) continue;
        if (!same(keys, at * WIDTH, view, start, length)) continue;
        return (mark & USUAL) === 0 ? values[at] : usual;
      }
      return undefined;
    },
    keep(view, start, end, escaped, found) {
      const length = end - start;
      if (length > WIDTH) return;
      const set = asked & (SETS - 1);
      const at = set * WAYS + (oldest[set] as number);
      oldest[set] = ((oldest[set] as number) + 1) % WAYS;
      heads[2 * at] = asked;
      heads[2 * at + 1] = length * 4 + (escaped ? ESCAPED : 0) + (found === usual ? USUAL : 0);
      values[at] = found;
      for (let i = 0; i < length; i++) keys.setUint8(at * WIDTH + i, view.getUint8(start + i));
    },
  };
}

/** Two sums side by side, as each step waits for the one before. What is in the high bits is folded down last. */
function mixed(view: DataView, start: number, end: number): number {
  let a = end - start;
  let b = 0x2545f491;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    a = Math.imul(a ^ view.getInt32(i, true), 0x9e3779b1);
    b = Math.imul(b ^ view.getInt32(i + 4, true), 0x85ebca6b);
  }
  for (; i < end; i++) b = Math.imul(b ^ view.getUint8(i), 0x9e3779b1);
  const h = Math.imul(a ^ (a >>> 15) ^ b ^ (b >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 15);
}

function same(keys: DataView, at: number, view: DataView, start: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4)
    if (keys.getInt32(at + i, true) !== view.getInt32(start + i, true)) return false;
  for (; i < length; i++) if (keys.getUint8(at + i) !== view.getUint8(start + i)) return false;
  return true;
}
