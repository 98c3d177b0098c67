import { expect, test } from "bun:test";
import { Listeners } from "../kernel/listeners.ts";
import { PeerTable } from "../kernel/peer-table.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import { toTrafficEvent } from "../model/traffic-table.ts";
import { createSocketBytes } from "./socket-bytes.ts";

interface Row {
  readonly cookie: number;
  readonly remote: string;
  /** Absent where the kernel does not tell of them. */
  readonly bytes?: readonly [inBytes: number, outBytes: number];
}

function tableOf(rows: readonly Row[]): PeerTable {
  const table = new PeerTable(new Listeners());
  for (const { cookie, remote, bytes } of rows) {
    const i = table.length;
    parseIpWords("192.0.2.1", table.local, 4 * i);
    parseIpWords(remote, table.remote, 4 * i);
    table.state[i] = 1;
    table.cookie.set([cookie % 2 ** 32, Math.floor(cookie / 2 ** 32)], 2 * i);
    table.hasInfo[i] = bytes === undefined ? 0 : 1;
    table.inBytes[i] = bytes?.[0] ?? 999;
    table.outBytes[i] = bytes?.[1] ?? 999;
    table.commit();
  }
  return table;
}

const A = "198.51.100.1";
const B = "2001:db8::b";
const row = (cookie: number, remote: string, ...bytes: [number, number]): Row => ({ cookie, remote, bytes });

/** What is told of each peer, reading after reading, one a second. */
function readings(...tables: readonly (readonly Row[] | "incomplete")[]) {
  const bytes = createSocketBytes();
  return tables.map((rows, i) => {
    const isComplete = rows !== "incomplete";
    const view = bytes.read(tableOf(isComplete ? rows : []), 1_000 * (1 + i), isComplete);
    if (view === undefined) return undefined;
    const { peers } = toTrafficEvent(view);
    return Object.fromEntries(
      peers.map(({ ip, inBytes = 0, outBytes = 0, ...rest }) => {
        expect(rest).toEqual({});
        return [ip, [inBytes, outBytes]];
      }),
    );
  });
}

type Told = Record<string, number[]> | undefined;
const CASES: readonly (readonly [string, readonly (readonly Row[] | "incomplete")[], readonly Told[]])[] = [
  ["the first reading is where it begins", [[row(1, A, 500, 900)]], [undefined]],
  [
    "what came since is told",
    [[row(1, A, 500, 900)], [row(1, A, 510, 1_000)]],
    [undefined, { [A]: [10, 100] }],
  ],
  [
    "each time from the reading before",
    [[row(1, A, 5, 9)], [row(1, A, 6, 9)], [row(1, A, 6, 11)], [row(1, A, 9, 12)]],
    [undefined, { [A]: [1, 0] }, { [A]: [0, 2] }, { [A]: [3, 1] }],
  ],
  ["nothing is told of who moved nothing", [[row(1, A, 5, 9)], [row(1, A, 5, 9)]], [undefined, undefined]],
  [
    "only those are told that moved something",
    [
      [row(1, A, 5, 9), row(2, B, 1, 1)],
      [row(1, A, 5, 9), row(2, B, 2, 1)],
    ],
    [undefined, { [B]: [1, 0] }],
  ],
  [
    "a new socket is told in full",
    [[row(1, A, 5, 9)], [row(1, A, 5, 9), row(2, A, 7, 70)]],
    [undefined, { [A]: [7, 70] }],
  ],
  ["also the first there is", [[], [row(1, A, 7, 70)]], [undefined, { [A]: [7, 70] }]],
  [
    "the sockets of an address are summed up",
    [
      [row(1, A, 0, 0), row(2, B, 0, 0), row(3, A, 5, 5)],
      [row(1, A, 1, 2), row(2, B, 3, 4), row(3, A, 15, 25)],
    ],
    [undefined, { [A]: [11, 22], [B]: [3, 4] }],
  ],
  ["one that closed is told of no more", [[row(1, A, 5, 9)], [], []], [undefined, undefined, undefined]],
  [
    "its address and port again are another socket",
    [[row(1, A, 500, 900)], [row(2, A, 20, 30)]],
    [undefined, { [A]: [20, 30] }],
  ],
  [
    "the whole name of a socket counts",
    [[row(1, A, 500, 900)], [row(1 + 2 ** 32, A, 20, 30)]],
    [undefined, { [A]: [20, 30] }],
  ],
  [
    "a counter that went back says nothing",
    [[row(1, A, 500, 900)], [row(1, A, 400, 910)], [row(1, A, 405, 910)]],
    [undefined, { [A]: [0, 10] }, { [A]: [5, 0] }],
  ],
  [
    "nor does it take from what others say",
    [
      [row(1, A, 500, 900), row(2, A, 0, 0)],
      [row(1, A, 400, 800), row(2, A, 50, 60)],
    ],
    [undefined, { [A]: [50, 60] }],
  ],
  [
    "of sockets without such counters nothing is known",
    [[], [{ cookie: 1, remote: A }, row(2, B, 1, 2)]],
    [undefined, { [B]: [1, 2] }],
  ],
  [
    "after a reading that is not whole it begins again",
    [[row(1, A, 5, 9)], "incomplete", [row(1, A, 50, 90)], [row(1, A, 51, 90)]],
    [undefined, undefined, undefined, { [A]: [1, 0] }],
  ],
  [
    "also at the beginning",
    ["incomplete", [row(1, A, 5, 9)], [row(1, A, 6, 9)]],
    [undefined, undefined, { [A]: [1, 0] }],
  ],
];

test.each(CASES.map(([what, ...rest]) => [what, rest] as const))("%s", (_, [tables, told]) => {
  expect(readings(...tables)).toEqual([...told]);
});

test("tells where it is from, and of which time", () => {
  const bytes = createSocketBytes();
  bytes.read(tableOf([row(1, A, 0, 0)]), 10_000, true);
  const view = bytes.read(tableOf([row(1, A, 1, 0)]), 12_500, true);
  expect(view && toTrafficEvent(view)).toEqual({
    kind: "traffic",
    at: 12_500,
    interface: "sockets",
    source: "tcp_info",
    milliseconds: 2_500,
    peers: [{ ip: A as Ip, inBytes: 1 }],
  });
  // It was set back.
  expect(bytes.read(tableOf([row(1, A, 2, 0)]), 12_000, true)?.milliseconds).toBe(0);
  // The time of a reading in which nothing moved is over.
  bytes.read(tableOf([row(1, A, 2, 0)]), 13_000, true);
  expect(bytes.read(tableOf([row(1, A, 3, 0)]), 14_000, true)?.milliseconds).toBe(1_000);
});

test("of as many addresses as have room each is told", () => {
  const bytes = createSocketBytes();
  const rows = Array.from({ length: 9_000 }, (_, i) => row(i, `10.0.${i >> 8}.${i & 255}`, 1, 1));
  bytes.read(tableOf([]), 1_000, true);
  expect(bytes.read(tableOf(rows), 2_000, true)?.columns.length).toBe(8_192);
});
