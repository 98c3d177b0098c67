import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Netlink, walk } from "./netlink.ts";

const TYPE = 20;
const SEQ = 7;
const ERROR = 2;
const DONE = 3;
const INTERRUPTED = 0x10;

/** A netlink message: its header, and a payload of words. */
function message(
  type: number,
  payload: readonly number[] = [],
  { flags = 2, seq = SEQ, length = 0 } = {},
): number[] {
  return [length || 16 + 4 * payload.length, type | (flags << 16), seq, 0, ...payload];
}

function walked(words: readonly number[], length = 4 * words.length) {
  const seen: [number, number][] = [];
  const result = walk(Uint32Array.from(words), length, SEQ, TYPE, (_, at, end) => seen.push([at, end]));
  return { ...result, seen };
}

describe("walk", () => {
  const more = { done: false, interrupted: false, errno: 0 };
  const broken = { done: true, interrupted: false, errno: 71 };
  test.each([
    ["nothing", [], { ...more, seen: [] }],
    [
      "two messages",
      [...message(TYPE, [1]), ...message(TYPE, [2, 3])],
      {
        ...more,
        seen: [
          [16, 20],
          [36, 44],
        ],
      },
    ],
    [
      "padding to four bytes",
      [...message(TYPE, [1], { length: 17 }), ...message(TYPE)],
      {
        ...more,
        seen: [
          [16, 17],
          [36, 36],
        ],
      },
    ],
    ["the end", [...message(TYPE), ...message(DONE, [0])], { ...more, done: true, seen: [[16, 16]] }],
    ["the end without a code", message(DONE), { ...more, done: true, seen: [] }],
    ["what follows the end", [...message(DONE, [0]), ...message(TYPE)], { ...more, done: true, seen: [] }],
    ["the end with an errno", message(DONE, [-12]), { ...more, done: true, errno: 12, seen: [] }],
    ["an error", message(ERROR, [-1, 0, 0, 0, 0]), { ...more, done: true, errno: 1, seen: [] }],
    ["an acknowledgement", message(ERROR, [0, 0, 0, 0, 0]), { ...more, done: true, seen: [] }],
    [
      "another request's messages",
      [...message(TYPE, [], { seq: 6 }), ...message(ERROR, [-1], { seq: 6 })],
      { ...more, seen: [] },
    ],
    ["another type", message(99, [5]), { ...more, seen: [] }],
    [
      "an interrupted dump",
      message(TYPE, [], { flags: INTERRUPTED }),
      { ...more, interrupted: true, seen: [[16, 16]] },
    ],
    ["length 0", message(TYPE, [1]).with(0, 0), { ...broken, seen: [] }],
    ["length below the header's", message(TYPE, [1], { length: 15 }), { ...broken, seen: [] }],
    ["length beyond the datagram", message(TYPE, [1], { length: 21 }), { ...broken, seen: [] }],
    ["length of 4 GiB", message(TYPE, [1], { length: 0xffffffff }), { ...broken, seen: [] }],
    ["half a header", [...message(TYPE), 16, TYPE], { ...broken, seen: [[16, 16]] }],
  ])("%s", (_, words, expected) => {
    expect(walked(words)).toEqual(expected as never);
  });

  test("stays within the datagram, whatever it holds", () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 256 }),
      // Headers that look true, with any length.
      fc
        .array(
          fc.record({ length: fc.oneof(fc.nat(64), fc.nat()), type: fc.constantFrom(TYPE, ERROR, DONE, 5) }),
        )
        .map(
          (headers) =>
            new Uint8Array(
              Uint32Array.from(headers.flatMap(({ length, type }) => message(type, [], { length }))).buffer,
            ),
        ),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        const words = new Uint32Array(Math.ceil(bytes.length / 4) + 4);
        new Uint8Array(words.buffer).set(bytes);
        let last = 0;
        const { errno } = walk(words, bytes.length, SEQ, TYPE, (_, at, end) => {
          expect(at).toBeGreaterThanOrEqual(last + 16);
          expect(end).toBeGreaterThanOrEqual(at);
          expect(end).toBeLessThanOrEqual(bytes.length);
          last = at;
        });
        expect(errno).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("a netlink socket", () => {
  const NETLINK_SOCK_DIAG = 4;

  test("says what the kernel refuses, by name", () => {
    expect(() => new Netlink(999)).toThrow("EPROTONOSUPPORT");
    const netlink = new Netlink(NETLINK_SOCK_DIAG);
    // A dump of sockets of a family that is none.
    const request = new Uint8Array(16 + 56);
    request[4] = 20;
    request[16] = 255;
    expect(() => netlink.dump(request, 20, () => {})).toThrow("netlink dump: ");
    netlink.close();
  });
});
