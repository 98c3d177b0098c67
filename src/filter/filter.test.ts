import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AuthEvent, RequestEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import type { IpProfile } from "../model/snapshot.ts";
import { compileFilter } from "./filter.ts";

const REQUEST: RequestEvent = {
  kind: "request",
  at: 0,
  ip: parseIp("45.77.12.9") as Ip,
  method: "GET",
  path: "/wp-login.php?Next=%2F",
  protocol: "HTTP/1.1",
  status: 404,
  bytes: 5_120,
  referrer: "https://referrer.example/",
  userAgent: "Mozilla/5.0 (X11; Linux)",
  user: "Bob",
  vhost: "Shop.example",
  source: "/var/log/nginx/access.log",
};

const LOGIN: AuthEvent = {
  kind: "auth",
  at: 0,
  ip: parseIp("2a00:1450:4001::200e") as Ip,
  service: "ssh",
  outcome: "invalid-user",
  user: "Admin",
  source: "/var/log/auth.log",
};

const ROW: IpProfile = {
  ip: parseIp("2001:4860:4860::8888") as Ip,
  firstSeen: 0,
  lastSeen: 0,
  connections: 3,
  established: 0,
  halfOpen: 0,
  states: {},
  services: [
    { port: 443, name: "https", sockets: 2 },
    { port: 22, name: "ssh", sockets: 1 },
  ],
  requests: 7_777,
  requests10s: 0,
  requests60s: 0,
  bytes: 0,
  status4xx: 0,
  status5xx: 0,
  malformed: 0,
  authFailures: 0,
  authAccepted: 0,
  last: "GET /About",
};

describe("a line", () => {
  const cases: [filter: string, request: boolean, login: boolean][] = [
    ["", true, true],
    ["   \t ", true, true],
    ["45.77.12.9", true, false],
    ["45.77.", true, false],
    ["wp-login", true, false],
    ["WP-LOGIN.PHP", true, false],
    ["next=%2f", true, false],
    ["get", true, false],
    ["404", true, false],
    ["x11;", true, false],
    ["bob", true, false],
    ["shop.EXAMPLE", true, false],
    ["get 404 45.77 linux", true, false],
    ["404 get", true, false],
    ["get 200", false, false],
    ["2a00:1450", false, true],
    ["2A00:1450:4001::200E", false, true],
    ["::", false, true],
    ["ssh", false, true],
    ["invalid-user admin", false, true],
    ["-ssh", true, false],
    ["-404", false, true],
    ["-SSH", true, false],
    ["get -bob", false, false],
    ["get -alice", true, false],
    ["-get -ssh", false, false],
    // A lone dash is a text; so is what follows the first dash.
    ["-", true, true],
    ["--user", true, false],
    // Not shown, so not searched.
    ["referrer.example", false, false],
    ["access.log", false, false],
    ["5120", false, false],
    ["HTTP/1.1", false, false],
    // No language yet, and nothing of a pattern's.
    [".*", false, false],
    ["status:404", false, false],
    ["(x11", true, false],
  ];
  test.each(cases)("%p", (filter, request, login) => {
    const { line } = compileFilter(filter);
    expect(line(REQUEST, undefined)).toBe(request);
    expect(line(LOGIN, undefined)).toBe(login);
  });
});

describe("a row", () => {
  const cases: [filter: string, passes: boolean][] = [
    ["", true],
    ["2001:4860", true],
    ["2001:4860:4860::8888", true],
    ["2001:4860:4860::888", true],
    ["8.8.8.8", false],
    ["https", true],
    ["SSH HTTPS", true],
    ["https smtp", false],
    ["-smtp", true],
    ["-ssh", false],
    ["/about", true],
    ["/ABOUT get", true],
    ["-/about", false],
    // A number of the row is not a word of it.
    ["7777", false],
  ];
  test.each(cases)("%p", (filter, passes) => {
    expect(compileFilter(filter).address(ROW)).toBe(passes);
  });

  test("without a last act has only the rest", () => {
    const { last: _, ...quiet } = ROW;
    expect(compileFilter("about").address(quiet)).toBe(false);
    expect(compileFilter("-about").address(quiet)).toBe(true);
  });

  test("is not asked for more than the words need", () => {
    const lazy = new Proxy(ROW, {
      get: () => {
        throw new Error("read");
      },
    });
    expect(compileFilter(" ").address(lazy)).toBe(true);
  });
});

describe("any text", () => {
  test("is kept in words, without the blanks around it", () => {
    expect(compileFilter("  Net  X ").text).toBe("Net  X");
    expect(compileFilter("").text).toBe("");
  });

  test("of ten kilobytes is cut to what somebody may type", () => {
    expect(compileFilter("x".repeat(10_240)).text).toBe("x".repeat(256));
    expect(compileFilter("x".repeat(10_240)).line({ ...REQUEST, path: "x".repeat(256) }, undefined)).toBe(
      true,
    );
    const words = compileFilter("get -zz ".repeat(1_280));
    expect(words.line(REQUEST, undefined)).toBe(true);
    expect(words.line(LOGIN, undefined)).toBe(false);
  });

  test("compiles, and a word passes exactly what shows it", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(
        "\ud800",
        "-\udfff",
        "\u0000",
        "\u001b[2J",
        "(((((",
        "[a-",
        "\\",
        "__proto__",
        "İ",
        "-\u202e",
      ),
      fc.string({ unit: "binary", minLength: 300, maxLength: 400, size: "max" }),
    );
    fc.assert(
      fc.property(hostile, hostile, (text, path) => {
        const filter = compileFilter(text);
        const shows = (word: string) =>
          [path, "9.9.9.9"].some((shown) => shown.toLowerCase().includes(word.toLowerCase()));
        const words = text.slice(0, 256).split(/\s+/).filter(Boolean);
        const expected = words.every((word) =>
          word.startsWith("-") && word !== "-" ? !shows(word.slice(1)) : shows(word),
        );
        const line: RequestEvent = { kind: "request", at: 0, ip: parseIp("9.9.9.9") as Ip, path, source: "" };
        expect(filter.line(line, undefined)).toBe(expected);
        expect(filter.address({ ...ROW, ip: line.ip, services: [], last: path })).toBe(expected);
        expect(compileFilter(filter.text).text).toBe(filter.text);
      }),
    );
  });
});
