import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { programs } from "../../test/random-events.ts";
import { type Event, TRAFFIC_SOURCES, type TrafficEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { toTrafficView } from "../model/traffic-table.ts";
import { toNativeLine } from "../sinks/native.ts";
import { parseNative } from "./native.ts";

describe("a native line", () => {
  test("read again is the event, unless it names what is no address", () => {
    fc.assert(
      fc.property(programs, (events) => {
        for (const event of events) {
          const read = parseNative(toNativeLine(event));
          expect(read).toEqual(canonical(event));
          // From then on it is the same bytes each time.
          if (read !== undefined)
            expect(JSON.stringify(parseNative(toNativeLine(read)))).toBe(JSON.stringify(read));
        }
      }),
    );
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["a number", "7"],
    ["an event without a kind", '{"at":1}'],
    ["an unknown kind", '{"kind":"alert","at":1}'],
    ["a kind of the prototype", '{"kind":"constructor","at":1}'],
    ["no time", '{"kind":"tick"}'],
    ["a time in words", '{"kind":"tick","at":"now"}'],
    ["a time no Date holds", '{"kind":"tick","at":8.7e15}'],
    ["a time too large for a number", '{"kind":"tick","at":1e999}'],
    ["a request of nobody", '{"kind":"request","at":1,"source":"x"}'],
    ["a request of a name", '{"kind":"request","at":1,"ip":"evil.example","source":"x"}'],
    ["a request of a command", '{"kind":"request","at":1,"ip":"$(id)","source":"x"}'],
    [
      "an unknown outcome",
      '{"kind":"auth","at":1,"ip":"8.8.8.8","service":"ssh","outcome":"won","source":"x"}',
    ],
    ["sockets of an unknown source", '{"kind":"sockets","at":1,"source":"ebpf","sockets":[]}'],
    ["sockets that are no list", '{"kind":"sockets","at":1,"source":"proc","sockets":{}}'],
    ["counters without a host", '{"kind":"kernel","at":1,"uptime":1,"counters":{},"interfaces":[]}'],
    [
      "a month of no calendar",
      '{"kind":"bandwidth","at":1,"interface":"eth0","month":"2026-13","inBytes":1,"outBytes":1,"source":"vnstat"}',
    ],
    [
      "a month of less than nothing",
      '{"kind":"bandwidth","at":1,"interface":"eth0","month":"2026-12","inBytes":-1,"outBytes":1,"source":"vnstat"}',
    ],
    [
      "a month nobody counted",
      '{"kind":"bandwidth","at":1,"interface":"eth0","month":"2026-12","inBytes":1,"outBytes":1}',
    ],
    [
      "a health of an unknown part",
      '{"kind":"health","at":1,"part":"x","source":"x","state":"up","detail":""}',
    ],
    ["traffic of no interface", '{"kind":"traffic","at":1,"source":"ebpf","milliseconds":1000,"peers":[]}'],
    [
      "traffic of an unknown source",
      '{"kind":"traffic","at":1,"interface":"eth0","source":"guess","milliseconds":1000,"peers":[]}',
    ],
    ["traffic of no time", '{"kind":"traffic","at":1,"interface":"eth0","source":"ebpf","peers":[]}'],
    [
      "traffic of less than no time",
      '{"kind":"traffic","at":1,"interface":"eth0","source":"ebpf","milliseconds":-1,"peers":[]}',
    ],
    [
      "traffic of more than an hour",
      '{"kind":"traffic","at":1,"interface":"eth0","source":"ebpf","milliseconds":3600001,"peers":[]}',
    ],
    [
      "traffic of no peers",
      '{"kind":"traffic","at":1,"interface":"eth0","source":"ebpf","milliseconds":1000}',
    ],
    [
      "traffic whose peers are no list",
      '{"kind":"traffic","at":1,"interface":"eth0","source":"ebpf","milliseconds":1000,"peers":{}}',
    ],
    ["an unknown state", '{"kind":"health","at":1,"part":"http","source":"x","state":"great","detail":""}'],
  ])("%s is no event", (_, line) => {
    expect(parseNative(line)).toBeUndefined();
  });

  test("sockets need not say who read them", () => {
    const line = '{"kind":"sockets","at":1,"sockets":[]}';
    expect(parseNative(line)).toEqual({ kind: "sockets", at: 1, source: "sock_diag", sockets: [] });
  });

  test("keeps what is right of an event and leaves out what is not", () => {
    const line =
      '{"kind":"request","at":1,"ip":"::ffff:8.8.8.8","method":7,"path":"/","status":1e9,"bytes":-1,"malformed":1,' +
      '"extra":{},"__proto__":{"user":"root"},"source":"x"}';
    expect(parseNative(line) as unknown).toEqual({
      kind: "request",
      at: 1,
      ip: "8.8.8.8",
      path: "/",
      source: "x",
    });
    const sockets =
      '{"kind":"sockets","at":1,"source":"proc","sockets":[7,null,{"local":"8.8.8.8"},' +
      '{"local":"8.8.8.8","localPort":65536,"remote":"9.9.9.9","remotePort":1,"state":"LISTEN","direction":"in"},' +
      '{"local":"8.8.8.8","localPort":1.5,"remote":"9.9.9.9","remotePort":1,"state":"LISTEN","direction":"in"},' +
      '{"local":"8.8.8.8","localPort":22,"remote":"9.9.9.9","remotePort":1,"state":"LISTEN","direction":"in",' +
      '"netns":4294967296,"container":7,"pid":"1"}]}';
    expect(parseNative(sockets) as unknown).toEqual({
      kind: "sockets",
      at: 1,
      source: "proc",
      sockets: [
        {
          local: "8.8.8.8",
          localPort: 22,
          remote: "9.9.9.9",
          remotePort: 1,
          state: "LISTEN",
          direction: "in",
        },
      ],
    });
  });

  test("of an origin, fields of a wrong kind or out of all bounds are left out", () => {
    const origin = (fields: object) =>
      parseNative(JSON.stringify({ kind: "origin", at: 1, ip: "8.8.8.8", ...fields })) as unknown;
    const whole = {
      country: "US",
      city: "Ashburn",
      asn: 15_169,
      org: "Google LLC",
      prefix: "8.8.8.0/24",
      network: "GOGL",
      abuse: "network-abuse@google.com",
      hostname: "dns.google",
    };
    expect(origin(whole)).toEqual({ kind: "origin", at: 1, ip: "8.8.8.8", ...whole });
    const wrong = {
      country: "usa",
      city: 7,
      asn: 2 ** 32,
      org: null,
      prefix: "8.8.8.0/33",
      network: [],
      abuse: {},
    };
    expect(origin({ ...wrong, hostname: false })).toEqual({ kind: "origin", at: 1, ip: "8.8.8.8" });
    expect(origin({ country: "U1", asn: 1.5, prefix: "x" })).toEqual({
      kind: "origin",
      at: 1,
      ip: "8.8.8.8",
    });
    expect(origin({ ip: "nobody" })).toBeUndefined();
  });

  const traffic: TrafficEvent = {
    kind: "traffic",
    at: 1_767_614_400_000,
    interface: "eth0",
    source: "ebpf",
    milliseconds: 1_000,
    totals: { inBytes: 1, outBytes: 2, inPackets: 3, outPackets: 4, synIn: 5, synAckOut: 6, nonIp: 7 },
    dropped: 8,
    sampled: 9,
    peers: [
      { ip: "198.51.100.7" as Ip, inBytes: 60, inPackets: 1, synIn: 1, tcp: 1, lastSeen: 1_767_614_399_500 },
      { ip: "2001:db8::7" as Ip, outBytes: 2 ** 53 - 1, outPackets: 1, udp: 1 },
      { ip: "192.0.2.9" as Ip },
    ],
  };

  test("of traffic is the same from columns and from its event, and is read again as that", () => {
    const { totals: _, dropped: _d, sampled: _s, ...part } = traffic;
    for (const event of [traffic, part]) {
      const line = toNativeLine(event);
      expect(toNativeLine(toTrafficView(event))).toBe(
        JSON.stringify({
          kind: "traffic",
          at: event.at,
          interface: "eth0",
          source: "ebpf",
          milliseconds: 1_000,
          ...("totals" in event && { totals: event.totals, dropped: 8, sampled: 9 }),
          peers: event.peers,
        }),
      );
      expect(parseNative(line)).toEqual(event);
      expect(JSON.stringify(parseNative(line))).toBe(toNativeLine(toTrafficView(event)));
    }
  });

  test.each(TRAFFIC_SOURCES.map((source) => [source]))("of traffic may be of %s", (source) => {
    expect(parseNative(toNativeLine({ ...traffic, source }))).toEqual({ ...traffic, source });
  });

  test("of traffic keeps what is right, and of the totals has all or none", () => {
    const told = (fields: object) => parseNative(JSON.stringify({ ...traffic, ...fields })) as unknown;
    const { totals: _, dropped: _d, sampled: _s, ...bare } = traffic;
    const wrong = [undefined, null, -1, "7", 1e300, [], {}];
    for (const value of wrong) {
      expect(told({ dropped: value, sampled: value })).toEqual({ ...bare, totals: traffic.totals });
      const ip = "192.0.2.9";
      const counts = { inBytes: value, outPackets: value, synIn: value, lastSeen: value === -1 ? "" : value };
      // A time may be any that a Date holds.
      expect(told({ peers: [{ ip, ...counts, udp: 3 }] })).toEqual({ ...traffic, peers: [{ ip, udp: 3 }] });
      expect(told({ totals: { inBytes: value, nonIp: 3 } })).toEqual({
        ...traffic,
        totals: { inBytes: 0, outBytes: 0, inPackets: 0, outPackets: 0, synIn: 0, synAckOut: 0, nonIp: 3 },
      });
    }
    for (const totals of [undefined, null, 7, "", []])
      expect(told({ totals })).toEqual({ ...bare, dropped: 8, sampled: 9 });
    const peers = [7, null, [], {}, { ip: 7 }, { ip: "nobody", inBytes: 1 }, { inBytes: 1 }];
    expect(told({ peers: [...peers, { ip: "::ffff:192.0.2.9", extra: 1, __proto__: { tcp: 1 } }] })).toEqual({
      ...traffic,
      peers: [{ ip: "192.0.2.9" }],
    });
    expect(parseNative(toNativeLine(traffic).replace('"udp"', '"__proto__":{"tcp":1},"udp"'))).toEqual(
      traffic,
    );
    for (const milliseconds of [0, 3_600_000])
      expect(told({ milliseconds })).toEqual({ ...traffic, milliseconds });
  });

  test("a count of a login is what rsyslog can write, and no number is beyond what is counted exactly", () => {
    const auth = { kind: "auth", at: 1, ip: "8.8.8.8", service: "ssh", outcome: "failed", source: "" };
    const told = (count: number): unknown => parseNative(JSON.stringify({ ...auth, count }));
    for (const count of [0, 1, 999_999_999]) expect(told(count)).toEqual({ ...auth, count });
    for (const count of [-1, 0.1, 1e9, 1e308]) expect(told(count)).toEqual(auth);
    const request = { kind: "request", at: 1, ip: "8.8.8.8", source: "" };
    expect(parseNative(JSON.stringify({ ...request, bytes: 1e308 })) as unknown).toEqual(request);
  });

  test("no JSON makes it throw, however deep", () => {
    expect(parseNative("[".repeat(1e6))).toBeUndefined();
    expect(parseNative(`${'{"kind":'.repeat(1e5)}1${"}".repeat(1e5)}`)).toBeUndefined();
    const kinds = fc.constantFrom(
      "tick",
      "request",
      "auth",
      "sockets",
      "traffic",
      "kernel",
      "bandwidth",
      "origin",
      "health",
    );
    const keys = fc.constantFrom(
      "ip",
      "source",
      "sockets",
      "counters",
      "interfaces",
      "host",
      "uptime",
      "interface",
      "month",
      "inBytes",
      "milliseconds",
      "peers",
      "totals",
      "part",
      "state",
    );
    fc.assert(
      fc.property(kinds, fc.dictionary(keys, fc.jsonValue()), (kind, rest) => {
        parseNative(JSON.stringify({ kind, at: 1, ip: "8.8.8.8", ...rest }));
      }),
    );
  });
});

/** The event with each address in its one spelling; without the sockets and peers, or undefined, where it has none. */
function canonical(event: Event): Event | undefined {
  switch (event.kind) {
    case "request":
    case "auth":
    case "origin": {
      const ip = parseIp(event.ip);
      return ip && { ...event, ip };
    }
    case "sockets":
      return {
        ...event,
        sockets: event.sockets.flatMap((socket) => {
          const local = parseIp(socket.local);
          const remote = parseIp(socket.remote);
          return local && remote ? [{ ...socket, local, remote }] : [];
        }),
      };
    case "traffic":
      return {
        ...event,
        peers: event.peers.flatMap((peer) => {
          const ip = parseIp(peer.ip);
          return ip ? [{ ...peer, ip }] : [];
        }),
      };
    default:
      return event;
  }
}
