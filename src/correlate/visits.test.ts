import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { rowJudge } from "../../test/row-judge.ts";
import type { Event, RequestEvent } from "../model/event.ts";
import { type Minute, together, type Visit } from "../model/history.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { NO_JUDGE } from "../model/judge.ts";
import type { Alert } from "../model/snapshot.ts";
import { fold } from "./fold.ts";
import { noteAlert } from "./memory.ts";
import { takeMinutes } from "./minutes.ts";
import { newcomers } from "./newcomers.ts";
import { snapshot } from "./snapshot.ts";
import { createState, type State } from "./state.ts";
import { takeVisits } from "./visits.ts";

const START = Date.UTC(2026, 10, 25, 12);
const IPS = Array.from({ length: 9 }, (_, i) => parseIp(`45.77.12.${i}`) as Ip);

/** Four places, so that nine addresses push each other out. */
function narrow(): State {
  const limits = { addresses: 4, strips: 2, recentBytes: 8_192, recentRecords: 32 };
  const state = createState({ showPrivate: true, judge: NO_JUDGE, seed: 1, limits });
  state.memory.keeps = true;
  return state;
}

function request(ip: Ip, at: number, bytes: number): RequestEvent {
  return { kind: "request", at, ip, method: "GET", path: `/${bytes}`, status: 200, bytes, source: "x" };
}

function sums(visits: readonly Visit[]): Map<Ip, Visit> {
  const all = new Map<Ip, Visit>();
  for (const visit of visits) {
    const before = all.get(visit.ip);
    all.set(visit.ip, before === undefined ? visit : together(before, visit));
  }
  return all;
}

describe("what history is told", () => {
  test("adds up to what was done, whenever it is taken and whoever leaves meanwhile", () => {
    const act = fc.oneof(
      fc.record({ who: fc.nat(8), bytes: fc.nat(1000) }),
      fc.record({ take: fc.integer({ min: 1, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const state = narrow();
        const visits: Visit[] = [];
        const requests = new Map<Ip, number>();
        const bytes = new Map<Ip, number>();
        acts.forEach((act, i) => {
          if ("take" in act) {
            visits.push(...takeVisits(state, act.take).visits);
            return;
          }
          const ip = IPS[act.who] as Ip;
          // A log's times are whole seconds, and some lines come late.
          fold(state, request(ip, START + 1000 * ((i >> 3) - (i % 3)), act.bytes));
          requests.set(ip, (requests.get(ip) ?? 0) + 1);
          bytes.set(ip, (bytes.get(ip) ?? 0) + act.bytes);
        });
        // The round under way, and a whole one.
        for (let rounds = 0; rounds < 2; ) {
          const { visits: more, done } = takeVisits(state, 3);
          visits.push(...more);
          if (done) rounds++;
        }
        const told = sums(visits);
        expect(new Map([...told].map(([ip, visit]) => [ip, visit.requests]))).toEqual(requests);
        expect(new Map([...told].map(([ip, visit]) => [ip, visit.bytes]))).toEqual(bytes);
        // Nothing is told twice.
        expect(takeVisits(state, 9).visits).toEqual([]);
      }),
    );
  });

  test("has the times, and what was asked for last", () => {
    const state = narrow();
    const [ip] = IPS as [Ip];
    for (let i = 0; i < 8; i++) fold(state, request(ip, START + 1000 * i, i));
    fold(state, { kind: "origin", at: START, ip, country: "NL", asn: 1, org: "Example" });
    expect(takeVisits(state, 9)).toEqual({
      done: true,
      visits: [
        {
          ip,
          firstSeen: START,
          lastSeen: START + 7000,
          requests: 8,
          bytes: 28,
          inBytes: 0,
          outBytes: 0,
          authFailures: 0,
          flagged: 0,
          rules: [],
          paths: ["/7", "/6", "/5", "/4", "/3"],
          country: "NL",
          org: "Example",
        },
      ],
    });
  });

  test("is nothing of who may be forged: half-open connections and packets", () => {
    const state = narrow();
    const [halfOpen, open, sending] = IPS as [Ip, Ip, Ip];
    const socket = (remote: Ip, tcp: "SYN_RECV" | "ESTABLISHED") =>
      ({ local: IPS[8] as Ip, localPort: 80, remote, remotePort: 9, state: tcp, direction: "in" }) as const;
    const events: Event[] = [
      {
        kind: "sockets",
        at: START,
        source: "proc",
        sockets: [socket(halfOpen, "SYN_RECV"), socket(open, "ESTABLISHED")],
      },
      {
        kind: "traffic",
        at: START,
        interface: "eth0",
        source: "ebpf",
        milliseconds: 1000,
        peers: [{ ip: sending, inPackets: 5, inBytes: 300 }],
      },
    ];
    for (const event of events) fold(state, event);
    expect(takeVisits(state, 9).visits.map(({ ip }) => ip)).toEqual([open]);
  });

  test("counts a verdict once while it stands, whatever rules join it", () => {
    const state = narrow();
    const [ip] = IPS as [Ip];
    fold(state, request(ip, START, 1));
    const alert = (rules: readonly string[], more: Partial<Alert> = {}) =>
      noteAlert(state.memory, 0, ip, {
        kind: "alert",
        at: START,
        state: "raised",
        ip,
        risk: 40,
        severity: "warning",
        findings: rules.map((rule) => ({ rule, score: 40, evidence: "", samples: [] })),
        ...more,
      } as Alert);
    alert(["a"], { severity: "info" });
    alert(["b"]);
    alert(["b", "c"]);
    expect(takeVisits(state, 9).visits).toMatchObject([{ flagged: 1, rules: ["b", "c"] }]);
    alert(["d"]);
    expect(takeVisits(state, 9).visits).toMatchObject([{ flagged: 0, rules: ["d"] }]);
    alert([], { state: "cleared" });
    alert(["b"]);
    expect(takeVisits(state, 9).visits).toMatchObject([{ flagged: 1, rules: ["b"] }]);
  });
});

test("minutes are the host's, whoever left", () => {
  const state = narrow();
  const minutes: Minute[] = [];
  for (let i = 0; i < 180; i++) {
    fold(state, { kind: "tick", at: START + 1000 * i });
    fold(state, request(IPS[i % 9] as Ip, START + 1000 * i, 10));
    if (i === 90) minutes.push(...takeMinutes(state.minutes, state.counts));
  }
  minutes.push(...takeMinutes(state.minutes, state.counts));
  // The second minute was taken in two parts.
  expect(minutes.map(({ at, requests, bytes }) => [(at - START) / 60_000, requests, bytes])).toEqual([
    [0, 60, 600],
    [1, 31, 310],
    [1, 29, 290],
    [2, 60, 600],
  ]);
  expect(minutes.reduce((sum, { addresses }) => sum + addresses, 0)).toBeGreaterThanOrEqual(9);
});

test("who is new is asked for once, and again after having left", () => {
  const state = narrow();
  const [first, ...others] = IPS as [Ip, ...Ip[]];
  fold(state, request(first, START, 1));
  expect(newcomers(state, 9)).toEqual([first]);
  expect(newcomers(state, 9)).toEqual([]);
  for (const [i, ip] of others.entries()) fold(state, request(ip, START + 1000 * i, 1));
  expect(newcomers(state, 2)).toHaveLength(2);
  expect(newcomers(state, 9).length).toBeLessThanOrEqual(2);
  fold(state, request(first, START + 60_000, 1));
  expect(newcomers(state, 9)).toContain(first);
});

test("what was before is in the row and the detail", () => {
  const limits = { addresses: 4, strips: 2, recentBytes: 8_192, recentRecords: 32 };
  const state = createState({ showPrivate: true, judge: rowJudge(() => undefined), seed: 1, limits });
  const [ip, other] = IPS as [Ip, Ip];
  fold(state, request(ip, START, 1));
  fold(state, request(other, START, 1));
  const past = {
    ip,
    firstSeen: 1,
    lastSeen: 2,
    sessions: 3,
    requests: 4,
    bytes: 5,
    inBytes: 6,
    outBytes: 7,
    authFailures: 8,
    flagged: 9,
    rules: ["a"],
    blocks: 1,
    paths: ["/x"],
  };
  fold(state, { kind: "history", at: START, ...past });
  const { rows, detail } = snapshot(state, { sort: "ip", detail: ip });
  expect(detail?.past).toEqual(past);
  expect(rows.map(({ sessions }) => sessions)).toEqual([3, undefined]);
});
