import { expect, test } from "bun:test";
import fc from "fast-check";
import { fold } from "../src/correlate/fold.ts";
import { snapshot } from "../src/correlate/snapshot.ts";
import { createState } from "../src/correlate/state.ts";
import { type RequestEvent, toEvent } from "../src/model/event.ts";
import { parseCombined } from "../src/parse/combined.ts";
import { RequestCursor } from "../src/parse/request-cursor.ts";
import { KNOWN, START } from "./random-events.ts";

const quoted = fc.constantFrom(
  "-",
  "",
  "curl/8.5.0",
  "GET / HTTP/1.1",
  "POST /a b HTTP/2.0",
  "GET /old",
  'GET /\\"q\\"\\\\ HTTP/1.1',
  "\\x16\\x03\\x01",
  "GET /ü/\u{1f600} HTTP/1.1",
  `GET /${"é".repeat(900)} HTTP/1.1`,
  `GET /${"\\xc3\\xa9".repeat(900)} HTTP/1.1`,
);

const line = fc
  .record({
    ip: fc.constantFrom(...KNOWN.flatMap(({ spellings }) => spellings)),
    user: fc.constantFrom("-", "bob"),
    time: fc.constantFrom("07/Nov/2025:21:04:09 +0000", "07/Nov/2025:21:04:01 +0000", "no time"),
    request: quoted,
    status: fc.constantFrom("200", "404", "503", "-"),
    bytes: fc.constantFrom("0", "5120", "-"),
    referrer: quoted,
    agent: quoted,
  })
  .map(
    ({ ip, user, time, request, status, bytes, referrer, agent }) =>
      `${ip} - ${user} [${time}] "${request}" ${status} ${bytes} "${referrer}" "${agent}"`,
  );

test("the join keeps neither the cursor nor the bytes of a line", () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (lines) => {
      const options = {
        showPrivate: true,
        seed: 1,
        limits: { addresses: 16, strips: 16, recentBytes: 1 << 18, recentRecords: 64 },
      };
      const lazy = createState(options);
      const plain = createState(options);
      const events: RequestEvent[] = [];
      fold(lazy, { kind: "tick", at: START });
      fold(plain, { kind: "tick", at: START });
      const cursor = new RequestCursor();
      cursor.source = "access.log";
      cursor.readAt = START;
      const bytes = new Uint8Array(16_384);
      for (const text of lines) {
        const { written } = new TextEncoder().encodeInto(text, bytes);
        expect(parseCombined(bytes, 0, written, cursor)).toBe(true);
        const event = toEvent(cursor);
        fold(lazy, cursor);
        cursor.poison();
        bytes.fill(0x58);
        events.push(event);
        fold(plain, event);
      }
      expect(() => cursor.path).toThrow();
      for (const { ip } of KNOWN) {
        const query = { sort: "rate", after: 0, detail: ip } as const;
        expect(snapshot(lazy, query)).toEqual(snapshot(plain, query));
      }
      // What was kept is what the parser read, where the arena cuts nothing.
      const { live } = snapshot(lazy, { sort: "rate", after: 0 });
      expect(live).toHaveLength(events.length);
      live.forEach(({ event }, i) => {
        const read = events[i] as RequestEvent;
        if (JSON.stringify(read).length < 500) expect(event).toEqual(read);
      });
    }),
    { numRuns: 30 },
  );
});
