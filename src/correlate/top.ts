import { compareAddresses } from "../model/ip.ts";
import type { Sort } from "../model/snapshot.ts";
import { AUTH_FAILURES, BYTES, LAST_AUTH, LAST_SEEN, REQUESTS, read } from "./record.ts";
import { SSH_PORT, servicePort } from "./services.ts";
import type { State } from "./state.ts";
import { sumWindow } from "./windows.ts";

/**
 * The first `limit` of `slots` by `sort`, in order, without sorting the rest: a heap of the best so
 * far whose root is the one to beat, which for most slots is a single comparison.
 */
export function topSlots(state: State, slots: Int32Array, sort: Sort, limit: number): Int32Array {
  const compare = comparator(state, sort, slots);
  const heap = slots.slice(0, limit);
  if (slots.length <= limit) return heap.sort(compare);
  for (let i = (limit >> 1) - 1; i >= 0; i--) sink(heap, i, compare);
  for (let i = limit; i < slots.length; i++) {
    const slot = slots[i] as number;
    if (limit === 0 || compare(slot, heap[0] as number) >= 0) continue;
    heap[0] = slot;
    sink(heap, 0, compare);
  }
  return heap.sort(compare);
}

type Compare = (a: number, b: number) => number;

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

/** Most first, except addresses in numeric order. Equal rows: by sockets, by requests, by address. */
function comparator(state: State, sort: Sort, slots: Int32Array): Compare {
  const { words, stride } = state.addresses;
  const { count } = state.sockets;
  const byAddress: Compare = (a, b) => compareAddresses(words, stride * a, words, stride * b);
  if (sort === "ip") return byAddress;
  const keys = sortKeys(state, sort, slots);
  return (a, b) =>
    (keys[b] as number) - (keys[a] as number) ||
    (count[b] as number) - (count[a] as number) ||
    read(state.records, b, REQUESTS) - read(state.records, a, REQUESTS) ||
    byAddress(a, b);
}

/** The number each slot is sorted by, at the slot's place. */
function sortKeys(state: State, sort: Exclude<Sort, "ip">, slots: Int32Array): Float64Array {
  const key = sortKey(state, sort);
  const keys = new Float64Array(state.addresses.top);
  for (const slot of slots) keys[slot] = key(slot);
  return keys;
}

function sortKey(state: State, sort: Exclude<Sort, "ip">): (slot: number) => number {
  const field = (name: number) => (slot: number) => read(state.records, slot, name);
  const now = Math.floor(state.now / 1000);
  switch (sort) {
    case "conn":
      return (slot) => state.sockets.count[slot] as number;
    case "req":
      return field(REQUESTS);
    case "sent":
      return field(BYTES);
    case "auth":
      return field(AUTH_FAILURES);
    case "last":
      return field(LAST_SEEN);
    case "rate":
      return (slot) => sumWindow(state.windows, slot, now, 60);
    case "svc":
      return (slot) => countServices(state, slot);
    default:
      return () => 0;
  }
}

/** As many as `Row.services` would list without its limit. */
function countServices({ sockets, records }: State, slot: number): number {
  const ports = new Set<number>();
  if (read(records, slot, LAST_AUTH) > 0) ports.add(SSH_PORT);
  if (sockets.table === undefined) return ports.size;
  for (let i = sockets.first[slot] as number; i !== -1; i = sockets.next[i] as number) {
    ports.add(servicePort(sockets.table, i));
  }
  return ports.size;
}
