import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { programs } from "../../test/random-events.ts";
import type { AuthEvent, Event, RequestEvent } from "../model/event.ts";
import { formatIp, type Ip, parseIp } from "../model/ip.ts";
import type { Filter, Snapshot } from "../model/snapshot.ts";
import { fold } from "./fold.ts";
import { snapshot } from "./snapshot.ts";
import { createState, type Limits, type State } from "./state.ts";

const NOW = 1_762_549_449_000;
const VISITOR = parseIp("45.148.10.7") as Ip;
const OTHER = parseIp("2a00::1") as Ip;
const ROOM: Limits = { addresses: 64, strips: 4, recentBytes: 1 << 20, recentRecords: 1 << 12 };
const NARROW: Limits = { addresses: 4, strips: 2, recentBytes: 8_192, recentRecords: 16 };

function request(ip: Ip, path: string): RequestEvent {
  return { kind: "request", at: NOW, ip, method: "GET", path, source: "a.log" };
}

function byPath(path: string, more: Partial<Filter> = {}): Filter {
  return {
    text: path,
    asksLines: true,
    asksRows: false,
    line: (event) => event.kind === "request" && event.path === path,
    address: () => false,
    ...more,
  };
}

/** Asks until all is searched, which must come to an end. */
function answer(state: State, filter: Filter): Snapshot {
  for (let i = 0; i < 100; i++) {
    const answer = snapshot(state, { sort: "ip", filter });
    if (!answer.searching) return answer;
  }
  throw new Error("searches for ever");
}

function ips({ rows }: Snapshot): Ip[] {
  return rows.map(({ ip }) => ip);
}

/** What must pass, by the lines that the details of all addresses hold. */
function expected(state: State, filter: Filter): Ip[] {
  const { rows } = snapshot(state, { sort: "ip" });
  const passing = rows.filter((row) => {
    const { detail } = snapshot(state, { sort: "ip", detail: row.ip });
    const lines: (RequestEvent | AuthEvent)[] = [...(detail?.requests ?? []), ...(detail?.auth ?? [])];
    return lines.length === 0 ? filter.address(row) : lines.some((line) => filter.line(line, row));
  });
  return passing.map(({ ip }) => ip);
}

test("between any events, and however few lines are looked at at once: who has a line that passes", () => {
  const env = byPath("/.env", { address: (row) => row.connections > 0 });
  fc.assert(
    fc.property(
      fc.array(programs, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(ROOM, NARROW),
      fc.constantFrom(1, 3, 1_000),
      (parts, limits, searched) => {
        const state = createState({ showPrivate: true, seed: 1, limits, searched });
        for (const events of parts) {
          events.forEach((event, i) => {
            fold(state, event);
            if (i % 7 === 0) {
              // Not all may be found yet, but nobody who does not pass.
              const found = ips(snapshot(state, { sort: "ip", filter: env }));
              expect(expected(state, env)).toEqual(expect.arrayContaining(found));
            }
          });
          expect(ips(answer(state, env))).toEqual(expected(state, env));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("a filter that asks rows too is exact while all lines fit into a question", () => {
  const filter = byPath("/.env", {
    asksRows: true,
    line: (event, row) =>
      event.kind === "request" && event.path === "/.env" && row !== undefined && row.requests60s > 1,
    address: (row) => row.connections > 1,
  });
  fc.assert(
    fc.property(programs, fc.constantFrom(ROOM, NARROW), (events, limits) => {
      const state = createState({ showPrivate: true, seed: 1, limits });
      for (const event of events) {
        fold(state, event);
        const found = snapshot(state, { sort: "ip", filter });
        expect(found).not.toHaveProperty("searching");
        expect(ips(found)).toEqual(expected(state, filter));
      }
    }),
    { numRuns: 30 },
  );
});

describe("piece by piece", () => {
  const many = (n: number, path: string): Event[] => Array.from({ length: n }, () => request(OTHER, path));
  function stateOf(searched: number, ...events: Event[]): State {
    const state = createState({ showPrivate: true, seed: 1, limits: ROOM, searched });
    for (const event of events) fold(state, event);
    return state;
  }

  test("says that it is searching, and finds the newest lines first", () => {
    const state = stateOf(10, request(VISITOR, "/a"), ...many(19, "/b"), request(VISITOR, "/c"));
    const a = byPath("/a");
    const c = byPath("/c");
    const ask = (filter: Filter) => snapshot(state, { sort: "ip", filter });
    expect([ask(c).searching, ips(ask(c))]).toEqual([true, [VISITOR]]);
    expect([ask(a).matched, ask(a).matched]).toEqual([0, 0]);
    expect(ask(a)).toMatchObject({ matched: 1 });
    expect(ask(a)).not.toHaveProperty("searching");
  });

  test("looks at no line twice, and at none of an address with a newer one that passes", () => {
    const state = stateOf(7, ...many(30, "/b"));
    let looked = 0;
    const counting = (path: string) =>
      byPath(path, {
        line: (event) => {
          looked++;
          return event.kind === "request" && event.path === path;
        },
      });
    answer(state, counting("/x"));
    expect(looked).toBe(30);
    looked = 0;
    answer(state, counting("/b"));
    expect(looked).toBe(1);
  });

  test("goes on at the newest line where more came than are kept", () => {
    const state = stateOf(100, request(VISITOR, "/a"));
    const a = byPath("/a");
    expect(answer(state, a).matched).toBe(1);
    for (const event of many(5_000, "/b")) fold(state, event);
    fold(state, request(OTHER, "/a"));
    expect(ips(snapshot(state, { sort: "ip", filter: a }))).toEqual([OTHER]);
    expect(ips(answer(state, a))).toEqual([OTHER]);
  });

  test("a line of a filter that asks rows is asked again, and what passes only now comes within a round", () => {
    const busy = byPath("/b", {
      asksRows: true,
      line: (event, row) => event.kind === "request" && event.path === "/b" && (row?.connections ?? 0) > 0,
    });
    const state = stateOf(10, request(VISITOR, "/b"), ...many(25, "/c"));
    const sockets = (remote: Ip): Event => ({
      kind: "sockets",
      at: NOW,
      source: "proc",
      sockets: [
        { local: OTHER, localPort: 443, remote, remotePort: 1, state: "ESTABLISHED", direction: "in" },
      ],
    });
    expect(answer(state, busy).matched).toBe(0);
    fold(state, sockets(VISITOR));
    const found = Array.from({ length: 4 }, () => snapshot(state, { sort: "ip", filter: busy }).matched);
    expect(found.at(-1)).toBe(1);
    for (let i = 0; i < 10; i++) expect(snapshot(state, { sort: "ip", filter: busy }).matched).toBe(1);
    fold(state, sockets(OTHER));
    expect(snapshot(state, { sort: "ip", filter: busy }).matched).toBe(0);
  });

  test("a line from before the address left and came again is not its own", () => {
    const limits = { ...ROOM, addresses: 1 };
    const state = createState({ showPrivate: true, seed: 1, limits });
    const a = byPath("/a");
    fold(state, request(VISITOR, "/a"));
    expect(answer(state, a).matched).toBe(1);
    fold(state, request(OTHER, "/b"));
    expect(answer(state, a).matched).toBe(0);
    fold(state, request(VISITOR, "/b"));
    expect(answer(state, a).matched).toBe(0);
    fold(state, request(VISITOR, "/a"));
    expect(answer(state, a).matched).toBe(1);
  });
});

test("an address of which no line is kept passes by itself", () => {
  const state = createState({ showPrivate: true, seed: 1, limits: { ...ROOM, recentRecords: 2 } });
  fold(state, request(VISITOR, "/a"));
  const addresses = Array.from({ length: 3 }, (_, i) => formatIp(new Uint32Array([0, 0, 0xffff, i])));
  for (const ip of addresses) fold(state, request(ip, "/b"));
  const filter = byPath("/b", { address: (row) => row.ip === VISITOR });
  expect(ips(answer(state, filter))).toEqual([...addresses.slice(1), VISITOR]);
});

test("a burst that overwrites all kept lines begins the search anew, and says so", () => {
  const state = createState({ showPrivate: true, seed: 1, limits: ROOM, searched: 64 });
  fold(state, { kind: "tick", at: NOW });
  const filter = byPath("/secret", { asksRows: true });
  fold(state, request(VISITOR, "/"));
  expect(ips(answer(state, filter))).toEqual([]);
  // More than is kept: nothing of what was looked at is there any more.
  for (let i = 0; i < 3 * ROOM.recentRecords; i++) fold(state, request(i % 2 ? VISITOR : OTHER, "/secret"));
  fold(state, request(OTHER, "/"));
  const first = snapshot(state, { sort: "ip", filter });
  expect(first.searching).toBe(true);
  expect(ips(answer(state, filter))).toEqual([VISITOR, OTHER]);
});

test("a filter of lines says since when lines are kept, once earlier ones are gone", () => {
  const state = createState({ showPrivate: true, seed: 1, limits: NARROW });
  fold(state, { kind: "tick", at: NOW });
  const since = () => snapshot(state, { sort: "ip", filter: byPath("/x") }).linesSince;
  fold(state, request(VISITOR, "/x"));
  expect(since()).toBeUndefined();
  for (let i = 0; i < 40; i++) fold(state, request(VISITOR, "/x"));
  expect(since()).toBe(NOW);
  expect(snapshot(state, { sort: "ip" }).linesSince).toBeUndefined();
});
