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
  const tree = grow(needles, fold);
  const outputs = link(tree);
  const { table, first, offsets, numbers } = renumber(tree, outputs);
  const { kinds } = tree;

  /** Apart from the loop, which then is small enough to be made fast. */
  function tell(state: number, to: number, found: (needle: number, to: number) => void): void {
    const last = offsets[state - first + 1] as number;
    for (let at = offsets[state - first] as number; at < last; at++) found(numbers[at] as number, to);
  }

  return {
    scan(bytes, start, end, found) {
      let state = 0;
      for (let i = start; i < end; i++) {
        state = table[(state << SHIFT) | (kinds[bytes[i] as number] as number)] as number;
        if (state >= first) tell(state, i + 1, found);
      }
    },
  };
}

/** The tree of all needles, which becomes the automaton. */
interface Tree {
  /** The kind of each byte, and how many kinds there are. */
  readonly kinds: Uint8Array;
  readonly kindCount: number;
  /** Of each state a row of successors; 0, the root, where there is none. */
  readonly next: Int32Array;
  /** Which needles end in each state. */
  readonly ends: number[][];
}

function grow(needles: readonly Uint8Array[], fold: Uint8Array): Tree {
  const kindOf = new Uint8Array(256);
  let kindCount = 1;
  const next = new Int32Array((1 + needles.reduce((sum, { length }) => sum + length, 0)) << SHIFT);
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
      const at = (state << SHIFT) | (kindOf[folded] as number);
      if (next[at] === 0) {
        if (ends.length === MOST_STATES) throw new RangeError("there are too many needles");
        next[at] = ends.length;
        ends.push([]);
      }
      state = next[at] as number;
    }
    (ends[state] as number[]).push(number);
  });
  const kinds = Uint8Array.from({ length: 256 }, (_, byte) => kindOf[fold[byte] as number] as number);
  return { kinds, kindCount, next, ends };
}

/**
 * Breadth first: a state that lacks a successor takes that of its longest suffix which is a state itself. Writes them
 * into the tree, and returns which needles end in each state, those that are suffixes of others included.
 */
function link({ kindCount, next, ends }: Tree): readonly (readonly number[])[] {
  const suffix = new Int32Array(ends.length);
  const outputs: (readonly number[])[] = [...ends];
  const queue = new Int32Array(ends.length);
  let length = 1;
  for (let head = 0; head < length; head++) {
    const state = queue[head] as number;
    const row = state << SHIFT;
    const fallback = (suffix[state] as number) << SHIFT;
    for (let kind = 1; kind < kindCount; kind++) {
      const to = next[row | kind] as number;
      const other = state === 0 ? 0 : (next[fallback | kind] as number);
      if (to === 0) next[row | kind] = other;
      else {
        suffix[to] = other;
        const ending = outputs[other] as readonly number[];
        if (ending.length > 0) outputs[to] = [...(outputs[to] as readonly number[]), ...ending];
        queue[length++] = to;
      }
    }
  }
  return outputs;
}

/** Numbers the states where needles end last, with their needles in one list. */
function renumber({ kindCount, next }: Tree, outputs: readonly (readonly number[])[]) {
  const renamed = new Int32Array(outputs.length);
  const silent = outputs.filter((list) => list.length === 0).length;
  let quiet = 0;
  let telling = silent;
  outputs.forEach((list, state) => {
    renamed[state] = list.length === 0 ? quiet++ : telling++;
  });
  const table = new Uint16Array(outputs.length << SHIFT);
  for (let state = 0; state < outputs.length; state++) {
    const from = state << SHIFT;
    const to = (renamed[state] as number) << SHIFT;
    for (let kind = 1; kind < kindCount; kind++) {
      table[to | kind] = renamed[next[from | kind] as number] as number;
    }
  }
  const lists = outputs.filter((list) => list.length > 0);
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => {
    offsets[i + 1] = (offsets[i] as number) + list.length;
  });
  return { table, first: silent, offsets, numbers: Int32Array.from(lists.flat()) };
}
