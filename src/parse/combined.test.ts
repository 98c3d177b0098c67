import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type RequestEvent, toEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { parseCombined, parseCommon } from "./combined.ts";
import type { ParseLine } from "./format.ts";
import { RequestCursor } from "./request-cursor.ts";

const READ_AT = 1_800_000_000_000;

function read(parse: ParseLine, line: string): Partial<RequestEvent> | undefined {
  const bytes = Buffer.from(line);
  const cursor = new RequestCursor();
  cursor.source = "access.log";
  cursor.readAt = READ_AT;
  return parse(bytes, 0, bytes.length, cursor) ? toEvent(cursor) : undefined;
}

const HEAD = "203.0.113.7 - - [07/Nov/2025:21:04:09 +0000]";
const GET = { method: "GET", path: "/", protocol: "HTTP/1.1" };

/** Lines of every odd kind, and what they say besides who, when and where. */
const COMBINED: [what: string, line: string, event: Partial<RequestEvent>][] = [
  [
    "trailing return",
    `${HEAD} "GET / HTTP/1.1" 200 5 "-" "curl"\r`,
    { ...GET, status: 200, bytes: 5, userAgent: "curl" },
  ],
  ["no bytes", `${HEAD} "GET / HTTP/1.1" 304 - "-" "-"`, { ...GET, status: 304, bytes: 0 }],
  ["negative bytes", `${HEAD} "GET / HTTP/1.1" 200 -5 "-" "-"`, { ...GET, status: 200, bytes: 0 }],
  ["fractional bytes", `${HEAD} "GET / HTTP/1.1" 200 12.5 "-" "-"`, { ...GET, status: 200, bytes: 12 }],
  ["no status", `${HEAD} "GET / HTTP/1.1" - 0 "-" "-"`, { ...GET, bytes: 0 }],
  ["empty status", `${HEAD} "GET / HTTP/1.1"  0 "-" "-"`, { ...GET, bytes: 0 }],
  [
    "fields after the agent",
    `${HEAD} "GET / HTTP/1.1" 200 5 "-" "curl" "10.0.0.1" 0.1`,
    { ...GET, status: 200, bytes: 5, userAgent: "curl" },
  ],
  [
    "rubbish after the agent",
    `${HEAD} "GET / HTTP/1.1" 200 5 "-" "curl"rubbish`,
    { ...GET, status: 200, bytes: 5, userAgent: "curl" },
  ],
  [
    "escaped quotes",
    `${HEAD} "GET /\\"a\\" HTTP/1.1" 200 5 "\\"" "a \\"b\\" \\\\"`,
    { ...GET, path: '/"a"', status: 200, bytes: 5, referrer: '"', userAgent: 'a "b" \\' },
  ],
  [
    "raw UTF-8",
    `${HEAD} "GET /é HTTP/1.1" 200 5 "-" "ü"`,
    { ...GET, path: "/é", status: 200, bytes: 5, userAgent: "ü" },
  ],
  ["empty quotes", `${HEAD} "GET / HTTP/1.1" 200 5 "" ""`, { ...GET, status: 200, bytes: 5 }],
  ["no request", `${HEAD} "-" 408 0 "-" "-"`, { path: "-", malformed: true, status: 408, bytes: 0 }],
  ["empty request", `${HEAD} "" 400 0 "-" "-"`, { path: "", malformed: true, status: 400, bytes: 0 }],
  [
    "TLS hello",
    `${HEAD} "\\x16\\x03\\x01 \\"" 400 0 "-" "-"`,
    { path: '\x16\x03\x01 "', malformed: true, status: 400, bytes: 0 },
  ],
  [
    "unreadable time",
    `203.0.113.7 - - [yesterday] "GET / HTTP/1.1" 200 5 "-" "-"`,
    { ...GET, at: READ_AT, timeUnknown: true, status: 200, bytes: 5 },
  ],
  [
    "empty time",
    `203.0.113.7 - - [] "GET / HTTP/1.1" 200 5 "-" "-"`,
    { ...GET, at: READ_AT, timeUnknown: true, status: 200, bytes: 5 },
  ],
  [
    "user",
    `${HEAD.replace("- -", "- bob")} "GET / HTTP/1.1" 401 5 "-" "-"`,
    { ...GET, user: "bob", status: 401, bytes: 5 },
  ],
  [
    "user with blanks",
    `${HEAD.replace("- -", "- bob  the user")} "GET / HTTP/1.1" 401 5 "-" "-"`,
    { ...GET, user: "bob  the user", status: 401, bytes: 5 },
  ],
  [
    "identity and escaped user",
    `${HEAD.replace("- -", 'id a\\"b')} "GET / HTTP/1.1" 401 5 "-" "-"`,
    { ...GET, user: 'a"b', status: 401, bytes: 5 },
  ],
  [
    "user who forges a line",
    HEAD.replace("- -", '- x [01/Jan/2020:00:00:00 +0000] \\"GET /forged HTTP/1.1\\" 200 1') +
      ` "GET / HTTP/1.1" 401 5 "-" "-"`,
    { ...GET, user: 'x [01/Jan/2020:00:00:00 +0000] "GET /forged HTTP/1.1" 200 1', status: 401, bytes: 5 },
  ],
  [
    "cut in the agent",
    `${HEAD} "GET / HTTP/1.1" 200 5 "http://x/" "Mozi`,
    { ...GET, status: 200, bytes: 5, referrer: "http://x/", userAgent: "Mozi" },
  ],
  [
    "cut after an escape",
    `${HEAD} "GET / HTTP/1.1" 200 5 "-" "Mozi\\`,
    { ...GET, status: 200, bytes: 5, userAgent: "Mozi\\" },
  ],
  [
    "cut before the agent",
    `${HEAD} "GET / HTTP/1.1" 200 5 "http://x/"`,
    { ...GET, status: 200, bytes: 5, referrer: "http://x/" },
  ],
  [
    "cut in the referrer",
    `${HEAD} "GET / HTTP/1.1" 200 5 "http:`,
    { ...GET, status: 200, bytes: 5, referrer: "http:" },
  ],
  ["cut in the request", `${HEAD} "GET /lon`, { method: "GET", path: "/lon", protocol: "HTTP/0.9" }],
];

const COMMON: typeof COMBINED = [
  ["blanks at the end", `${HEAD} "GET / HTTP/1.1" 200 5  \t`, { ...GET, status: 200, bytes: 5 }],
  ["no bytes", `${HEAD} "GET / HTTP/1.1" 200 -`, { ...GET, status: 200, bytes: 0 }],
  ["cut before the bytes", `${HEAD} "GET / HTTP/1.1" 200`, { ...GET, status: 200 }],
  ["cut before the status", `${HEAD} "GET / HTTP/1.1"`, GET],
  ["cut in the request", `${HEAD} "GET /lon`, { method: "GET", path: "/lon", protocol: "HTTP/0.9" }],
];

const BASE = { kind: "request", at: 1762549449000, ip: "203.0.113.7", source: "access.log" } as const;

describe("a combined line", () => {
  test.each(COMBINED)("%s", (_, line, event) => {
    expect(read(parseCombined, line)).toStrictEqual({ ...BASE, ...event } as RequestEvent);
    const common = line.startsWith(`${HEAD} "GET /lon`);
    expect(read(parseCommon, line) !== undefined).toBe(common);
  });
});

describe("a common line", () => {
  test.each(COMMON)("%s", (_, line, event) => {
    expect(read(parseCommon, line)).toStrictEqual({ ...BASE, ...event } as RequestEvent);
    const combined = line.startsWith(`${HEAD} "GET /lon`);
    expect(read(parseCombined, line) !== undefined).toBe(combined);
  });
});

const REQUEST = '"GET / HTTP/1.1" 200 5 "-" "-"';

test.each([
  ["nothing", ""],
  ["blanks", "   "],
  ["a name", HEAD.replace("203.0.113.7", "example.com") + REQUEST],
  ["a vhost before the address", `example.com ${HEAD} ${REQUEST}`],
  ["a blank before the address", ` ${HEAD} ${REQUEST}`],
  ["no address", `${HEAD.replace("203.0.113.7", "203.0.113.999")} ${REQUEST}`],
  ["an address with a port", `${HEAD.replace("203.0.113.7", "[::1]:80")} ${REQUEST}`],
  ["a command for an address", `${HEAD.replace("203.0.113.7", "$(reboot)")} ${REQUEST}`],
  ["only an address", "203.0.113.7"],
  ["no time", `203.0.113.7 - - ${REQUEST}`],
  ["a time without its start", `203.0.113.7 - - 07/Nov/2025:21:04:09 +0000] ${REQUEST}`],
  ["cut in the time", HEAD.slice(0, -3)],
  ["cut before the request", HEAD],
  ["status of two digits", `${HEAD} "GET / HTTP/1.1" 20 5 "-" "-"`],
  ["status in letters", `${HEAD} "GET / HTTP/1.1" abc 5 "-" "-"`],
  ["bytes in letters", `${HEAD} "GET / HTTP/1.1" 200 abc "-" "-"`],
  ["no bytes field", `${HEAD} "GET / HTTP/1.1" 200 "-" "-"`],
  ["no blank after the request", `${HEAD} "GET / HTTP/1.1"200 5 "-" "-"`],
  ["a field after the bytes", `${HEAD} "GET / HTTP/1.1" 200 5 0.01`],
  ["a field after the referrer", `${HEAD} "GET / HTTP/1.1" 200 5 "-" 0.01 "-"`],
  ["JSON", '{"remote_ip":"203.0.113.7"}'],
])("%s is no line", (_, line) => {
  expect(read(parseCombined, line)).toBeUndefined();
  expect(read(parseCommon, line)).toBeUndefined();
});

test("clean lines read as a regular expression reads them", () => {
  const PATTERN =
    /^(\S+) - (\S+) \[([^\]]+)\] "(\S+) (.*) (HTTP\/[\d.]+)" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"$/;
  const clean = fc.string({
    unit: fc.constantFrom(..."abcXYZ0189-._~:/?#[]@!$&'()*+,;=% é✓"),
    maxLength: 60,
  });
  const line = fc
    .tuple(
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.constantFrom("-", "bob", "a@b"),
      fc.integer({ min: 0, max: 4_102_444_800 }),
      fc.constantFrom("GET", "POST", "PROPFIND"),
      clean,
      fc.constantFrom("HTTP/1.0", "HTTP/1.1", "HTTP/2.0"),
      fc.integer({ min: 100, max: 599 }),
      fc.oneof(fc.nat().map(String), fc.constant("-")),
      clean,
      clean,
    )
    .map(([ip, user, time, method, path, protocol, status, bytes, referrer, agent]) => {
      const [, day, month, year, clock] = new Date(time * 1000).toUTCString().split(" ");
      const stamp = `${day}/${month}/${year}:${clock} +0000`;
      return `${ip} - ${user} [${stamp}] "${method} /${path}x ${protocol}" ${status} ${bytes} "${referrer}" "${agent}"`;
    });
  const given = (text: string | undefined): string | undefined =>
    text === "-" || text === "" ? undefined : text;
  fc.assert(
    fc.property(line, (text) => {
      const [, ip, user, stamp = "", method, path, protocol, status, bytes, referrer, agent] =
        PATTERN.exec(text) ?? [];
      const event = read(parseCombined, text);
      expect(event?.ip).toBe(parseIp(ip ?? "") as Ip);
      expect(event).toMatchObject({
        at: Date.parse(stamp.replace(":", " ").replaceAll("/", " ")),
        method,
        path,
        protocol,
        status: Number(status),
        bytes: bytes === "-" ? 0 : Number(bytes),
      } as RequestEvent);
      expect([event?.user, event?.referrer, event?.userAgent]).toEqual([
        given(user),
        given(referrer),
        given(agent),
      ]);
    }),
    { numRuns: 1000 },
  );
});
