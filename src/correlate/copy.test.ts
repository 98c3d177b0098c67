import { expect, test } from "bun:test";
import fc from "fast-check";
import { KNOWN, programs } from "../../test/random-events.ts";
import type { Event, Input } from "../model/event.ts";
import { GROUPS, type Query, SORTS } from "../model/snapshot.ts";
import { toSocketsView } from "../model/socket-table.ts";
import { toTrafficView } from "../model/traffic-table.ts";
import { copyState } from "./copy.ts";
import { fold } from "./fold.ts";
import { snapshot } from "./snapshot.ts";
import { createState, type Limits, type State } from "./state.ts";

const ROOM: Limits = { addresses: 64, strips: 64, recentBytes: 1 << 18, recentRecords: 256 };
const NARROW: Limits = { addresses: 4, strips: 2, recentBytes: 8_192, recentRecords: 8 };

function everything(state: State): string {
  const queries: Query[] = [
    ...SORTS.map((sort) => ({ sort, after: 0 })),
    ...GROUPS.map((group) => ({ sort: "req", group }) as const),
    ...KNOWN.map(({ ip }) => ({ sort: "ip", detail: ip }) as const),
  ];
  return JSON.stringify(queries.map((query) => snapshot(state, query)));
}

/** As its reader does: the columns of one table are filled again for the next. */
function spoil(input: Input): void {
  if (input.kind === "traffic" && "columns" in input) {
    const { words, counts, lastSeen } = input.columns;
    for (const column of [words, counts, lastSeen]) column.fill(7);
  }
  if (input.kind !== "sockets" || !("table" in input)) return;
  const { table } = input;
  for (const column of Object.values(table))
    if (ArrayBuffer.isView(column)) new Uint8Array(column.buffer).fill(7);
  (table.containers as Map<number, string>).clear();
  (table.processes as Map<number, string>).clear();
}

function viewOf(event: Event): Input {
  if (event.kind === "sockets") return toSocketsView(event);
  return event.kind === "traffic" ? toTrafficView(event) : event;
}

test("neither what is folded into the state, nor what into its copy, is seen in the other", () => {
  fc.assert(
    fc.property(
      programs,
      programs,
      programs,
      fc.constantFrom(ROOM, NARROW),
      (events, more, others, limits) => {
        const state = createState({ showPrivate: true, seed: 1, limits });
        const same = createState({ showPrivate: true, seed: 1, limits });
        const inputs = events.map(viewOf);
        for (const input of inputs) fold(state, input);
        for (const event of events) fold(same, event);
        const before = everything(state);
        const copy = copyState(state);
        expect(everything(copy)).toBe(before);
        for (const event of more) fold(state, event);
        for (const event of more) fold(same, event);
        const live = everything(state);
        expect(live).toBe(everything(same));
        expect(everything(copy)).toBe(before);
        for (const input of inputs) spoil(input);
        expect(everything(copy)).toBe(before);
        // It goes on like any state.
        for (const event of more) fold(copy, event);
        expect(everything(copy)).toBe(live);
        const spoiled = everything(state);
        for (const event of others) fold(copy, event);
        expect(everything(state)).toBe(spoiled);
      },
    ),
    { numRuns: 20 },
  );
});

test("no memory is shared", () => {
  const state = createState({ showPrivate: true, seed: 1, limits: ROOM });
  fc.assert(
    fc.property(programs, (events) => {
      for (const event of events) fold(state, event);
      const mine = new Set(mutable(state));
      expect(mutable(copyState(state)).filter((thing) => mine.has(thing))).toEqual([]);
    }),
    { numRuns: 5 },
  );
});

test("texts, a record's words and its wide numbers stay three views of one memory", () => {
  const { recent, records, addresses } = copyState(createState({ showPrivate: true, seed: 1, limits: ROOM }));
  expect(recent.words.buffer).toBe(recent.bytes.buffer as ArrayBuffer);
  expect(recent.doubles.buffer).toBe(recent.bytes.buffer as ArrayBuffer);
  expect(addresses.words.buffer).toBe(records.buffer);
});

/** Every object below `value` that may change: all but events, origins, functions and what is frozen. */
function mutable(value: unknown): object[] {
  if (typeof value !== "object" || value === null || "kind" in value || Object.isFrozen(value)) return [];
  if (ArrayBuffer.isView(value)) return [value.buffer];
  if (value instanceof Map) return [value];
  const inner = Object.entries(value).flatMap(([key, below]) =>
    key === "of" && Array.isArray(below) ? [below] : mutable(below),
  );
  return [value, ...inner];
}
