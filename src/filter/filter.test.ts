import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { wire } from "../../test/console/snapshots.ts";
import type { AuthEvent, RequestEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import type { Filter, IpProfile } from "../model/snapshot.ts";
import { compileFilter, type FilterError } from "./filter.ts";
import { KEYS } from "./keys.ts";

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
  userAgent: "Mozilla/5.0 (X11; Linux), like",
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
  verdict: {
    risk: 45,
    severity: "warning",
    findings: [
      { rule: "Scan-404", severity: "warning", score: 45, evidence: "", since: 0, last: 0, samples: [] },
    ],
  },
  origin: {
    country: "NL",
    asn: 14_061,
    org: "DigitalOcean, LLC",
    network: "DO-13",
    hostname: "a.Example.net",
  },
  firstSeen: 0,
  lastSeen: 0,
  connections: 3,
  established: 1,
  halfOpen: 0,
  states: { ESTABLISHED: 1, TIME_WAIT: 2 },
  services: [
    { port: 443, name: "https", sockets: 2 },
    { port: 22, name: "ssh", sockets: 1 },
  ],
  requests: 7_777,
  requests10s: 0,
  requests60s: 61,
  bytes: 2_000_000,
  inBytes: 512,
  status4xx: 5,
  status5xx: 0,
  malformed: 0,
  authFailures: 2,
  authAccepted: 0,
  last: "GET /About",
};

function compiled(text: string): Filter {
  const filter = compileFilter(text);
  if ("message" in filter) throw new Error(filter.message);
  return filter;
}

function refused(text: string): FilterError {
  const filter = compileFilter(text);
  if ("message" in filter) return filter;
  throw new Error(`compiles: ${text}`);
}

describe("a line", () => {
  const cases: [filter: string, request: boolean, login: boolean][] = [
    ["", true, true],
    ["   \t ", true, true],
    // Free text.
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
    ["get 200", false, false],
    ["2a00:1450", false, true],
    ["2A00:1450:4001::200E", false, true],
    ["invalid-user admin", false, true],
    ["-ssh", true, false],
    ["-404", false, true],
    ["get -bob", false, false],
    ["get -alice", true, false],
    ["-get -ssh", false, false],
    ["-", true, true],
    ["--user", true, false],
    ['"x11; linux"', true, false],
    ['-"x11; linux"', false, true],
    ['"status:404"', false, false],
    ["(x11", true, false],
    [".*", false, false],
    // Not shown, so not searched.
    ["referrer.example", false, false],
    ["access.log", false, false],
    ["5120", false, false],
    ["HTTP/1.1", false, false],
    ["http://referrer", false, false],
    // Addresses.
    ["45.77.0.0/16", true, false],
    ["45.77.12.99/24", true, false],
    ["-45.77.0.0/16", false, true],
    ["2a00:1450::/32", false, true],
    ["10.0.0.0/8,45.0.0.0/8", true, false],
    ["ip:45.77.12.9", true, false],
    ["net:45.77.12.9,2a00::/16", true, true],
    ["NET:10.0.0.0/8", false, false],
    ["is:v4", true, false],
    ["is:v6", false, true],
    // Numbers of the line.
    ["status:404", true, false],
    ["status:4xx", true, false],
    ["status:4XX", true, false],
    ["status:500-503,404", true, false],
    ["status:500-503", false, false],
    ["status>=400", true, false],
    ["status > 404", false, false],
    ["status:<500", true, false],
    ["-status:404", false, true],
    ["bytes>5k", true, false],
    ["bytes>5Ki", false, false],
    ["bytes>=5Ki", true, false],
    ["bytes:5120", true, false],
    ["bytes:1k-1M", true, false],
    // Texts of the line.
    ["method:get,post", true, false],
    ["method:ge", false, false],
    ["path:/WP-", true, false],
    ["path:/a,/wp-", true, false],
    ["path:=/", false, false],
    ["path:=/wp-login.php?next=%2F", true, false],
    ['path:="/wp-login.php?next=%2F"', true, false],
    ['path:"=/"', false, false],
    ['agent:"x11; linux), like"', true, false],
    ["agent:curl", false, false],
    ["-agent:curl", true, true],
    ["vhost:shop", true, false],
    ["user:bob,admin", true, true],
    ["user:=bo", false, false],
    ["referrer:REFERRER", true, false],
    ["source:auth.log", false, true],
    ["proto:1.1", true, false],
    ["login:failed,INVALID-USER", false, true],
    ["is:request", true, false],
    ["is:login", false, true],
    ["is:malformed", false, false],
    ["is:malformed,login", false, true],
    ["Status:404 PATH:wp", true, false],
    // Of the row, which is not known here.
    ["rate>0", false, false],
    ["rate<1000000", false, false],
    ["-rate>0", true, true],
    ["is:suspicious", false, false],
    ["is:suspicious,request", true, false],
    ["cc:NL", false, false],
    ["risk:0", false, false],
  ];
  test.each(cases)("%p", (filter, request, login) => {
    const { line } = compiled(filter);
    expect(line(REQUEST, undefined)).toBe(request);
    expect(line(LOGIN, undefined)).toBe(login);
  });

  test("of a known row may also be found by who that is", () => {
    expect(compiled("digitalocean").line(REQUEST, ROW)).toBe(true);
    expect(compiled("https wp-login").line(REQUEST, ROW)).toBe(true);
    expect(compiled("rate>60 status:404").line(REQUEST, ROW)).toBe(true);
    expect(compiled("rate>60 status:404").line(LOGIN, ROW)).toBe(false);
  });

  test("is not read further than the terms need", () => {
    const lazy = new Proxy(REQUEST, {
      get(target, field) {
        if (field === "kind" || field === "status") return target[field];
        throw new Error(`read ${String(field)}`);
      },
    });
    expect(compiled("path:/wp agent:x status:200").line(lazy, undefined)).toBe(false);
    expect(compiled(" ").line(lazy, undefined)).toBe(true);
  });
});

describe("an address", () => {
  const cases: [filter: string, passes: boolean][] = [
    ["", true],
    ["2001:4860", true],
    ["2001:4860:4860::8888", true],
    ["8.8.8.8", false],
    ["https", true],
    ["SSH HTTPS", true],
    ["https smtp", false],
    ["-smtp", true],
    ["-ssh", false],
    ["digitalocean", true],
    ["do-13", true],
    ["example.net", true],
    // Not who it is, but what it did.
    ["/about", false],
    ["7777", false],
    ["state:est", true],
    ["state:Established", true],
    ["state:half,tw", true],
    ["state:time-wait", true],
    ["state:syn", false],
    ["state:close_wait", false],
    ["svc:https", true],
    ["svc:SSH", true],
    ["svc:443", true],
    ["svc:80,22", true],
    ["svc:http", false],
    ["rate>60", true],
    ["rate>61", false],
    ["rate:>60", true],
    ["rate:61", true],
    ["rate:10-60,61", true],
    ["rate = 61", true],
    ["rate<=61", true],
    ["conn:3", true],
    ["est>=1", true],
    ["half>0", false],
    ["req>7.7k", true],
    ["sent>1.9M", true],
    ["sent:2M", true],
    ["sent:2mb", true],
    ["in:512", true],
    ["out<1", false],
    ["out>=0", false],
    ["-out>0", true],
    ["auth>1", true],
    ["4xx:5", true],
    ["5xx<1", true],
    ["risk>=30", true],
    ["seen>0", false],
    ["cc:nl,de", true],
    ["cc:US", false],
    ["asn:14061", true],
    ["asn:as14061", true],
    ["asn:4134", false],
    ["org:ocean", true],
    ["org:=do-13", true],
    ["org:=do", false],
    ["ptr:EXAMPLE", true],
    ["rule:scan-404", true],
    ["rule:scan", false],
    ["rule:scan*", true],
    ["is:suspicious", true],
    ["is:proxy", false],
    ["is:v6", true],
    // Of a line.
    ["status:404", false],
    ["-status:404", true],
    ["is:request", false],
    ["is:request,suspicious", true],
    ["user:root", false],
  ];
  test.each(cases)("%p", (filter, passes) => {
    expect(compiled(filter).address(ROW)).toBe(passes);
  });

  test.each([
    ["pkts>100", true],
    ["pkts<0.5", false],
    ["syn>50", false],
    ["syn:12", true],
    ["wire:syn-only", true],
    ["wire:NO-SOCKET", false],
    ["wire:no-socket,syn-only", true],
    ["-wire:syn-only", false],
    ["in:512 out>1k", true],
  ] as const)("whose packets are counted: %p", (filter, passes) => {
    const counted = {
      ...ROW,
      outBytes: 2_000,
      wire: wire({ synIn: 90, packetsPerSecond: 120, synPerSecond: 12 }),
    };
    expect(compiled(filter).address(counted)).toBe(passes);
    const answered = { ...counted, noSocket: true as const, wire: { ...counted.wire, ackIn: 1 } };
    expect(compiled("wire:no-socket -wire:syn-only").address(answered)).toBe(true);
    // What is not known holds nothing.
    if (!filter.startsWith("-")) expect(compiled(filter).address(ROW)).toBe(false);
  });

  test("of which less is known", () => {
    const { verdict: _, origin: __, ...quiet } = ROW;
    expect(compiled("risk:0").address(quiet)).toBe(true);
    expect(compiled("-is:suspicious").address(quiet)).toBe(true);
    for (const filter of ["cc:NL", "asn:14061", "org:o", "ptr:e", "rule:*", "digitalocean"]) {
      expect(compiled(filter).address(quiet)).toBe(false);
    }
  });
});

test.each([
  ["", false, false],
  ["status:404", true, false],
  ["word", true, false],
  ["-word", true, false],
  ["rate>60", false, true],
  ["10.0.0.0/8 is:v4", false, false],
  ["is:suspicious,request", true, true],
  ["rate>1 path:/", true, true],
])("%p asks lines %p, rows %p", (text, lines, rows) => {
  const { asksLines, asksRows } = compiled(text);
  expect([asksLines, asksRows]).toEqual([lines, rows]);
});

describe("what is wrong is named, with where it stands", () => {
  const cases: [filter: string, at: string, message: string][] = [
    ["status:9xx", "9xx", "status:9xx: not allowed; allowed: 404, 4xx, 500-503"],
    ["x status:404,9", "9", "status:9: not allowed; allowed: 404, 4xx, 500-503"],
    ["state:etsablished", "etsablished", "did you mean established?"],
    ["foo:bar", "foo", "foo:bar: no such key"],
    ["-statuss:404", "statuss", "did you mean status?"],
    ["rats>60", "rats", "did you mean rate?"],
    ["rate>abc", "abc", "rate>abc: not allowed; allowed: a number"],
    ["rate>", "rate>", "rate: a value is missing"],
    ["rate:60-10", "60-10", "rate:60-10: not allowed"],
    ["user=admin", "=", "user=admin: user is not compared"],
    ["path:", "path:", "path: a value is missing"],
    ["state:est,", ",", "state: a value is missing"],
    ['path:"/a b', '"/a b', "the quote is not closed"],
    ['"a"b', "b", "a blank is missing after the quote"],
    ['""', '""', "a text is missing"],
    ["ip:45.77.", "45.77.", "ip:45.77.: not allowed; allowed: addresses or prefixes"],
    ["cc:USA", "USA", "allowed: two letters"],
    ["asn:x", "x", "allowed: a number, as 4134"],
    ["svc:99999", "99999", "allowed: a name or a port"],
    ["rule:a*b", "a*b", "allowed: the name of a finding"],
    ["login:fail", "fail", "did you mean failed?"],
    ["is:malformd", "malformd", "did you mean malformed?"],
    ["method:GET,a\u0007\u202e:b x:\u0007\u202e", "x", "x:??: no such key"],
  ];
  test.each(cases)("%j", (text, at, message) => {
    const error = refused(text);
    expect(error.message).toContain(message);
    const word = text.slice(error.start, error.end);
    expect(at.endsWith(word) && word !== "").toBe(true);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("too long, too many", () => {
    expect(refused("x".repeat(1_025))).toMatchObject({ start: 1_024, end: 1_025 });
    expect(refused("x".repeat(1 << 20)).message).toBe(
      "a filter of 1048576 characters is too long; allowed: 1024",
    );
    expect(compiled("x".repeat(1_024)).text).toBe("x".repeat(1_024));
    expect(refused("a ".repeat(65))).toMatchObject({
      start: 128,
      end: 129,
      message: "too many terms; allowed: 64",
    });
    expect(refused(`svc:${"1,".repeat(256)}1`).message).toBe("too many values; allowed: 256");
  });
});

test("every example of the table compiles, on the side the table says", () => {
  for (const { name, examples, of } of KEYS) {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const { asksLines, asksRows } = compiled(example);
      expect(example).toStartWith(name);
      if (of !== "both") expect([asksLines, asksRows]).toEqual([of === "line", of === "address"]);
    }
  }
});

test("every offered value compiles", () => {
  for (const { name, offers } of KEYS) for (const { text } of offers) compiled(`${name}:${text}`);
});

test("the text stays as it was written, without the blanks around it", () => {
  expect(compiled("  Net  X ").text).toBe("Net  X");
});

/** Terms and rubbish, more often near the language than far from it. */
const piece = fc.oneof(
  fc.constantFrom(...KEYS.flatMap(({ examples }) => examples), "-", '"', ":", ">", ",", "=", "word", '"a b"'),
  fc.constantFrom(
    "\ud800",
    "\u0000",
    "\u001b[2J",
    "(((((",
    "[a-",
    "\\",
    "__proto__:x",
    "is:__proto__",
    "İ",
    "\u202e",
  ),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const hostile = fc
  .array(fc.tuple(piece, fc.constantFrom(" ", "", "  ")), { maxLength: 8 })
  .map((pieces) => pieces.flat().join(""));
const terms = fc
  .array(
    fc.tuple(
      fc.constantFrom("", "-"),
      fc.constantFrom(...KEYS.flatMap(({ examples }) => examples), "get", '"a b"', "45.77.0.0/16", "ssh"),
    ),
    { maxLength: 6 },
  )
  .map((all) => all.map((pair) => pair.join("")).join(" "));

test("no text throws, and an error lies inside of it", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const filter = compileFilter(text);
      if ("message" in filter) {
        expect(filter.start).toBeGreaterThanOrEqual(0);
        expect(filter.start).toBeLessThan(filter.end);
        expect(filter.end).toBeLessThanOrEqual(text.length);
        expect(filter.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      } else {
        for (const event of [REQUEST, LOGIN]) filter.line(event, ROW);
        filter.address(ROW);
        expect(compiled(filter.text).text).toBe(filter.text);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("free text, and the value of a text key, is found exactly where it is shown", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
    fc.constantFrom("a", "A", "É", "é", ".*", "[a", "\\", "$", "^", "\n", "|", "Ä\u0308"),
  );
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), (word, around) => {
      const path = around.join("");
      const line: RequestEvent = { kind: "request", at: 0, ip: parseIp("9.9.9.9") as Ip, path, source: "" };
      const quote = `"${word.replace(/["\\]/g, "\\$&")}"`;
      // Letters beyond ASCII that have one within it in lower case, as the sign of Kelvin.
      fc.pre(!/[\u0130\u212a]/.test(path));
      const shown = path.toLowerCase().includes(word.toLowerCase());
      expect(compiled(`path:${quote}`).line(line, undefined)).toBe(shown);
      expect(compiled(`path:zz,${quote}`).line(line, undefined)).toBe(shown);
      expect(compiled(`path:=${quote}`).line(line, undefined)).toBe(
        path.toLowerCase() === word.toLowerCase(),
      );
      const address = "9.9.9.9".includes(word);
      expect(compiled(quote).line(line, undefined)).toBe(shown || address);
    }),
    { numRuns: 500 },
  );
});

test("a filter is the AND of its terms, and a dash the opposite of its term", () => {
  const single = fc.constantFrom(...KEYS.flatMap(({ examples }) => examples), "get", '"a b"', "45.77.0.0/16");
  fc.assert(
    fc.property(
      single,
      single,
      fc.constantFrom(REQUEST, LOGIN),
      fc.constantFrom(ROW, undefined),
      (a, b, event, row) => {
        const holds = (text: string) => compiled(text).line(event, row);
        expect(holds(`${a} ${b}`)).toBe(holds(a) && holds(b));
        expect(holds(`-${a}`)).toBe(!holds(a));
        expect(compiled(`-${a}`).address(ROW)).toBe(!compiled(a).address(ROW));
      },
    ),
  );
});

test("where no term asks a line, a line passes exactly where its address does", () => {
  fc.assert(
    fc.property(terms, fc.constantFrom(REQUEST, LOGIN), (text, event) => {
      const filter = compiled(text);
      if (filter.asksLines) return;
      expect(filter.line(event, { ...ROW, ip: event.ip })).toBe(filter.address({ ...ROW, ip: event.ip }));
    }),
  );
});

test("numbers with suffixes are whole numbers", () => {
  for (const [spelled, value] of [
    ["4.1M", 4_100_000],
    ["2.01k", 2_010],
    ["1.5Ki", 1_536],
  ] as const) {
    const row = { ...ROW, requests: value };
    expect(compiled(`req:${spelled}`).address(row)).toBe(true);
    expect(compiled(`req<=${spelled}`).address(row)).toBe(true);
    expect(compiled(`req<${spelled}`).address(row)).toBe(false);
  }
});

test("a sigma is one letter, wherever it stands in a word", () => {
  const event = { ...REQUEST, userAgent: "ΟΔΟΣΑ/1.0" };
  for (const text of ["agent:ΟΔΟΣ", "agent:οδος", "agent:οδοσ"]) {
    expect(compiled(text).line(event, undefined)).toBe(true);
  }
});

test.each([
  ["status!=404", "there is no !="],
  ["-4xx!=1", "there is no !="],
  ["1.2.3.4/33", "no prefix of that length"],
])("%s is a slip, not text", (text, what) => {
  expect(compileFilter(text)).toMatchObject({ message: expect.stringContaining(what) });
  expect("message" in compileFilter(`"${text}"`)).toBe(false);
});

test.each(["a!=b", "/1", "name/33", "1.2.3/4", "!="])("%s is text", (text) => {
  expect("message" in compileFilter(text)).toBe(false);
});
