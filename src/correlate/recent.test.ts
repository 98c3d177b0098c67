import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PoisonedRequest } from "../../test/poisoned-request.ts";
import type { AuthEvent, RequestEvent } from "../model/event.ts";
import { type Ip, parseIp, parseIpWords } from "../model/ip.ts";
import { createLineReader } from "./lines.ts";
import { createRecent, keepAuth, keepRequest, previousRecord, type Recent } from "./recent.ts";

/** What the arena documents to keep of each text, in bytes. */
const KEPT = { method: 16, path: 1024, protocol: 16, referrer: 256, userAgent: 256, user: 64, vhost: 128 };
const AUTH_KEPT = { service: 64, user: 256, method: 64 };

const IPS = ["45.148.10.7", "2a00::1", "193.0.6.139"].map((text) => parseIp(text) as Ip);

/** Cut to whole characters of at most `max` bytes, a lone surrogate being U+FFFD. */
function cutBytes(text: string, max: number): string {
  let cut = "";
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(cut + character) > max) break;
    cut += character;
  }
  return cut;
}

function readRecord(recent: Recent, seq: number): RequestEvent | AuthEvent | undefined {
  return createLineReader(recent).take(seq);
}

function cutEvent(event: RequestEvent | AuthEvent): RequestEvent | AuthEvent {
  const cut: Record<string, unknown> = { ...event };
  for (const [field, max] of Object.entries(event.kind === "auth" ? AUTH_KEPT : KEPT)) {
    const text = cut[field];
    if (typeof text === "string") cut[field] = cutBytes(text, max);
  }
  return cut as unknown as RequestEvent | AuthEvent;
}

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 100, maxLength: 1_500, size: "max" }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "",
      "\ufeffbom",
      "\ud800",
      "a\udfffb",
      "é".repeat(700),
      "x\u{1f600}".repeat(300),
    ),
  },
);

const request: fc.Arbitrary<RequestEvent> = fc.record(
  {
    kind: fc.constant("request"),
    at: fc.oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.constant(1_762_549_449_000.5)),
    ip: fc.constantFrom(...IPS),
    method: text,
    path: text,
    protocol: text,
    referrer: text,
    userAgent: text,
    user: text,
    vhost: text,
    status: fc.nat({ max: 999 }),
    bytes: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    malformed: fc.constant(true as const),
    timeUnknown: fc.constant(true as const),
    source: fc.constantFrom("/var/log/a.log", "/var/log/b.log", ""),
  },
  { requiredKeys: ["kind", "at", "ip", "source"] },
);

const auth: fc.Arbitrary<AuthEvent> = fc.record(
  {
    kind: fc.constant("auth"),
    at: fc.integer({ min: 0, max: 8.64e15 }),
    ip: fc.constantFrom(...IPS),
    service: fc.constant("ssh"),
    outcome: fc.constantFrom("failed", "invalid-user", "accepted", "closed", "probe"),
    user: fc.string({ unit: "binary", maxLength: 100 }),
    method: fc.constantFrom("password", "publickey"),
    count: fc.nat(),
    session: fc.nat(),
    timeUnknown: fc.constant(true as const),
    source: fc.constant("/var/log/auth.log"),
  },
  { requiredKeys: ["kind", "at", "ip", "service", "outcome", "source"] },
);

/** One address's newest records, as the join keeps them. */
function keeper(recent: Recent) {
  const newest = new Map<string, number>();
  const words = new Uint32Array(4);
  const view = new PoisonedRequest();
  return (event: RequestEvent | AuthEvent, lazy: boolean): void => {
    parseIpWords(event.ip, words);
    const key = `${event.kind} ${event.ip}`;
    const previous = newest.get(key) ?? 0;
    if (event.kind === "auth") newest.set(key, keepAuth(recent, event, words, previous));
    else newest.set(key, keepRequest(recent, lazy ? view.load(event) : event, words, previous));
  };
}

describe("the arena", () => {
  test("gives back every record it still holds, whatever wrapped around, chained per address and kind", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 3, arbitrary: request }, { weight: 1, arbitrary: auth }), {
          maxLength: 40,
          size: "max",
        }),
        fc.constantFrom(8_192, 8_193, 10_000, 1 << 17),
        fc.constantFrom(1, 4, 64),
        fc.boolean(),
        (events, size, records, lazy) => {
          const recent = createRecent(size, records);
          const keep = keeper(recent);
          const expected = events.map((event) => cutEvent(event));
          events.forEach((event, i) => {
            keep(event, lazy);
            expect(recent.newest).toBe(i + 1);
            expect(readRecord(recent, recent.newest)).toEqual(expected[i] as RequestEvent);
            expect(recent.newest - recent.oldest).toBeLessThan(records);
          });
          for (let seq = 0; seq <= events.length + 1; seq++) {
            const event = readRecord(recent, seq);
            if (seq < recent.oldest || seq > recent.newest) {
              expect(event).toBeUndefined();
              continue;
            }
            expect(event).toEqual(expected[seq - 1] as RequestEvent);
            const same = (other: RequestEvent | AuthEvent) =>
              other.ip === event?.ip && other.kind === event.kind;
            expect(previousRecord(recent, seq)).toBe(events.slice(0, seq - 1).findLastIndex(same) + 1);
          }
          if (size === 1 << 17 && records === 64) expect(recent.oldest).toBe(1);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("holds as many records as it has room for", () => {
    const recent = createRecent(8_192, 1_024);
    const words = new Uint32Array([0, 0, 0xffff, 1]);
    for (let i = 0; i < 1_000; i++) keepRequest(recent, { ...PLAIN, at: i }, words, 0);
    const held = recent.newest - recent.oldest + 1;
    // The next record may be the longest, 1.8 kB: what it would need is given up in advance.
    expect(held).toBeGreaterThan((8_192 - 2 * 1_812) / 80);
    expect(held).toBeLessThan(8_192 / 50);
    for (let seq = recent.oldest; seq <= recent.newest; seq++) {
      expect(readRecord(recent, seq)?.at).toBe(seq - 1);
    }
  });

  test("requests that leave the end unused give up the logins that lie there", () => {
    for (let share = 2; share < 20; share++) {
      const recent = createRecent(8_192, 1_024);
      const words = new Uint32Array([0, 0, 0xffff, 1]);
      for (let i = 1; i <= 400; i++) {
        if (i % share === 0) keepRequest(recent, { ...PLAIN, at: i }, words, 0);
        else keepAuth(recent, { ...LOGIN, at: i }, words, 0);
        for (let seq = recent.oldest; seq <= i; seq++) expect(readRecord(recent, seq)?.at).toBe(seq);
      }
    }
  });

  test("texts of any length fit, and what is kept of a login is bounded", () => {
    const huge = "\u0001".repeat(1_000_000);
    const recent = createRecent(8_192, 4);
    keepRequest(recent, { ...PLAIN, path: huge, userAgent: huge, vhost: huge }, new Uint32Array(4), 0);
    expect(readRecord(recent, 1)).toMatchObject({ path: huge.slice(0, 1024), vhost: huge.slice(0, 128) });
    const login: AuthEvent = { ...LOGIN, service: huge, user: huge, method: huge, source: huge };
    keepAuth(recent, login, new Uint32Array(4), 0);
    expect(readRecord(recent, 2)).toMatchObject({
      service: huge.slice(0, 64),
      user: huge.slice(0, 256),
      method: huge.slice(0, 64),
      source: huge.slice(0, 4_096),
    });
    keepAuth(recent, { ...LOGIN, user: `${"x".repeat(255)}\u{1f600}` }, new Uint32Array(4), 0);
    expect(readRecord(recent, 3)).toMatchObject({ user: "x".repeat(255) });
  });

  test("names of log files are bounded, in number and length", () => {
    const recent = createRecent(1 << 20, 4_096);
    const words = new Uint32Array(4);
    for (let i = 0; i < 3_000; i++) keepRequest(recent, { ...PLAIN, source: `${i}` }, words, 0);
    expect(recent.sources).toHaveLength(1_024);
    expect(recent.sourceIds.size).toBe(1_024);
    expect(readRecord(recent, 1_024)).toMatchObject({ source: "1023" });
    expect(readRecord(recent, 1_025)).toMatchObject({ source: "" });
    const one = createRecent(1 << 14, 4);
    keepRequest(one, { ...PLAIN, source: "x".repeat(100_000) }, words, 0);
    expect(readRecord(one, 1)).toMatchObject({ source: "x".repeat(4_096) });
  });
});

const PLAIN: RequestEvent = { kind: "request", at: 0, ip: IPS[0] as Ip, source: "" };
const LOGIN: AuthEvent = {
  kind: "auth",
  at: 0,
  ip: IPS[0] as Ip,
  service: "ssh",
  outcome: "failed",
  source: "",
};
