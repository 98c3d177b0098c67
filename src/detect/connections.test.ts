import { describe, expect, test } from "bun:test";
import { socket, sockets } from "../../test/peers.ts";
import type { Socket, SocketTable } from "../model/event.ts";
import { toSocketsView } from "../model/socket-table.ts";
import { createConnections } from "./connections.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);

function tableOf(...all: Socket[]): SocketTable {
  return toSocketsView({ kind: "sockets", at: START, source: "proc", sockets: all }).table;
}

describe("a connection", () => {
  test("is known again by its peer, its ports and where it ends", () => {
    const known = createConnections(64);
    const table = tableOf(
      socket(1000),
      socket(1001),
      socket(1000, { localPort: 80 }),
      socket(1000, { netns: 7 }),
      socket(1000, { local: "198.51.100.11" as Socket["local"] }),
    );
    known.begin(START, false);
    const places = new Set<number>();
    for (const slot of [1, 2]) {
      for (let i = 0; i < table.length; i++) places.add(known.place(slot, table, i));
    }
    expect(places.size).toBe(10);
    known.begin(START + 1000, false);
    for (const slot of [1, 2]) {
      for (let i = 0; i < table.length; i++) {
        const place = known.place(slot, table, i);
        expect(places.has(place)).toBe(true);
        expect(known.first(place)).toBe(START);
        expect(known.isFresh(place)).toBe(false);
      }
    }
  });

  test("is new where its place in the table of addresses was another's", () => {
    const known = createConnections(64);
    const table = tableOf(socket(1000));
    known.begin(START, false);
    known.place(1, table, 0);
    known.place(2, table, 0);
    known.begin(START + 1000, false);
    known.forget(1);
    expect(known.isFresh(known.place(1, table, 0))).toBe(true);
    expect(known.isFresh(known.place(2, table, 0))).toBe(false);
  });

  test("is new where it was not there the two times before", () => {
    const known = createConnections(64);
    const table = tableOf(socket(1000));
    known.begin(START, true);
    const place = known.place(1, table, 0);
    expect(known.isOld(place)).toBe(true);
    expect(known.received(place, 5)).toBe(0);
    expect(known.received(place, 9)).toBe(4);
    expect(known.received(place, 3)).toBe(0);
    known.begin(START + 1000, false);
    known.begin(START + 2000, false);
    expect(known.place(1, table, 0)).toBe(place);
    expect(known.isOld(place)).toBe(true);
    for (const second of [3, 4, 5]) known.begin(START + 1000 * second, false);
    const again = known.place(1, table, 0);
    expect(known.first(again)).toBe(START + 5000);
    expect(known.isFresh(again)).toBe(true);
    expect(known.isOld(again)).toBe(false);
    expect(known.received(again, 90)).toBe(0);
    expect(known.sent(again, 90)).toBe(0);
  });

  test("of a container is old for a minute longer: those tables are read one after the other", () => {
    const known = createConnections(64);
    known.begin(START, true);
    known.begin(START + 30_000, false);
    const early = tableOf(socket(1000, { netns: 7 }), socket(1001));
    expect(known.isOld(known.place(1, early, 0))).toBe(true);
    expect(known.isOld(known.place(1, early, 1))).toBe(false);
    known.begin(START + 90_000, false);
    expect(known.isOld(known.place(1, tableOf(socket(1002, { netns: 7 })), 0))).toBe(false);
  });
});

test("where all places are taken it is not remembered, and nobody else is forgotten", () => {
  const known = createConnections(16);
  const table = tableOf(...sockets(64, 1000));
  const places = Array.from({ length: 64 }, (_, i) => known.place(1, table, i));
  expect(places.filter((place) => place >= 0).length).toBeLessThanOrEqual(16);
  expect(places).toContain(-1);
  known.begin(START + 1000, false);
  for (const [i, place] of places.entries()) {
    if (place >= 0) expect(known.place(1, table, i)).toBe(place);
  }
  // What is over gives room.
  for (const second of [2, 3, 4]) known.begin(START + 1000 * second, false);
  expect(known.place(2, table, places.indexOf(-1))).toBeGreaterThanOrEqual(0);
});
