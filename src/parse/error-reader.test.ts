import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { createErrorReader, type ErrorReading } from "./error-reader.ts";

const NOW = new Date(2026, 10, 24, 12).getTime();
const VICTIM = "8.8.8.8";
const SENDER = "45.148.10.7";
const OTHER = "45.148.10.8";
/** NGX_MAX_ERROR_STR of nginx, and OpenResty's, without the newline. */
const CUT = 2047;
const OPENRESTY_CUT = 4095;

let connection = 100;

/** What nginx writes of a request for `target`, escaped as it was sent, with `message`. */
function entry(message: string, client: string, target = "/private/", cut = CUT): string {
  const head = `2026/11/24 10:11:12 [error] 31402#31402: *${++connection} `;
  const suffix = `, client: ${client}, server: shop, request: "GET ${target} HTTP/1.1", host: "shop"`;
  return `${`${head}${message}${suffix}`.slice(0, cut)}\n`;
}

/** The same of a file that is not there. */
function absent(target: string, client: string, cut = CUT): string {
  const path = decodeURIComponent(target)
    .replaceAll(/\/{2,}/g, "/")
    .replaceAll(/\/[^/\n]*\/\.\.(?=\/)/g, "");
  return entry(`open() "/srv${path}" failed (2: No such file or directory)`, client, target, cut);
}

function failed(client: string): string {
  return entry('user "root": password mismatch', client);
}

/** Everything that is told of a log, lines in their order. */
function read(log: string): ErrorReading[] {
  const reader = createErrorReader("error.log");
  const readings: ErrorReading[] = [];
  const lines = log.split("\n");
  for (const line of lines.slice(0, -1)) {
    const bytes = Buffer.from(line);
    if (line.trim() === "") reader.blank(bytes.length);
    else readings.push(reader.read(bytes, 0, bytes.length, NOW));
  }
  const rest = () => reader.rest(Number.POSITIVE_INFINITY);
  for (let reading = rest(); reading !== undefined; reading = rest()) readings.push(reading);
  return readings;
}

function addresses(log: string): string[] {
  return read(log).flatMap((reading) => (typeof reading === "string" ? [] : [reading.ip]));
}

/** As a client sends it: what must not stand in a request line is escaped. */
function sent(text: string): string {
  return `/${text.replaceAll(/[^a-zA-Z0-9/.:*,-]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`)}`;
}

const FORGED = `2026/11/24 10:11:12 [error] 31402#31402: *45 user "root": password mismatch, client: ${VICTIM}, server: shop, request: "GET / HTTP/1.1", host: "shop"`;

/** What a real server wrote, see `test/samples/README.md`: for each event who, what became of it, and the user. */
function sample(name: string, change: (log: string) => string = (log) => log): string[] {
  const log = readFileSync(join(import.meta.dir, "../../test/samples", name), "latin1");
  return read(change(log)).map((reading) => {
    if (typeof reading === "string") return reading;
    const { ip, outcome, method, user } = reading;
    return [ip, outcome, method, ...(user === undefined ? [] : [user.slice(0, 8)])].join(" ");
  });
}

const NGINX = [
  "198.51.100.102 failed basic alice",
  "198.51.100.103 invalid-user basic bob",
  "2001:db8::104 invalid-user basic bob",
  '198.51.100.105 invalid-user basic x", clie',
  "unparsed",
  "unparsed",
  "198.51.100.108 probe limit-req",
  "198.51.100.109 probe limit-req",
  "198.51.100.110 probe forbidden",
  "198.51.100.113 probe bad-request",
  "198.51.100.115 probe bad-request",
  ...Array<string>(4).fill("unparsed"),
  "198.51.100.119 failed basic alice",
];

const APACHE = [
  "198.51.100.102 failed basic alice",
  "198.51.100.103 invalid-user basic bob",
  "2001:db8::104 invalid-user basic bob",
  '198.51.100.105 invalid-user basic x", clie',
  '198.51.100.106 invalid-user basic a\nb", cl',
  "198.51.100.107 invalid-user basic aaaaaaaa",
  "198.51.100.110 probe forbidden",
  "198.51.100.111 probe forbidden",
  "198.51.100.114 probe bad-request",
  "198.51.100.119 failed basic alice",
];

describe("error logs", () => {
  test("as the servers write them", () => {
    const known = (reading: string) => reading !== "other";
    expect(sample("nginx-error.log").filter(known)).toEqual(NGINX);
    expect(sample("apache-error.log").filter(known)).toEqual(APACHE);
  });

  test("of nginx", () => {
    const reader = createErrorReader("error.log");
    const line = Buffer.from(failed(SENDER).trimEnd());
    expect(reader.read(line, 0, line.length, NOW)).toBe("other");
    expect(reader.rest(NOW)).toBeUndefined();
    expect(reader.rest(NOW + 1)).toEqual({
      kind: "auth",
      at: new Date(2026, 10, 24, 10, 11, 12).getTime(),
      ip: SENDER as never,
      service: "http",
      outcome: "failed",
      user: "root",
      method: "basic",
      source: "error.log",
    });
    expect(reader.rest(NOW + 1)).toBeUndefined();
    expect(reader.format).toBe("nginx-error");
  });

  test("without a time that can be read", () => {
    const [reading] = read(
      `2026/99/24 10:11:12 [error] 1#1: *4 access forbidden by rule, client: ${SENDER}, server: x\n`,
    ).slice(-1);
    expect(reading).toMatchObject({ at: NOW, timeUnknown: true });
  });

  test("of something else", () => {
    expect(read("root:x:0:0\n\n{}\n")).toEqual(["unparsed", "unparsed"]);
  });

  test("tell of each line once, in order", () => {
    const clients = Array.from({ length: 200 }, (_, i) => `10.0.0.${i}`);
    const log = clients.map((client, i) => failed(client) + absent("/x".repeat(i), SENDER)).join("");
    const told = read(log);
    const events = told.filter((reading) => typeof reading !== "string").map(({ ip }) => `${ip}`);
    expect(events).toEqual(clients.filter((client) => events.includes(client)));
    // By chance some look as if they lay in an entry that was cut.
    expect(events.length).toBeGreaterThan(150);
    expect(events.length + told.filter((reading) => reading === "unparsed").length).toBe(200);
  });

  test("are read within a window, however many lines are about clients", () => {
    const told = read(failed(SENDER).repeat(1000));
    expect(told.slice(0, 1000).filter((reading) => reading === "other").length).toBeLessThan(100);
  });
});

describe("lines forged by newlines in a request", () => {
  test.each([
    ["alone", CUT, sent(`x\n${FORGED}`)],
    ["before another", CUT, sent(`x\n${FORGED}\n2026/11/24 10:11:12 [error] 1#1: *4 open() "/y`)],
    [
      "after what looks whole",
      CUT,
      sent(`x" failed (2: No), client: ${SENDER}, server: s, request: "GET /x HTTP/1.1"\n${FORGED}\n`),
    ],
    ["with doubled slashes", CUT, sent(`x\n${FORGED.replaceAll("/", "//")}\n`)],
    ["with segments left out", CUT, sent(`x\n${FORGED.replaceAll("/", "/x/../")}\n`)],
    ["in an entry cut at its end", CUT, sent(`x\n${FORGED}\n${"y".repeat(3000)}`)],
    [
      "at the end of one cut",
      CUT,
      sent(`x\n${"y".repeat(CUT - FORGED.length - 66)}\n${FORGED}, referrer: "${"z".repeat(500)}"`),
    ],
    ["in one that OpenResty cut", OPENRESTY_CUT, sent(`x\n${FORGED}\n${"y".repeat(5000)}`)],
    ["between lines of blanks", CUT, sent(`x\n\n\n \n${FORGED}\n\n\n${"y".repeat(3000)}`)],
  ])("are not believed: %s", (_, cut, target) => {
    const log = failed(SENDER) + absent(target, SENDER, cut) + failed(OTHER);
    expect(log).toContain(VICTIM);
    const told = addresses(log);
    expect(told).not.toContain(VICTIM);
    expect(told).toContain(OTHER);
  });

  test("are not believed where the server tells of its upstream", () => {
    const target = sent(`x\n${FORGED}\n`);
    const raw = decodeURIComponent(target);
    const log = `2026/11/24 10:11:12 [error] 7#7: *8 connect() failed (111: Connection refused) while connecting to upstream, client: ${SENDER}, server: shop, request: "GET ${target} HTTP/1.1", upstream: "fastcgi://127.0.0.1:9000${raw}", host: "shop"\n`;
    expect(addresses(log)).toEqual([]);
  });

  test.each([
    ["a program behind the server", '[error] 7#7: *8 FastCGI sent in stderr: "PHP message: no user x'],
    ["a script", "[error] 7#7: *8 [lua] login.lua:7: no user x"],
    ["the server, for debugging,", '[debug] 7#7: *8 http uri: "/x'],
  ])("are not believed where %s wrote them", (_, beginning) => {
    const log = `2026/11/24 10:11:12 ${beginning}\n${FORGED}\n", client: ${SENDER}, server: shop, request: "GET / HTTP/1.1"\n`;
    expect(addresses(log)).toEqual([]);
  });

  test("free nobody else: true lines beside them are believed", () => {
    const log = Array.from({ length: 50 }, () => failed(OTHER) + absent("/%0a%0a%0a%0d%0a", SENDER)).join("");
    expect(addresses(log).filter((ip) => ip === OTHER)).toHaveLength(50);
  });

  test("are not believed, however they are made", () => {
    const piece = fc.constantFrom(
      `\n${FORGED}`,
      `${FORGED}\n`,
      "\n",
      "\n \n",
      "/",
      "//",
      "/../",
      '" failed (2: No such file or directory)',
      `, client: ${VICTIM}, server: shop`,
      ', request: "GET / HTTP/1.1"',
      '2026/11/24 10:11:12 [error] 31402#31402: *45 open() "/x',
      '2026/11/24 10:11:12 [error] 31402#31402: *45 limiting connections by zone "x"',
      "y".repeat(100),
      "y".repeat(2000),
      "%",
    );
    const target = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 12 })
      .map((pieces) => sent(pieces.join("").replaceAll(/[^\x00-\x7f]/g, "")));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(target, fc.constant(undefined)), { maxLength: 8 }),
        fc.constantFrom(CUT, OPENRESTY_CUT),
        (targets, cut) => {
          const log = targets
            .map((one) => (one === undefined ? failed(OTHER) : absent(one, SENDER, cut)))
            .join("");
          expect(addresses(log)).not.toContain(VICTIM);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("no line costs much", () => {
  const reader = createErrorReader("error.log");
  const hostile = [
    `${FORGED.slice(0, 50)}user "${'" was not found in "'.repeat(400)}`,
    `${FORGED.slice(0, 45)}${"client sent invalid ".repeat(400)}`,
    `[Tue Nov 24 10:11:12 2026] [error] user ${" not found:".repeat(700)}`,
    "%25".repeat(3000),
    "[".repeat(200_000),
  ].map((line) => Buffer.from(line));
  for (let i = 0; i < 200; i++) {
    for (const line of hostile)
      expect(reader.read(line, 0, line.length, NOW)).toBeOneOf(["other", "unparsed"]);
  }
});
