import { expect, test } from "bun:test";
import { batchOf, minuteOf, NOW, visitOf } from "../../test/history-world.ts";
import type { Ip } from "../model/ip.ts";
import { NOTHING, wait } from "./waiting.ts";

test("what waits is added up", () => {
  const first = batchOf(
    [visitOf("192.0.2.1", { firstSeen: NOW - 9, lastSeen: NOW - 5, rules: ["a"], paths: ["/1", "/2"] })],
    { minutes: [minuteOf(0)], blocked: ["192.0.2.1" as Ip] },
  );
  const second = batchOf(
    [
      visitOf("192.0.2.1", { firstSeen: NOW - 9, rules: ["b", "a"], paths: ["/3", "/1"], country: "DE" }),
      visitOf("192.0.2.2"),
    ],
    { minutes: [minuteOf(0, { sockets: 9 }), minuteOf(60_000)], blocked: ["192.0.2.1" as Ip] },
  );
  expect(wait(wait(NOTHING, first), second)).toEqual({
    lost: 0,
    batch: {
      session: "one",
      visits: [
        visitOf("192.0.2.1", {
          ...{ firstSeen: NOW - 9, lastSeen: NOW, requests: 2, bytes: 20, inBytes: 200, outBytes: 2000 },
          ...{ rules: ["a", "b"], paths: ["/3", "/1", "/2"], country: "DE" },
        }),
        visitOf("192.0.2.2"),
      ],
      minutes: [
        {
          ...{ at: 0, requests: 2, bytes: 4, inBytes: 6, outBytes: 8, authFailures: 10, addresses: 12 },
          sockets: 9,
        },
        minuteOf(60_000),
      ],
      blocked: ["192.0.2.1" as Ip, "192.0.2.1" as Ip],
    },
  });
});

test("who left and came back, and so stands twice in a batch, is added up as well", () => {
  const first = batchOf([visitOf("192.0.2.1", { requests: 100 }), visitOf("192.0.2.1", { requests: 5 })]);
  const { batch } = wait(wait(NOTHING, first), batchOf([visitOf("192.0.2.1")]));
  expect(batch?.visits.map(({ requests }) => requests)).toEqual([106]);
});

test("what is too much is counted", () => {
  const many = (from: number, count: number) =>
    batchOf(
      Array.from({ length: count }, (_, i) =>
        visitOf(`10.${(from + i) >> 16}.${((from + i) >> 8) & 255}.${(from + i) & 255}`),
      ),
    );
  const full = wait(wait(NOTHING, many(0, 65_000)), many(64_000, 3000));
  expect(full.batch?.visits).toHaveLength(65_536);
  expect(full.lost).toBe(67_000 - 65_536);
  // Who is there already adds up still.
  const more = wait(full, many(0, 10));
  expect(more.lost).toBe(full.lost);
  expect(more.batch?.visits[0]?.requests).toBe(2);
});
