import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { PeerTraffic, TrafficColumns, TrafficEvent } from "./event.ts";
import { formatIp, type Ip, parseIpWords } from "./ip.ts";
import { COUNT, COUNTS, TRAFFIC_COUNTS, type TrafficCount } from "./traffic.ts";
import {
  addTraffic,
  clearTraffic,
  columnsOf,
  createTrafficTable,
  peerSlot,
  type TrafficTable,
  toTrafficEvent,
  toTrafficView,
  totalsOf,
} from "./traffic-table.ts";

const AT = Date.UTC(2026, 0, 5, 12);

function wordsOf(ip: string): Uint32Array {
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) throw new Error(ip);
  return words;
}

function columns(...peers: readonly PeerTraffic[]): TrafficColumns {
  return toTrafficView(eventOf(peers)).columns;
}

function eventOf(peers: readonly PeerTraffic[]): TrafficEvent {
  return { kind: "traffic", at: AT, interface: "eth0", source: "ebpf", milliseconds: 1_000, peers };
}

const peerOf = (ip: string, counts: { readonly [C in TrafficCount]?: number }): PeerTraffic => ({
  ip: ip as Ip,
  ...counts,
});

/** The peers of a table, in its order. */
function peersOf(table: TrafficTable): readonly PeerTraffic[] {
  const { peers } = toTrafficEvent({ ...eventOf([]), columns: columnsOf(table) } as never);
  return peers;
}

const ips = fc.constantFrom("192.0.2.1", "255.255.255.255", "0.0.0.0", "::", "2001:db8::1", "fe80::1:0:0:1");
const counted = fc.record(
  Object.fromEntries(
    TRAFFIC_COUNTS.map((name) => [name, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })]),
  ) as Record<TrafficCount, fc.Arbitrary<number>>,
  { requiredKeys: [] },
);

describe("a view and its event", () => {
  const peers = fc.record(
    { ip: ips, counts: counted, lastSeen: fc.integer({ min: 1, max: AT - 1 }) },
    { requiredKeys: ["ip", "counts"] },
  );

  test("are the same, each made of the other", () => {
    fc.assert(
      fc.property(fc.array(peers), (told) => {
        const event = eventOf(
          told.map(({ ip, counts, ...rest }): PeerTraffic => ({ ...peerOf(ip, counts), ...rest })),
        );
        const view = toTrafficView(event);
        expect(view.columns.length).toBe(told.length);
        expect(toTrafficEvent(view)).toEqual(event);
      }),
    );
  });

  test("keep what is beside the peers", () => {
    const event = {
      ...eventOf([]),
      totals: { inBytes: 1, outBytes: 2, inPackets: 3, outPackets: 4, synIn: 5, synAckOut: 6, nonIp: 7 },
      dropped: 8,
      sampled: 9,
    };
    expect(toTrafficEvent(toTrafficView(event))).toEqual(event);
  });

  test("leave out counts of nothing, and the event's own time", () => {
    const view = toTrafficView(eventOf([{ ip: "192.0.2.1" as Ip, inBytes: 0, udp: 2, lastSeen: AT }]));
    expect([...view.columns.lastSeen]).toEqual([AT]);
    expect(toTrafficEvent(view).peers).toEqual([{ ip: "192.0.2.1" as Ip, udp: 2 }]);
  });

  test("a peer's time is in whole milliseconds", () => {
    const lastSeen = Float64Array.of(AT - 1.5);
    const view = { ...toTrafficView(eventOf([peerOf("192.0.2.1", { udp: 1 })])) };
    const told = toTrafficEvent({ ...view, columns: { ...view.columns, lastSeen } });
    expect(told.peers[0]?.lastSeen).toBe(AT - 2);
  });

  test("leave out a peer whose address is none, and only that", () => {
    const view = toTrafficView(
      eventOf(
        ["192.0.2.1", "nobody", "", "1.2.3.4/8", "2001:db8::1"].map((ip, i) => peerOf(ip, { tcp: 1 + i })),
      ),
    );
    expect(toTrafficEvent(view).peers).toEqual([
      peerOf("192.0.2.1", { tcp: 1 }),
      peerOf("2001:db8::1", { tcp: 5 }),
    ]);
  });
});

describe("addTraffic", () => {
  test("adds what is told of the same peers, and keeps the newest time", () => {
    const table = createTrafficTable(4, 7);
    addTraffic(
      table,
      columns(peerOf("192.0.2.1", { inBytes: 10, tcp: 1 }), peerOf("2001:db8::1", { udp: 3 })),
    );
    addTraffic(table, columns({ ...peerOf("192.0.2.1", { inBytes: 5, rstIn: 2 }), lastSeen: AT + 7 }));
    expect(peersOf(table)).toEqual([
      { ...peerOf("192.0.2.1", { inBytes: 15, rstIn: 2, tcp: 1 }), lastSeen: AT + 7 },
      peerOf("2001:db8::1", { udp: 3 }),
    ]);
  });

  test("one more peer than there is room for: the lighter half goes, and is counted", () => {
    const table = createTrafficTable(4, 7);
    const bytes = [30, 10, 40, 20];
    addTraffic(
      table,
      columns(...bytes.map((b, i) => peerOf(`192.0.2.${i}`, { inBytes: b, inPackets: b / 10 }))),
    );
    table.totals[COUNT.inPackets] = 10;
    addTraffic(table, columns(peerOf("192.0.2.9", { outBytes: 1, outPackets: 1 })));
    expect(peersOf(table)).toEqual([
      peerOf("192.0.2.0", { inBytes: 30, inPackets: 3 }),
      peerOf("192.0.2.2", { inBytes: 40, inPackets: 4 }),
      peerOf("192.0.2.9", { outBytes: 1, outPackets: 1 }),
    ]);
    expect([table.refused, totalsOf(table).inPackets]).toEqual([3, 10]);
  });

  test("of those that are equally heavy the first stay", () => {
    const table = createTrafficTable(4, 7);
    addTraffic(
      table,
      columns(...[1, 2, 3, 4, 5].map((n) => peerOf(`192.0.2.${n}`, { inBytes: 7, inPackets: 1 }))),
    );
    expect(peersOf(table).map(({ ip }) => String(ip))).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.5"]);
    expect(table.refused).toBe(2);
  });

  test("room for one", () => {
    const table = createTrafficTable(1, 7);
    addTraffic(table, columns(...[1, 2, 3].map((n) => peerOf(`192.0.2.${n}`, { inBytes: n, inPackets: 1 }))));
    expect(peersOf(table).map(({ ip }) => String(ip))).toEqual(["192.0.2.3"]);
    expect(table.refused).toBe(2);
  });

  test("who is heavy from the beginning is counted exactly, in the order they came, whatever comes between", () => {
    const CAPACITY = 16;
    const light = fc.record({ n: fc.integer({ min: 0, max: 999 }), bytes: fc.integer({ min: 0, max: 50 }) });
    const rounds = fc.array(fc.array(light, { maxLength: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rounds, fc.integer({ min: 0, max: CAPACITY / 2 }), (given, heavy) => {
        const table = createTrafficTable(CAPACITY, 7);
        let packets = 0;
        for (const [round, lights] of given.entries()) {
          // They tell of as much as all light ones together ever can.
          const all = Array.from({ length: heavy }, (_, i) =>
            peerOf(`2001:db8::${i + 1}`, { inBytes: 50_000 + i, outBytes: i, inPackets: 1, ackIn: round }),
          );
          all.push(
            ...lights.map(({ n, bytes }) => peerOf(`10.0.0.${n % 250}`, { outBytes: bytes, outPackets: 1 })),
          );
          packets += all.length;
          addTraffic(table, columns(...all));
        }
        const found = peersOf(table);
        const rounded = given.length;
        expect(found.slice(0, heavy)).toEqual(
          Array.from({ length: heavy }, (_, i) => {
            const ackIn = (rounded * (rounded - 1)) / 2;
            return peerOf(`2001:db8::${i + 1}`, {
              inBytes: rounded * (50_000 + i),
              ...(i > 0 && { outBytes: rounded * i }),
              inPackets: rounded,
              ...(ackIn > 0 && { ackIn }),
            });
          }),
        );
        const kept = found.reduce(
          (sum, { inPackets = 0, outPackets = 0 }) => sum + inPackets + outPackets,
          0,
        );
        expect(kept + table.refused).toBe(packets);
        expect(found.length).toBeLessThanOrEqual(CAPACITY);
      }),
    );
  });
});

describe("a table", () => {
  test("gives each address one slot, and none beyond its room", () => {
    const table = createTrafficTable(2, 7);
    const slots = ["192.0.2.1", "2001:db8::1", "192.0.2.1", "192.0.2.3", "2001:db8::1"].map((ip) =>
      peerSlot(table, wordsOf(ip), 0, AT),
    );
    expect(slots).toEqual([0, 1, 0, -1, 1]);
  });

  test("that was cleared is as new", () => {
    const table = createTrafficTable(4, 7);
    const first = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"].map((ip) =>
      peerOf(ip, { inBytes: 5, tcp: 1 }),
    );
    addTraffic(table, columns(...first));
    table.totals.fill(9);
    table.refused = 9;
    clearTraffic(table);
    expect([table.peers.size, table.refused, ...table.totals]).toEqual(Array(9).fill(0));
    expect(peersOf(table)).toEqual([]);
    // Nothing of before shows in what comes now, in another order.
    addTraffic(table, columns(...first.toReversed().map(({ ip }) => peerOf(ip, { udp: 2 }))));
    expect(peersOf(table)).toEqual(first.toReversed().map(({ ip }) => peerOf(ip, { udp: 2 })));
  });

  test("tells its peers in parts", () => {
    const table = createTrafficTable(8, 7);
    addTraffic(table, columns(...[1, 2, 3, 4, 5].map((n) => peerOf(`192.0.2.${n}`, { icmp: n }))));
    const part = (from: number, most: number): number[] => {
      const { length, words, counts, lastSeen } = columnsOf(table, from, most);
      expect([words.length, counts.length, lastSeen.length]).toEqual([4 * length, COUNTS * length, length]);
      return Array.from({ length }, (_, i) => {
        expect(String(formatIp(words, 4 * i))).toBe(`192.0.2.${counts[COUNTS * i + COUNT.icmp]}`);
        return counts[COUNTS * i + COUNT.icmp] ?? 0;
      });
    };
    expect([part(0, 2), part(2, 2), part(4, 2), part(0, 99)]).toEqual([[1, 2], [3, 4], [5], [1, 2, 3, 4, 5]]);
  });
});
