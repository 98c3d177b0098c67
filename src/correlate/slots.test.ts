import { describe, expect, test } from "bun:test";
import type { Event, RequestEvent, Socket } from "../model/event.ts";
import { formatIp, type Ip, parseIp } from "../model/ip.ts";
import type { IpProfile } from "../model/snapshot.ts";
import { fold } from "./fold.ts";
import { snapshot } from "./snapshot.ts";
import { createState, type State } from "./state.ts";

const NOW = 1_762_549_449_000;
const VISITOR = parseIp("45.148.10.7") as Ip;
const SOURCE = "a.log";

function stateWith(addresses: number, events: readonly Event[]): State {
  const limits = { addresses, strips: 4, recentBytes: 1 << 16, recentRecords: 64 };
  const state = createState({ showPrivate: false, seed: 1, limits });
  fold(state, { kind: "tick", at: NOW });
  for (const event of events) fold(state, event);
  return state;
}

function request(ip: Ip, at: number): RequestEvent {
  return { kind: "request", at, ip, bytes: 100, status: 404, source: SOURCE };
}

function socket(remote: Ip): Socket {
  const local = parseIp("193.0.6.1") as Ip;
  return { local, localPort: 443, remote, remotePort: 50_000, state: "ESTABLISHED", direction: "in" };
}

/** Sources that come once each and never again. */
function flood(state: State, count: number, at: number, each: (i: number) => void = () => {}): void {
  for (let i = 0; i < count; i++) {
    each(i);
    fold(state, request(formatIp(new Uint32Array([0, 0, 0xffff, 0x2e000000 + i])), at));
  }
}

function rowOf(state: State, ip: Ip): IpProfile | undefined {
  return snapshot(state, { sort: "ip", detail: ip }).detail?.profile;
}

describe("when all places are taken", () => {
  test("the quietest leaves first", () => {
    const ips = ["45.0.0.1", "45.0.0.2", "45.0.0.3"].map((text) => parseIp(text) as Ip);
    const state = stateWith(
      3,
      ips.map((ip, i) => request(ip, NOW - 10_000 * ([2, 5, 1][i] ?? 0))),
    );
    fold(state, request(VISITOR, NOW));
    const { rows } = snapshot(state, { sort: "ip" });
    expect(rows.map(({ ip }) => ip as string)).toEqual(["45.0.0.1", "45.0.0.3", VISITOR]);
    expect(snapshot(state, { sort: "ip" }).totals).toMatchObject({ addresses: 3, evicted: 1, requests: 4 });
  });

  test("whoever has open sockets stays through any flood", () => {
    const state = stateWith(32, [
      request(VISITOR, NOW - 3_600_000),
      { kind: "sockets", at: NOW - 3_600_000, source: "proc", sockets: [socket(VISITOR)] },
    ]);
    flood(state, 1_000, NOW);
    expect(rowOf(state, VISITOR)).toMatchObject({ connections: 1, requests: 1 });
    fold(state, { kind: "sockets", at: NOW, source: "proc", sockets: [] });
    flood(state, 1_000, NOW + 1_000);
    expect(rowOf(state, VISITOR)).toBeUndefined();
  });

  test("whoever failed to log in stays for an hour longer", () => {
    const failed: Event = {
      kind: "auth",
      at: NOW - 1_800_000,
      ip: VISITOR,
      service: "ssh",
      outcome: "failed",
      source: SOURCE,
    };
    const state = stateWith(32, [failed]);
    flood(state, 1_000, NOW);
    expect(rowOf(state, VISITOR)).toMatchObject({ authFailures: 1 });
    flood(state, 1_000, NOW + 2_000_000);
    expect(rowOf(state, VISITOR)).toBeUndefined();
  });

  test("a heavy hitter is counted within one in a hundred, even through a flood of a single second", () => {
    for (let place = 0; place < 10; place++) {
      const state = stateWith(256, []);
      flood(state, 3_000, NOW, (i) => {
        if (i % 10 === place) fold(state, request(VISITOR, NOW));
      });
      expect(rowOf(state, VISITOR)?.requests ?? 0).toBeGreaterThanOrEqual(297);
    }
  });

  test("who comes back begins anew, and whoever took the place has nothing of theirs", () => {
    const other = parseIp("2a00::1") as Ip;
    const state = stateWith(1, [
      request(VISITOR, NOW - 5_000),
      { kind: "auth", at: NOW, ip: VISITOR, service: "ssh", outcome: "failed", source: SOURCE },
      { kind: "sockets", at: NOW, source: "proc", sockets: [socket(VISITOR), socket(VISITOR)] },
    ]);
    expect(snapshot(state, { sort: "ip" }).rows).toMatchObject([{ ip: VISITOR, connections: 2 }]);

    fold(state, { kind: "auth", at: NOW, ip: other, service: "ssh", outcome: "closed", source: SOURCE });
    const { rows, totals, detail } = snapshot(state, { sort: "ip", detail: other });
    expect(rows).toEqual([
      {
        ip: other,
        firstSeen: NOW,
        lastSeen: NOW,
        connections: 0,
        established: 0,
        halfOpen: 0,
        states: {},
        services: [{ port: 22, name: "ssh", sockets: 0 }],
        requests: 0,
        requests10s: 0,
        requests60s: 0,
        bytes: 0,
        status4xx: 0,
        status5xx: 0,
        malformed: 0,
        authFailures: 0,
        authAccepted: 0,
        last: "ssh closed",
      },
    ]);
    expect(detail?.sockets).toEqual([]);
    expect(detail?.requests).toEqual([]);
    expect(detail?.auth).toHaveLength(1);
    expect(Math.max(...Object.values(detail?.strip ?? {}).flat())).toBe(0);
    // Of the host they stay.
    expect(totals).toMatchObject({ sockets: 2, established: 2, requests: 1, authFailures: 1, evicted: 1 });

    fold(state, request(VISITOR, NOW));
    expect(rowOf(state, VISITOR)).toMatchObject({
      requests: 1,
      authFailures: 0,
      firstSeen: NOW,
      connections: 0,
    });
  });

  test("whose sockets are gone is not remembered for it", () => {
    const state = stateWith(8, []);
    for (let i = 0; i < 50; i++) {
      fold(state, { kind: "sockets", at: NOW, source: "proc", sockets: [socket(VISITOR), socket(VISITOR)] });
    }
    expect(state.sockets.holders).toHaveLength(1);
  });

  test("a socket table of more peers than places counts every socket", () => {
    const peers = Array.from({ length: 50 }, (_, i) =>
      formatIp(new Uint32Array([0, 0, 0xffff, 0x2d000000 + i])),
    );
    const sockets = [...peers, ...peers].map(socket);
    const state = stateWith(8, [{ kind: "sockets", at: NOW, source: "proc", sockets }]);
    const { totals, rows } = snapshot(state, { sort: "conn" });
    expect(totals).toMatchObject({ sockets: 100, established: 100, addresses: 8 });
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row.connections).toBe(row.states.ESTABLISHED ?? 0);
    fold(state, { kind: "sockets", at: NOW, source: "proc", sockets: [] });
    const after = snapshot(state, { sort: "conn" });
    expect(after.totals).toMatchObject({ sockets: 0, established: 0, addresses: 8 });
    for (const row of after.rows) expect(row).toMatchObject({ connections: 0, established: 0, states: {} });
  });
});
