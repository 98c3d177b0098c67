import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Socket } from "../model/event.ts";
import { formatIp, type Ip } from "../model/ip.ts";
import { type IpProfile, SORTS, type Sort } from "../model/snapshot.ts";
import { fold } from "./fold.ts";
import { snapshot } from "./snapshot.ts";
import { createState, type State } from "./state.ts";

const NOW = 1_762_549_449_000;

interface Doing {
  readonly requests: number;
  readonly ago: number;
  readonly bytes: number;
  readonly failures: number;
  readonly ports: readonly number[];
}

/** Few values, so that most rows are equal in most of what they are sorted by. */
const doings: fc.Arbitrary<Doing[]> = fc.array(
  fc.record({
    requests: fc.nat({ max: 2 }),
    ago: fc.constantFrom(0, 5_000, 90_000),
    bytes: fc.constantFrom(0, 700),
    failures: fc.nat({ max: 2 }),
    ports: fc.array(fc.constantFrom(22, 80, 443), { maxLength: 3 }),
  }),
  { maxLength: 70, size: "max" },
);

/** Every other address is IPv6, and later ones are lower. */
function addressOf(i: number): Ip {
  return formatIp(
    new Uint32Array(i % 2 === 0 ? [0, 0, 0xffff, 0x2d000000 - i] : [0x2a000000, 0, 0, 1000 - i]),
  );
}

function stateOf(all: readonly Doing[]): State {
  const limits = { addresses: 128, strips: 2, recentBytes: 8_192, recentRecords: 4 };
  const state = createState({ showPrivate: true, seed: 3, limits });
  const sockets: Socket[] = [];
  fold(state, { kind: "tick", at: NOW });
  all.forEach(({ requests, ago, bytes, failures, ports }, i) => {
    const ip = addressOf(i);
    const at = NOW - ago;
    for (let n = 0; n < requests; n++) fold(state, { kind: "request", at, ip, bytes, source: "a.log" });
    for (let n = 0; n < failures; n++) {
      fold(state, { kind: "auth", at, ip, service: "ssh", outcome: "failed", source: "auth.log" });
    }
    for (const localPort of ports) {
      const local = "193.0.6.1" as Ip;
      sockets.push({
        local,
        localPort,
        remote: ip,
        remotePort: 50_000,
        state: "ESTABLISHED",
        direction: "in",
      });
    }
  });
  fold(state, { kind: "sockets", at: NOW - 1, source: "proc", sockets });
  return state;
}

function keyOf(row: IpProfile, sort: Exclude<Sort, "ip">): number {
  switch (sort) {
    case "req":
      return row.requests;
    case "conn":
      return row.connections;
    case "sent":
      return row.bytes;
    case "auth":
      return row.authFailures;
    case "svc":
      return row.services.length;
    case "rate":
      return row.requests60s;
    case "last":
      return row.lastSeen;
    default:
      return 0;
  }
}

/** The order `a`, `b` by `sort`: most first, then by sockets, requests and address. */
function inOrder(a: IpProfile, b: IpProfile, sort: Sort, numeric: readonly Ip[]): boolean {
  const keys = (row: IpProfile): number[] => [
    ...(sort === "ip" ? [] : [keyOf(row, sort), row.connections, row.requests]),
    -numeric.indexOf(row.ip),
  ];
  const [x, y] = [keys(a), keys(b)];
  const first = x.findIndex((key, i) => key !== y[i]);
  return (x[first] as number) > (y[first] as number);
}

test("for every sort, the first k of the whole order, whatever k", () => {
  // By construction: even numbers are IPv4, higher numbers are lower addresses.
  const numbers = Array.from({ length: 70 }, (_, i) => 69 - i);
  const numeric = [...numbers.filter((i) => i % 2 === 0), ...numbers.filter((i) => i % 2 === 1)].map(
    addressOf,
  );
  fc.assert(
    fc.property(doings, fc.nat({ max: 80 }), (all, limit) => {
      const state = stateOf(all);
      for (const sort of SORTS) {
        const { rows, matched } = snapshot(state, { sort });
        expect(rows).toHaveLength(matched);
        for (let i = 1; i < rows.length; i++) {
          expect(inOrder(rows[i - 1] as IpProfile, rows[i] as IpProfile, sort, numeric)).toBe(true);
        }
        const first = snapshot(state, { sort, limit });
        expect(first.rows).toEqual(rows.slice(0, limit));
        expect(first.matched).toBe(matched);
      }
    }),
    { numRuns: 15 },
  );
});
