import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { toEvent } from "../model/event.ts";
import { compileApache } from "./apache-format.ts";
import { FORMATS, parserOf } from "./formats.ts";
import { RequestCursor } from "./request-cursor.ts";

const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
const APACHE = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';
const AT = 1_762_549_449_000;
const TIME = "07/Nov/2025:21:04:09 +0000";

const cursor = new RequestCursor();
cursor.source = "access.log";
cursor.readAt = 1_800_000_000_000;

/** What the format makes of the line, less what every event has; undefined where it is refused. */
function read(format: string, line: string | Uint8Array) {
  const parse = parserOf(format);
  if (typeof parse === "string") throw new Error(parse);
  const bytes = Buffer.from(line as string);
  if (!parse(bytes, 0, bytes.length, cursor)) return undefined;
  const { kind: _, source: __, ...rest } = toEvent(cursor);
  return rest as Omit<typeof rest, "ip"> & { ip: string };
}

describe("a log_format string", () => {
  test.each(FORMATS.combined.samples.filter(({ line }) => line.endsWith('"')))(
    "reads %s as combined does",
    ({ line, event }) => {
      const known = line.replace(/ 0\.012 "-"$/, "");
      expect(read(COMBINED, known)).toStrictEqual(event);
      expect(read(APACHE, known)).toStrictEqual(event);
    },
  );

  test.each([
    [
      "separators that stand in what a peer sends",
      "$remote_addr|$time_iso8601|$request|$status|$http_user_agent|$request_time",
      "203.0.113.7|2025-11-07T22:04:09+01:00|GET /a|b HTTP/1.1|200|x|y|0.001",
      { at: AT, method: "GET", path: "/a|b", protocol: "HTTP/1.1", status: 200, userAgent: "x|y" },
    ],
    [
      "braces, a query of its own and seconds",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: nginx spells it so
      '${remote_addr} $msec ${request_method} "$uri$is_args$args" $server_protocol $status',
      '2001:DB8::1 1762549449.000 GET "/a?b=\\x22c" HTTP/2.0 200',
      { at: AT, method: "GET", path: '/a?b="c', protocol: "HTTP/2.0", status: 200 },
    ],
    [
      "JSON with names of its own",
      '{"t":"$time_iso8601","ip":"$remote_addr","r":"$request","s":$status,"ua":"$http_user_agent"}',
      '{"t":"2025-11-07T21:04:09+00:00","ip":"203.0.113.7","r":"GET /\\u00e9 HTTP/1.1","s":200,"ua":"a\\"b"}',
      { at: AT, method: "GET", path: "/é", protocol: "HTTP/1.1", status: 200, userAgent: 'a"b' },
    ],
    [
      "a forwarded address where there is no peer",
      '$http_x_forwarded_for [$time_local] "$request" $status',
      `198.51.100.1, 203.0.113.7 [${TIME}] "GET / HTTP/1.1" 200`,
      { at: AT, method: "GET", path: "/", protocol: "HTTP/1.1", status: 200 },
    ],
    [
      "quotes that were not escaped",
      '$remote_addr "$http_user_agent" $status "$request"',
      '203.0.113.7 "say "hi" you" 200 "GET / HTTP/1.1"',
      { at: 1_800_000_000_000, userAgent: 'say "hi" you', status: 200, timeUnknown: true },
    ],
    [
      "two numbers that touch",
      "$remote_addr $status$body_bytes_sent $request",
      "203.0.113.7 200512 GET / HTTP/1.1",
      { at: 1_800_000_000_000, method: "GET", path: "/", protocol: "HTTP/1.1", timeUnknown: true },
    ],
  ] as const)("reads %s", (_, format, line, event) => {
    expect(read(format, line)).toMatchObject(event);
    expect(read(format, line)?.ip).toBe(line.startsWith("2001") ? "2001:db8::1" : "203.0.113.7");
  });

  test("a user's name cannot forge the time, the request or the address", () => {
    const name = `x [${TIME}] GET /forged HTTP/1.1 200 5`;
    const event = read(COMBINED, `203.0.113.7 - ${name} [${TIME}] "GET /true HTTP/1.1" 401 5 "-" "-"`);
    expect(event).toMatchObject({ ip: "203.0.113.7", user: name, path: "/true", status: 401 });
  });

  test.each([
    ['$http_x_forwarded_for $remote_addr - $remote_user [$time_local] "$request" $status', "-"],
    ['%{X-Forwarded-For}i %h %l %u %t "%r" %>s', "-"],
  ])("a forwarded address before the peer is not the peer: %s", (format) => {
    const line = (forwarded: string, user = "-") =>
      read(format, `${forwarded} 203.0.113.7 - ${user} [${TIME}] "GET / HTTP/1.1" 200`)?.ip;
    expect(line("-")).toBe("203.0.113.7");
    expect(line("8.8.8.8")).toBe("203.0.113.7");
    expect(line("evil, 8.8.8.8")).toBe("203.0.113.7");
    expect(line("evil [x] 8.8.8.8,")).toBe("203.0.113.7");
    // A stranger may hide, and is counted; nobody is framed.
    expect(line("evil 8.8.8.8 - x")).toBeUndefined();
    expect(line("-", "x 8.8.8.8 - y")).toBeUndefined();
  });

  test("of a list without a peer, what a stranger wrote behind his address ends nothing", () => {
    const format = '$http_x_forwarded_for - $remote_user [$time_local] "$request" $status';
    const line = (list: string) => read(format, `${list} - - [${TIME}] "GET / HTTP/1.1" 200`)?.ip;
    expect(line("6.6.6.6, 203.0.113.7")).toBe("203.0.113.7");
    expect(line("8.8.8.8 - x, 203.0.113.7")).toBeUndefined();
    expect(parserOf("$http_x_forwarded_for $request")).toBeString();
  });

  test("a quoted field before what a stranger wrote does not hide it", () => {
    const line = (agents: string) =>
      read('"%r" %{X-Forwarded-For}i %a %>s %{User-Agent}i', `"GET / HTTP/1.1" ${agents}`)?.ip;
    expect(line("- 203.0.113.7 404 curl")).toBe("203.0.113.7");
    expect(line("x 8.8.8.8 200 203.0.113.7 404 curl")).toBeUndefined();
    const format = '$http_x_forwarded_for $remote_addr - $remote_user [$time_local] "$request" $status';
    expect(read(format, `x 8.8.8.8 - unix: - - [${TIME}] "GET / HTTP/1.1" 200`)).toBeUndefined();
  });

  test("a site's name before the peer, which the peer sent, is not the peer", () => {
    const line = (host: string) =>
      read('%{Host}i:%p %h %l %u %t "%r" %>s', `${host}:80 203.0.113.7 - - [${TIME}] "GET / HTTP/1.1" 400`);
    expect(line("shop.example")).toMatchObject({ ip: "203.0.113.7", vhost: "shop.example" });
    expect(line("8.8.8.8")).toMatchObject({ ip: "203.0.113.7", vhost: "8.8.8.8" });
    expect(line("a:80 8.8.8.8 - -")).toBeUndefined();
  });

  test("the line may end in a quoted field or right behind it, and nowhere else", () => {
    const line = `203.0.113.7 - - [${TIME}] "GET /a HTTP/1.1" 200 5 "-" "curl/8"`;
    for (let end = 0; end < line.length; end++) {
      const start = line.slice(0, end);
      const cut = start.split('"').length % 2 === 0 || start.trimEnd().endsWith('"');
      expect([end, read(COMBINED, start) !== undefined]).toEqual([end, cut]);
    }
    expect(read(COMBINED, `${line} more`)).toBeUndefined();
  });

  test("refuses a hostname, a status that is no number, and lines of another format", () => {
    expect(read(COMBINED, `crawl.example - - [${TIME}] "GET / HTTP/1.1" 200 5 "-" "-"`)).toBeUndefined();
    expect(read(COMBINED, `203.0.113.7 - - [${TIME}] "GET / HTTP/1.1" 2x0 5 "-" "-"`)).toBeUndefined();
    for (const { line } of FORMATS.json.samples) expect(read(COMBINED, line)).toBeUndefined();
  });

  test.each([
    ["$remote_user $request", "it has no $remote_addr"],
    ["$remote_addr [$time_local]", "it has no request, path or status"],
    ["%u %r", "it has no %h or %a"],
    ["$remote_addr$request", "nothing stands between $remote_addr and the field beside it"],
  ])("says what is wrong with %s", (format, words) => {
    expect(parserOf(format)).toBe(words);
  });

  test("any format and any line: nothing throws, and an address is one", () => {
    const variable = fc.constantFrom(
      "time_local",
      "request",
      "status",
      "http_user_agent",
      "remote_user",
      "x",
    );
    const between = fc.constantFrom(" ", '" "', "|", "] [", " - ", "");
    const value = fc.oneof(
      fc.constantFrom(TIME, "GET / HTTP/1.1", "200", "-", '"', "] ["),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    let understood = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(between, variable, value), { maxLength: 8 }), (fields) => {
        const format = ["$remote_addr $status", ...fields.map(([text, name]) => `${text}$${name}`)].join("");
        const line = ["203.0.113.7 200", ...fields.map(([text, , said]) => text + said)].join("");
        const parse = parserOf(format);
        if (typeof parse === "string") return;
        const bytes = Buffer.from(line);
        if (!parse(bytes, 0, bytes.length, cursor)) return;
        understood++;
        expect(toEvent(cursor).ip as string).toBe("203.0.113.7");
      }),
      { numRuns: 3_000 },
    );
    expect(understood).toBeGreaterThan(300);
  });
});

describe("a LogFormat string", () => {
  test.each([
    [
      "its escapes, its brackets, statuses and other times",
      '%v:%p %a %{%Y-%m-%dT%H:%M:%S%z}t \\"%m %U%q %H\\" %!200,304s %O %D',
      'shop.example:443 203.0.113.7 2025-11-07T21:04:09+0000 "GET /a?b HTTP/1.1" 404 512 1234',
      { at: AT, vhost: "shop.example", path: "/a?b", status: 404, bytes: 512 },
    ],
    [
      "milliseconds and a header of a proxy",
      '%{X-Forwarded-For}i %h %{msec}t "%r" %>s 100%%',
      '198.51.100.9 203.0.113.7 1762549449000 "GET / HTTP/1.1" 200 100%',
      { at: AT, path: "/", status: 200 },
    ],
  ])("reads %s", (_, format, line, event) => {
    expect(read(format, line)).toMatchObject({ ip: "203.0.113.7", ...event });
  });

  test("is compiled from text as it stands in a configuration or without its escapes", () => {
    const escaped = APACHE.replaceAll('"', '\\"');
    const line = `203.0.113.7 - - [${TIME}] "GET / HTTP/1.1" 200 5 "-" "curl"`;
    expect(typeof compileApache(escaped)).toBe("function");
    expect(read(escaped, line)).toEqual(read(APACHE, line));
  });
});
