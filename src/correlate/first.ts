/** Negative where `a` comes first; of different ids never 0, or the order would depend on chance. */
export type Compare = (a: number, b: number) => number;

/**
 * The first `limit` of `ids`, in order, without sorting the rest: a heap of the best so far whose root is the one to
 * beat, which for most is a single comparison.
 */
export function firstOf(ids: Int32Array, limit: number, compare: Compare): Int32Array {
  const heap = ids.slice(0, limit);
  if (ids.length <= limit) return heap.sort(compare);
  for (let i = (limit >> 1) - 1; i >= 0; i--) sink(heap, i, compare);
  for (let i = limit; i < ids.length; i++) {
    const id = ids[i] as number;
    if (limit === 0 || compare(id, heap[0] as number) >= 0) continue;
    heap[0] = id;
    sink(heap, 0, compare);
  }
  return heap.sort(compare);
}

/** Restores the heap below `i`: the worst of all stands at the root. */
function sink(heap: Int32Array, start: number, compare: Compare): void {
  let i = start;
  for (;;) {
    let worst = i;
    for (let child = 2 * i + 1; child <= 2 * i + 2 && child < heap.length; child++) {
      if (compare(heap[child] as number, heap[worst] as number) > 0) worst = child;
    }
    if (worst === i) return;
    const swap = heap[i] as number;
    heap[i] = heap[worst] as number;
    heap[worst] = swap;
    i = worst;
  }
}

/**
 * The order of rows that are told by number, of addresses as of groups: by `primary`, then by sockets
 * and by requests, most first, then by name.
 */
export function withTies(primary: Compare, connections: Compare, requests: Compare, names: Compare): Compare {
  return (a, b) => primary(a, b) || connections(a, b) || requests(a, b) || names(a, b);
}

/** Most first, or least. The keys stand at the ids. */
export function byNumber(keys: Float64Array | Uint32Array, reverse = false): Compare {
  return reverse
    ? (a, b) => (keys[a] as number) - (keys[b] as number)
    : (a, b) => (keys[b] as number) - (keys[a] as number);
}
