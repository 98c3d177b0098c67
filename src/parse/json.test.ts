import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type RequestEvent, toEvent } from "../model/event.ts";
import { parseIp } from "../model/ip.ts";
import { caddy } from "./caddy.ts";
import { parseJson } from "./json-line.ts";
import { RequestCursor } from "./request-cursor.ts";

const READ_AT = 1_800_000_000_000;
const cursor = new RequestCursor();
cursor.source = "access.log";
cursor.readAt = READ_AT;

function read(line: string): RequestEvent | undefined {
  const bytes = Buffer.from(line);
  return parseJson(bytes, 0, bytes.length, cursor) ? toEvent(cursor) : undefined;
}

const BASE = {
  kind: "request",
  at: READ_AT,
  timeUnknown: true,
  ip: "203.0.113.7",
  source: "access.log",
} as const;

describe("what a JSON line says", () => {
  test.each([
    [
      "nested before flat",
      {
        ts: 5,
        method: "PUT",
        request: { remote_ip: "203.0.113.7", method: "GET" },
        remote_ip: "198.51.100.1",
      },
      { at: 5000, method: "GET" },
    ],
    [
      "flat before nested",
      { remote_addr: "198.51.100.1", request: { remote_addr: "203.0.113.7:55", uri: "/a" }, uri: "/b" },
      { path: "/a" },
    ],
    [
      "remote_ip before remote_addr",
      { remote_addr: "198.51.100.1", remote_ip: "203.0.113.7", status: 200 },
      { status: 200 },
    ],
    [
      "the first alias that is an address",
      { remote_ip: "", remote_addr: "UNKNOWN", client_ip: "203.0.113.7", status: 200 },
      { status: 200 },
    ],
    [
      "a better alias that is none",
      { remote_addr: "203.0.113.7", remote_ip: "example.com", status: 200 },
      { status: 200 },
    ],
    [
      "a proxy's claim last",
      { request: { client_ip: "198.51.100.1", remote_ip: "203.0.113.7" }, status: 200 },
      { status: 200 },
    ],
    ["status as text", { remote_ip: "203.0.113.7", status: "404" }, { status: 404 }],
    ["status of an unanswered request", { remote_ip: "203.0.113.7", status: 0, uri: "/" }, { path: "/" }],
    ["status null", { remote_ip: "203.0.113.7", status: null, uri: "/" }, { path: "/" }],
    [
      "status of a dash, and its alias",
      { remote_ip: "203.0.113.7", status: "-", resp_status: 301 },
      { status: 301 },
    ],
    [
      "sizes",
      { remote_ip: "203.0.113.7", status: 200, resp_size: "77", bytes_sent: 5 },
      { status: 200, bytes: 77 },
    ],
    [
      "a size that is none",
      { remote_ip: "203.0.113.7", status: 200, size: null, bytes_sent: -5 },
      { status: 200, bytes: 0 },
    ],
    [
      "headers as text",
      { request: { remote_ip: "203.0.113.7", uri: "/", headers: { Referer: "r", "user-agent": "u" } } },
      { path: "/", referrer: "r", userAgent: "u" },
    ],
    [
      "headers as lists",
      { request: { remote_ip: "203.0.113.7", uri: "/", headers: { Referer: [], "User-Agent": ["u", "v"] } } },
      { path: "/", userAgent: "u" },
    ],
    [
      "headers of other types",
      {
        request: {
          remote_ip: "203.0.113.7",
          uri: "/",
          headers: { Referer: [["r"]], "User-Agent": { a: 1 } },
        },
      },
      { path: "/" },
    ],
    [
      "headers that are none",
      { request: { remote_ip: "203.0.113.7", uri: "/", headers: "REDACTED" } },
      { path: "/" },
    ],
    [
      "dashes",
      { remote_ip: "203.0.113.7", uri: "/", referer: "-", user_agent: "-", remote_user: "-", host: "" },
      { path: "/" },
    ],
    [
      "a request line",
      { remote_addr: "203.0.113.7", request: "GET /a b HTTP/1.1", method: "PUT", uri: "/index.php" },
      { method: "GET", path: "/a b", protocol: "HTTP/1.1" },
    ],
    [
      "a request line after its parts",
      { remote_addr: "203.0.113.7", method: "PUT", uri: "/index.php", request: "\u0016\u0003" },
      { path: "\x16\x03", malformed: true },
    ],
    [
      "an empty request line",
      { remote_addr: "203.0.113.7", request: "", status: 400 },
      { path: "", malformed: true, status: 400 },
    ],
    ["request null", { remote_addr: "203.0.113.7", request: null, uri: "/" }, { path: "/" }],
    [
      "the next time alias",
      { remote_ip: "203.0.113.7", uri: "/", ts: "soon", timestamp: 5, time: 6 },
      { path: "/", at: 5000 },
    ],
    ["a time out of range", { remote_ip: "203.0.113.7", uri: "/", ts: 1e300 }, { path: "/" }],
    [
      "escapes",
      { remote_ip: "203.0.113.7", uri: '/"\\\n\t/é😀', user_id: "ü" },
      { path: '/"\\\n\t/é😀', user: "ü" },
    ],
    [
      "wrong types",
      { remote_ip: "203.0.113.7", uri: "/", method: 5, proto: true, user_id: {}, host: ["x", 1] },
      { path: "/", vhost: "x" },
    ],
  ])("%s", (_, line, event) => {
    const { timeUnknown, ...base } = BASE;
    const expected = { ...base, ...event, ...(!("at" in event) && { timeUnknown }) };
    expect(read(JSON.stringify(line))).toStrictEqual(expected as RequestEvent);
    // White space between tokens changes nothing.
    expect(read(`  ${JSON.stringify(line, null, 2).replaceAll("\n", "\t")} \r`)).toStrictEqual(
      expected as RequestEvent,
    );
  });

  test.each([
    [
      "duplicate keys: the first",
      '{"remote_ip":"203.0.113.7","remote_ip":"198.51.100.1","uri":"/"}',
      { path: "/" },
    ],
    [
      "values nginx left out",
      '{"remote_ip":"203.0.113.7","uri":"/","rt":,"status":200}',
      { path: "/", status: 200 },
    ],
    ["escapes of nginx's default", '{"remote_ip":"203.0.113.7","uri":"/\\x22"}', { path: '/"' }],
    [
      "a huge number",
      `{"remote_ip":"203.0.113.7","uri":"/","size":${"9".repeat(10_000)}}`,
      { path: "/", bytes: Number.MAX_SAFE_INTEGER },
    ],
    [
      "braces inside strings",
      '{"a":"}{][","b":{"c":"}}"},"remote_ip":"203.0.113.7","uri":"/"}',
      { path: "/" },
    ],
  ])("%s", (_, line, event) => {
    expect(read(line)).toStrictEqual({ ...BASE, ...event } as RequestEvent);
  });
});

const DEEP = "[".repeat(100_000);

test.each([
  ["nothing", ""],
  ["a word", "null"],
  ["a list", '[{"remote_ip":"203.0.113.7","uri":"/"}]'],
  ["an empty object", "{}"],
  ["no address", '{"uri":"/"}'],
  ["a numeric address", '{"remote_ip":3405803783,"uri":"/"}'],
  ["a name for an address", '{"remote_ip":"$(reboot)","uri":"/"}'],
  ["nothing of a request", '{"remote_ip":"203.0.113.7","msg":"blocked"}'],
  ["a status of two digits", '{"remote_ip":"203.0.113.7","status":20}'],
  ["a status of another type", '{"remote_ip":"203.0.113.7","status":{"a":1}}'],
  ["a fractional status", '{"remote_ip":"203.0.113.7","status":200.5}'],
  ["an open string", '{"remote_ip":"203.0.113.7","uri":"/'],
  ["an open object", '{"remote_ip":"203.0.113.7","uri":"/"'],
  ["an open object inside", '{"remote_ip":"203.0.113.7","uri":"/","a":{"b":1'],
  ["nothing after a comma", '{"remote_ip":"203.0.113.7","uri":"/",'],
  ["nothing after a colon", '{"remote_ip":"203.0.113.7","uri":'],
  ["a comma too many", '{"remote_ip":"203.0.113.7","uri":"/",}'],
  ["no comma", '{"remote_ip":"203.0.113.7" "uri":"/"}'],
  ["no colon", '{"remote_ip" "203.0.113.7","uri":"/"}'],
  ["a bare key", '{remote_ip:"203.0.113.7","uri":"/"}'],
  ["two objects", '{"remote_ip":"203.0.113.7","uri":"/"}{}'],
  ["text before", 'x {"remote_ip":"203.0.113.7","uri":"/"}'],
  ["a deep value", `{"remote_ip":"203.0.113.7","uri":"/","a":${DEEP}`],
  ["a deep value, closed", `{"a":${DEEP}${DEEP.replaceAll("[", "]")},"remote_ip":"203.0.113.7","uri":"/"}`],
  ["deep requests", '{"request":'.repeat(100_000)],
  ["deep headers", '{"request":{"headers":'.repeat(50_000)],
])("%s is no line", (_, line) => {
  expect(read(line)).toBeUndefined();
});

test("Caddy's address stands in its request object", () => {
  const flat = Buffer.from('{"remote_ip":"203.0.113.7","uri":"/","request":{"uri":"/"}}');
  expect(parseJson(flat, 0, flat.length, cursor)).toBe(true);
  expect(caddy.parse(flat, 0, flat.length, cursor)).toBe(false);
});

test("any JSON object reads as JSON.parse reads it", () => {
  const scalar = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const value = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 2 }),
    fc.dictionary(fc.string(), scalar, { maxKeys: 2 }),
  );
  const line = fc.record(
    {
      uri: fc.oneof({ weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) }, value),
      host: fc.oneof({ weight: 3, arbitrary: fc.string({ maxLength: 20 }) }, value),
      method: fc.constantFrom("GET", "POST"),
      remote_ip: fc.oneof({ weight: 5, arbitrary: fc.ipV4() }, fc.ipV6(), value),
      status: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 100, max: 999 }) }, fc.constant(null)),
      other: value,
    },
    { requiredKeys: ["method"] },
  );
  /** The value as the parser takes it: a string, or the first of a list if that is one; not empty, no dash. */
  const text = (from: unknown): string | undefined => {
    const first: unknown = Array.isArray(from) ? from[0] : from;
    return typeof first === "string" && first !== "" && first !== "-" ? first.toWellFormed() : undefined;
  };
  fc.assert(
    fc.property(line, fc.nat(6), (object, rotate) => {
      const entries = Object.entries(object);
      const rotated = Object.fromEntries([...entries.slice(rotate), ...entries.slice(0, rotate)]);
      const json = JSON.stringify(rotated);
      const event = read(json);
      const ip = parseIp(text(object.remote_ip) ?? "");
      expect(event?.ip).toBe(ip as typeof ip & string);
      if (event === undefined) return;
      expect([event.path, event.vhost, event.method, event.status]).toEqual([
        text(object.uri),
        text(object.host),
        object.method,
        object.status ?? undefined,
      ]);
    }),
    { numRuns: 1000 },
  );
});
