/** Finds many needles in one pass over bytes. */
export interface Matcher {
  /**
   * Tells each occurrence of each needle in `bytes[start, end)`, overlapping ones too, in the order in which they
   * end: the needle's number, and the index behind its last byte.
   */
  scan(bytes: Uint8Array, start: number, end: number, found: (needle: number, to: number) => void): void;
}

/** Rows of the table are this wide: 128 kinds of bytes, of which the first is those that no needle holds. */
const SHIFT = 7;
const KINDS = 1 << SHIFT;
/** States are numbered in 16 bits, so that the rows near the root, which nearly all bytes meet, stay in the cache. */
const MOST_STATES = 0x10000;

/**
 * The automaton of Aho and Corasick (Efficient string matching, CACM 18(6), 1975) with all its failure links worked
 * into the table: one look-up a byte whatever the text, and one comparison, as the states in which something ends
 * are numbered last.
 *
 * `fold` maps each byte to the one it counts as, in needles and texts alike. The needles are Latin letters,
 * digits and signs, or UTF-8 bytes; none may be empty. RangeError for more than 127 different bytes, or too many needles.
 */
export function compileMatcher(needles: readonly Uint8Array[], fold: Uint8Array): Matcher {
  const { kinds, trie, ends } = grow(needles, fold);
  const { next, outputs } = link(trie, ends);
  const { table, first, offsets, numbers } = renumber(next, outputs);
  return {
    scan(bytes, start, end, found) {
      let state = 0;
      for (let i = start; i < end; i++) {
        state = table[(state << SHIFT) | (kinds[bytes[i] as number] as number)] as number;
        if (state < first) continue;
        const last = offsets[state - first + 1] as number;
        for (let at = offsets[state - first] as number; at < last; at++) found(numbers[at] as number, i + 1);
      }
    },
  };
}

/** A row of 128 successors for each state: -1 where there is none yet. */
type Row = Int32Array;

/** The tree of all needles, and which of them end in which state. */
function grow(needles: readonly Uint8Array[], fold: Uint8Array) {
  const kindOf = new Uint8Array(256);
  let kindCount = 1;
  const trie: Row[] = [new Int32Array(KINDS).fill(-1)];
  const ends: number[][] = [[]];
  needles.forEach((needle, number) => {
    if (needle.length === 0) throw new RangeError("a needle is empty");
    let state = 0;
    for (const byte of needle) {
      const folded = fold[byte] as number;
      if (kindOf[folded] === 0) {
        if (kindCount === KINDS) throw new RangeError("the needles hold more than 127 different bytes");
        kindOf[folded] = kindCount++;
      }
      const row = trie[state] as Row;
      const kind = kindOf[folded] as number;
      if (row[kind] === -1) {
        if (trie.length === MOST_STATES) throw new RangeError("there are too many needles");
        row[kind] = trie.length;
        trie.push(new Int32Array(KINDS).fill(-1));
        ends.push([]);
      }
      state = row[kind] as number;
    }
    (ends[state] as number[]).push(number);
  });
  const kinds = Uint8Array.from({ length: 256 }, (_, byte) => kindOf[fold[byte] as number] as number);
  return { kinds, trie, ends };
}

/** Breadth first: a state lacking a successor takes that of the longest suffix which is a state itself. */
function link(trie: readonly Row[], ends: readonly number[][]) {
  const suffix = new Int32Array(trie.length);
  const outputs: number[][] = ends.map((own) => [...own]);
  const queue: number[] = [0];
  for (const state of queue) {
    const row = trie[state] as Row;
    const fallback = state === 0 ? undefined : (trie[suffix[state] as number] as Row);
    for (let kind = 0; kind < KINDS; kind++) {
      const other = fallback?.[kind] ?? 0;
      const to = row[kind] as number;
      if (to === -1) row[kind] = other;
      else {
        suffix[to] = other;
        (outputs[to] as number[]).push(...(outputs[other] as number[]));
        queue.push(to);
      }
    }
  }
  return { next: trie, outputs };
}

/** One flat table, in which the states where needles end come last, and their needles in one list. */
function renumber(next: readonly Row[], outputs: readonly number[][]) {
  const silent = outputs.flatMap((list, state) => (list.length === 0 ? [state] : []));
  const telling = outputs.flatMap((list, state) => (list.length === 0 ? [] : [state]));
  const order = [...silent, ...telling];
  const renamed = new Int32Array(order.length);
  order.forEach((state, i) => {
    renamed[state] = i;
  });
  const table = new Uint16Array(order.length << SHIFT);
  order.forEach((state, i) => {
    (next[state] as Row).forEach((to, kind) => {
      table[(i << SHIFT) | kind] = renamed[to] as number;
    });
  });
  const offsets = new Int32Array(telling.length + 1);
  telling.forEach((state, i) => {
    offsets[i + 1] = (offsets[i] as number) + (outputs[state] as number[]).length;
  });
  const numbers = Int32Array.from(telling.flatMap((state) => outputs[state] as number[]));
  return { table, first: silent.length, offsets, numbers };
}
