import { isV4 } from "../model/ip.ts";
import { mix } from "../model/mix.ts";
import { isTextSort, type NumberSort, type TextSort, textOf } from "../model/order.ts";
import { sharedOrigin } from "../model/origin.ts";
import type { Group, GroupProfile, Sort } from "../model/snapshot.ts";
import { byNumber, type Compare, firstOf, withTies } from "./first.ts";
import { prefixHigh, prefixLow, prefixName } from "./prefix.ts";
import { isMarked, REQUESTS, read, SHELL } from "./record.ts";
import { Row } from "./row.ts";
import { SSH_PORT, servicePort } from "./services.ts";
import type { State } from "./state.ts";
import { GroupSum } from "./sum.ts";
import { byAddress, byText, slotNumbers } from "./top.ts";

/** How addresses are put together. */
type Joint = Exclude<Group, "address">;

/** Which group each slot belongs to, by number from 0, as the slots came. */
interface Grouping {
  readonly by: Joint;
  /** At the slot's place. */
  readonly of: Int32Array;
  /** A slot of each group: of a network the lowest address whose operator is named, where one is. */
  readonly example: readonly number[];
}

/**
 * The first `limit` groups of `slots` by `sort`, in the order of model/order.ts, and how many there
 * are. As many groups as addresses may stand there: all of them cost a few numbers each, and only the first are summed
 * up whole.
 */
export function topGroups(
  state: State,
  slots: Int32Array,
  by: Joint,
  sort: Sort,
  limit: number,
  reverse = false,
): { readonly groups: GroupProfile[]; readonly count: number } {
  const grouping = group(state, slots, by);
  const count = grouping.example.length;
  const ids = new Int32Array(count);
  for (let id = 0; id < count; id++) ids[id] = id;
  const first = firstOf(ids, limit, comparator(state, slots, grouping, sort, reverse));
  const sums = Array.from(first, (id) => new GroupSum(state, nameOf(state, grouping, id)));
  /** Place in the order of each group + 1, or 0. */
  const places = new Int32Array(count);
  for (let place = 0; place < first.length; place++) places[first[place] as number] = place + 1;
  const row = new Row(state);
  for (const slot of slots) {
    const sum = sums[(places[grouping.of[slot] as number] as number) - 1];
    if (sum === undefined) continue;
    row.slot = slot;
    sum.add(row);
  }
  return { groups: sums.map((sum) => sum.toProfile()), count };
}

function group(state: State, slots: Int32Array, by: Joint): Grouping {
  return by === "prefix" ? groupByPrefix(state, slots) : groupByOrigin(state, slots, by);
}

/** Groups slots by /24 and /64. Open addressing, as of the addresses themselves: a Map of texts would take longer than all the rest. */
export function groupByPrefix({ addresses }: State, slots: Int32Array): Grouping {
  const { words, stride, seed, top } = addresses;
  const of = new Int32Array(top);
  const example: number[] = [];
  let size = 16;
  while (size < 2 * slots.length) size *= 2;
  const mask = size - 1;
  /** Group + 1, or 0. */
  const cells = new Int32Array(size);
  for (const slot of slots) {
    const at = stride * slot;
    const v4 = isV4(words, at);
    const high = prefixHigh(words, at);
    const low = prefixLow(words, at);
    let cell = mix(mix(seed ^ high) ^ low) & mask;
    for (; cells[cell] !== 0; cell = (cell + 1) & mask) {
      const other = stride * (example[(cells[cell] as number) - 1] as number);
      if (isV4(words, other) !== v4) continue;
      if (prefixLow(words, other) === low && prefixHigh(words, other) === high) break;
    }
    if (cells[cell] === 0) {
      example.push(slot);
      cells[cell] = example.length;
    }
    of[slot] = (cells[cell] as number) - 1;
  }
  return { by: "prefix", of, example };
}

function groupByOrigin(state: State, slots: Int32Array, by: "network" | "country"): Grouping {
  const { origins, addresses } = state;
  const of = new Int32Array(addresses.top);
  const example: number[] = [];
  const numbers = new Map<string | number, number>();
  const compare = byAddress(state);
  for (const slot of slots) {
    const origin = origins.of[slot];
    // By number where one is known: registries spell an operator in several ways.
    const key =
      by === "country"
        ? (origins.countries[slot] as string)
        : (origin?.asn ?? (origins.networks[slot] as string));
    let number = numbers.get(key);
    if (number === undefined) {
      number = example.length;
      numbers.set(key, number);
      example.push(slot);
    } else if (by === "network" && origin?.org !== undefined) {
      const other = example[number] as number;
      if (origins.of[other]?.org === undefined || compare(slot, other) < 0) example[number] = slot;
    }
    of[slot] = number;
  }
  return { by, of, example };
}

/** What the group is called: `45.77.12.0/24`, `AS14061 DigitalOcean`, `NL`, or "" for what is not known. */
function nameOf({ addresses, origins }: State, { by, example }: Grouping, id: number): string {
  const slot = example[id] as number;
  if (by === "country") return origins.countries[slot] as string;
  if (by === "network") return origins.networks[slot] as string;
  return prefixName(addresses.words, addresses.stride * slot);
}

function comparator(
  state: State,
  slots: Int32Array,
  grouping: Grouping,
  sort: Sort,
  reverse: boolean,
): Compare {
  if (sort === "ip") return byName(state, grouping, reverse);
  const { of, example } = grouping;
  const connections = new Float64Array(example.length);
  const requests = new Float64Array(example.length);
  for (const slot of slots) {
    const id = of[slot] as number;
    connections[id] = (connections[id] as number) + (state.sockets.count[slot] as number);
    requests[id] = (requests[id] as number) + read(state.records, slot, REQUESTS);
  }
  const primary = isTextSort(sort)
    ? byText(sharedTexts(state, slots, grouping, sort), reverse)
    : byNumber(groupNumbers(state, slots, grouping, sort), reverse);
  return withTies(primary, byNumber(connections), byNumber(requests), byName(state, grouping, false));
}

/** Different prefixes are in the order of any two of their addresses. */
function byName(state: State, grouping: Grouping, reverse: boolean): Compare {
  const { by, example } = grouping;
  if (by === "prefix") {
    const compare = byAddress(state);
    return (a, b) => {
      const order = compare(example[a] as number, example[b] as number);
      return reverse ? -order : order;
    };
  }
  const names = example.map((_, id) => nameOf(state, grouping, id));
  return byText(names, reverse);
}

/** The text of what the addresses of each group share. */
function sharedTexts(
  { origins }: State,
  slots: Int32Array,
  { of, example }: Grouping,
  sort: TextSort,
): string[] {
  const shared = example.map((slot) => origins.of[slot]);
  for (const slot of slots) {
    const id = of[slot] as number;
    shared[id] = sharedOrigin(shared[id], origins.of[slot]);
  }
  const made = sort === "cc" ? origins.countries : origins.networks;
  const text = textOf(sort);
  return example.map((slot, id) =>
    shared[id] === origins.of[slot] ? (made[slot] as string) : text(shared[id]),
  );
}

/** Of a risk and of a time the highest of its addresses, of services the different ones, of all else the sum. */
function groupNumbers(state: State, slots: Int32Array, grouping: Grouping, sort: NumberSort): Float64Array {
  if (sort === "svc") return countServices(state, slots, grouping);
  const { of, example } = grouping;
  const keys = slotNumbers(state, slots, sort);
  const highest = sort === "risk" || sort === "last";
  const totals = new Float64Array(example.length).fill(highest ? Number.NEGATIVE_INFINITY : 0);
  for (const slot of slots) {
    const id = of[slot] as number;
    const key = keys[slot] as number;
    const total = totals[id] as number;
    totals[id] = highest ? Math.max(total, key) : total + key;
  }
  return totals;
}

function countServices(
  { sockets, records }: State,
  slots: Int32Array,
  { of, example }: Grouping,
): Float64Array {
  const { table, first, next } = sockets;
  const counts = new Float64Array(example.length);
  /** Group and port in one number. */
  const seen = new Set<number>();
  const note = (id: number, port: number): void => {
    const pair = 0x10000 * id + port;
    if (seen.has(pair)) return;
    seen.add(pair);
    counts[id] = (counts[id] as number) + 1;
  };
  for (const slot of slots) {
    const id = of[slot] as number;
    if (isMarked(records, slot, SHELL)) note(id, SSH_PORT);
    if (table === undefined) continue;
    for (let i = first[slot] as number; i !== -1; i = next[i] as number) note(id, servicePort(table, i));
  }
  return counts;
}
