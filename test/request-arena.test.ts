import { expect, test } from "bun:test";
import fc from "fast-check";
import { createLineReader } from "../src/correlate/lines.ts";
import { createRecent, keepRequest } from "../src/correlate/recent.ts";
import { type RequestEvent, toEvent } from "../src/model/event.ts";
import { createDetector } from "../src/parse/formats.ts";
import { RequestCursor } from "../src/parse/request-cursor.ts";

/** Parts of lines, whole and damaged, that a server may write between the quotes. */
const text = fc.oneof(
  fc.constantFrom(
    "GET /a HTTP/1.1",
    "GET /old",
    "-",
    "",
    "\\x16\\x03\\x01",
    "POST /b?x=\\x22y\\x22 HTTP/2.0",
  ),
  fc.stringMatching(/^GET \/[a-zé✓]{0,40} HTTP\/1\.1$/),
  fc.stringMatching(/^[ -~]{0,80}$/).map((raw) => raw.replaceAll(/["\\]/g, "")),
);

/** A record cuts long texts; within these lengths it must not. */
test("a request kept from its line reads back as the event of that line", () => {
  const recent = createRecent(1 << 16, 64);
  const cursor = new RequestCursor();
  cursor.source = "access.log";
  const { parse } = createDetector();
  let previous = 0;
  let understood = 0;
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (request, referrer, agent, json) => {
      const line = json
        ? JSON.stringify({
            request: {
              remote_ip: "203.0.113.7",
              method: "GET",
              uri: `/${agent}`,
              proto: "HTTP/2.0",
              host: referrer,
            },
            padding: "x".repeat(600),
            ts: 1.5,
            status: 200,
            size: 3,
          })
        : `203.0.113.7 - - [10/Oct/2026:13:55:36 +0000] "${request}" 200 5 "${referrer}" "${agent}"`;
      const bytes = Buffer.from(line);
      if (!parse(bytes, 0, bytes.length, cursor)) return;
      understood++;
      const event: RequestEvent = toEvent(cursor);
      previous = keepRequest(recent, cursor, cursor.words, previous);
      cursor.poison();
      expect(createLineReader(recent).take(previous)).toEqual(event);
    }),
    { numRuns: 1000 },
  );
  expect(understood).toBeGreaterThan(500);
});
