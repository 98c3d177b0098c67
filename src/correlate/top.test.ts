import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareRows } from "../../test/compare-rows.ts";
import { rowJudge } from "../../test/row-judge.ts";
import type { OriginEvent, Socket } from "../model/event.ts";
import { formatIp, type Ip } from "../model/ip.ts";
import { type Activity, SORTS, type Verdict } from "../model/snapshot.ts";
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
  readonly country: string;
  readonly asn: number;
}

/** Few values, so that most rows are equal in most of what they are sorted by. */
const doings: fc.Arbitrary<Doing[]> = fc.array(
  fc.record({
    requests: fc.nat({ max: 2 }),
    ago: fc.constantFrom(0, 5_000, 90_000),
    bytes: fc.constantFrom(0, 700),
    failures: fc.nat({ max: 2 }),
    ports: fc.array(fc.constantFrom(22, 80, 443), { maxLength: 3 }),
    country: fc.constantFrom("", "NL", "DE"),
    asn: fc.constantFrom(1, 2, 10),
  }),
  { maxLength: 70, size: "max" },
);

/** Every other address is IPv6, and later ones are lower. */
function addressOf(i: number): Ip {
  return formatIp(
    new Uint32Array(i % 2 === 0 ? [0, 0, 0xffff, 0x2d000000 - i] : [0x2a000000, 0, 0, 1000 - i]),
  );
}

function failed({ authFailures }: Activity): Verdict | undefined {
  return authFailures === 0 ? undefined : { risk: 7 * authFailures, severity: "info", findings: [] };
}

function stateOf(all: readonly Doing[]): State {
  const limits = { addresses: 128, strips: 2, recentBytes: 8_192, recentRecords: 4 };
  const state = createState({ showPrivate: true, judge: rowJudge(failed), seed: 3, limits });
  const sockets: Socket[] = [];
  fold(state, { kind: "tick", at: NOW });
  const origins: OriginEvent[] = [];
  all.forEach(({ requests, ago, bytes, failures, ports, country, asn }, i) => {
    const ip = addressOf(i);
    const at = NOW - ago;
    for (let n = 0; n < requests; n++) fold(state, { kind: "request", at, ip, bytes, source: "a.log" });
    for (let n = 0; n < failures; n++) {
      fold(state, { kind: "auth", at, ip, service: "ssh", outcome: "failed", source: "auth.log" });
    }
    if (country !== "") origins.push({ kind: "origin", at, ip, country, asn, org: `Org ${asn}` });
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
  for (const origin of origins) fold(state, origin);
  return state;
}

test("for every sort, the first k of the whole order, whatever k", () => {
  fc.assert(
    fc.property(doings, fc.nat({ max: 80 }), fc.boolean(), (all, limit, reverse) => {
      const state = stateOf(all);
      for (const sort of SORTS) {
        const { rows, matched } = snapshot(state, { sort, reverse });
        expect(rows).toHaveLength(matched);
        expect(rows).toEqual(rows.toSorted(compareRows(sort, reverse)));
        const first = snapshot(state, { sort, reverse, limit });
        expect(first.rows).toEqual(rows.slice(0, limit));
        expect(first.matched).toBe(matched);
      }
    }),
    { numRuns: 15 },
  );
});

test("for every sort, the first k groups of the whole order, whatever k", () => {
  fc.assert(
    fc.property(
      doings,
      fc.nat({ max: 80 }),
      fc.boolean(),
      fc.constantFrom("prefix", "network", "country"),
      (all, limit, reverse, group) => {
        const state = stateOf(all);
        for (const sort of SORTS) {
          const { groups = [], matchedGroups, matched, rows } = snapshot(state, { sort, reverse, group });
          expect(rows).toEqual([]);
          expect(groups).toHaveLength(matchedGroups ?? -1);
          expect(groups.reduce((sum, { addresses }) => sum + addresses, 0)).toBe(matched);
          expect(groups).toEqual(groups.toSorted(compareRows(sort, reverse)));
          expect(snapshot(state, { sort, reverse, group, limit }).groups).toEqual(groups.slice(0, limit));
        }
      },
    ),
    { numRuns: 15 },
  );
});
