import { expect, test } from "bun:test";
import fc from "fast-check";
import { moved, outbound, PEER, polls, socket, sockets } from "../../test/peers.ts";
import { fold } from "../correlate/fold.ts";
import { createState } from "../correlate/state.ts";
import type { Socket, SocketsEvent } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import { NO_JUDGE } from "../model/judge.ts";
import { DEFAULT_THRESHOLDS } from "../model/thresholds.ts";
import { createSocketsLook, type SeenSockets } from "./sockets.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const MIB = 2 ** 20;

/** What is seen of the peer at each table; undefined where nothing was worth a look. */
function looks(tables: readonly SocketsEvent[]): (SeenSockets | undefined)[] {
  const look = createSocketsLook(DEFAULT_THRESHOLDS);
  let seen: SeenSockets | undefined;
  const state = createState({
    showPrivate: true,
    seed: 1,
    limits: { addresses: 64, strips: 4, recentBytes: 1024, recentRecords: 16 },
    judge: {
      ...NO_JUDGE,
      sockets(subject, held, at) {
        const found = look.at(subject, held, at);
        if (subject.ip === PEER) seen = found && { ...found };
      },
      pressed: ({ at }) => look.read(at),
    },
  });
  return tables.map((table) => {
    seen = undefined;
    fold(state, table);
    return seen;
  });
}

test("bytes are what counters grew by since they were looked at first, of connections that come and go", () => {
  const life = fc.record({
    from: fc.nat(8),
    steps: fc.array(fc.nat(90), { minLength: 1, maxLength: 8 }),
    outwards: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(life, { maxLength: 12 }), (lives) => {
      const at = (second: number): Socket[] =>
        lives.flatMap(({ from, steps, outwards }, i) => {
          const age = second - from;
          if (age < 0 || age >= steps.length) return [];
          const bytes = steps.slice(0, age + 1).reduce((sum, step) => sum + step, 1) * MIB;
          return [outwards ? outbound(1000 + i, moved(bytes, bytes)) : socket(1000 + i, moved(bytes, bytes))];
        });
      const seen = looks(polls(START, 17, at));
      const sum = (key: "received" | "sent") => seen.reduce((total, found) => total + (found?.[key] ?? 0), 0);
      const grown = (outwards: boolean) =>
        lives
          .filter((one) => one.outwards === outwards)
          .flatMap(({ steps }) => steps.slice(1))
          .reduce((total, step) => total + step * MIB, 0);
      expect(sum("received")).toBe(grown(false));
      expect(sum("sent")).toBe(grown(true));
    }),
  );
});

test("new connections from here are those that were not there before, in any state", () => {
  const seen = looks(
    polls(START, 5, (second) =>
      Array.from({ length: 3 + 2 * second }, (_, i) =>
        outbound(1000 + i, { state: i < second ? "TIME_WAIT" : "ESTABLISHED" }),
      ),
    ),
  );
  expect(seen.map((found) => found?.opened)).toEqual([0, 2, 2, 2, 2]);
  expect(seen.map((found) => found?.apart)).toEqual([Number.NaN, 1000, 1000, 1000, 1000]);
});

test("a table in which connections are missing once makes them neither new nor young", () => {
  const other = socket(1, { remote: "8.8.4.4" as Ip });
  const all = [other, ...sockets(25, 1000), outbound(7)];
  const seen = looks(polls(START, 70, (second) => (second === 20 ? [other] : all)));
  expect(seen.reduce((sum, found) => sum + (found?.opened ?? 0), 0)).toBe(0);
  expect(seen.at(-1)).toMatchObject({ silent: 0, held: 0, heldBefore: 25 });
});

test("connections are silent after some seconds, and held after sockets.slow_window", () => {
  const seen = looks(
    polls(START, 40, (second) => [socket(1, { localPort: 22 }), ...(second > 0 ? sockets(6, 1000) : [])]),
  );
  const [silent, held] = (["silent", "held"] as const).map((key) =>
    seen.findIndex((found) => (found?.[key] ?? 0) === 6),
  );
  expect([silent, held]).toEqual([6, 31]);
});

test("half-open ones are silent and not held", () => {
  const half = (second: number) => (second > 0 ? sockets(6, 1000, { state: "SYN_RECV" }) : [socket(1)]);
  expect(looks(polls(START, 40, half)).at(-1)).toMatchObject({ silent: 6, held: 0 });
});

test("few light visitors are not worth a look", () => {
  expect(looks(polls(START, 3, () => sockets(2, 1000, moved(900, 9000))))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("different ports are counted to three at least", () => {
  const ports = [80, 443, 22, 25, 993];
  for (let n = 3; n <= ports.length; n++) {
    const [seen] = looks(
      polls(START, 1, () => ports.slice(0, n).map((localPort) => socket(9, { localPort }))),
    );
    expect(seen?.ports).toBeGreaterThanOrEqual(3);
    expect(seen?.ports).toBeLessThanOrEqual(n);
  }
});

test("who comes to a host that nobody was connected to was seen to come", () => {
  const at = (second: number) => (second === 0 ? [] : sockets(12, 1000));
  expect(looks(polls(START, 12, at)).at(-1)?.silent).toBe(12);
});
