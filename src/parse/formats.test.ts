import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { REQUEST_TEXTS, type RequestEvent, toEvent } from "../model/event.ts";
import { formatIp, parseIp } from "../model/ip.ts";
import type { ParseLine } from "./format.ts";
import { createDetector, FORMATS, type FormatName } from "./formats.ts";
import { parseNative } from "./native.ts";
import { RequestCursor } from "./request-cursor.ts";

const NAMES = Object.keys(FORMATS) as FormatName[];
const ALL_LINES = NAMES.flatMap((name) => FORMATS[name].samples.map((sample) => sample.line));

const cursor = new RequestCursor();
cursor.source = "access.log";
cursor.readAt = 1_800_000_000_000;

/** Whether the line was understood, read from the middle of a larger buffer. */
function understood(parse: ParseLine, line: string | Uint8Array): boolean {
  const around = Buffer.from('"}]\n1.2.3.4');
  const bytes = Buffer.concat([Buffer.from("#"), around, Buffer.from(line as string), around]).subarray(1);
  cursor.poison();
  return parse(bytes, around.length, bytes.length - around.length, cursor);
}

/** What holds of every line that any format understood. */
function checkEvent(event: RequestEvent): void {
  expect(parseIp(event.ip)).toBe(event.ip);
  expect(formatIp(cursor.words)).toBe(event.ip);
  expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
  expect(parseNative(JSON.stringify(event))).toStrictEqual(event);
  expect(Object.values(event)).not.toContain(undefined);
  expect(Number.isInteger(event.at) && event.at >= 0).toBe(true);
  expect(event.malformed && (event.method ?? event.protocol)).toBeUndefined();
  expect(event.status === undefined || (event.status >= 0 && event.status <= 999)).toBe(true);
  expect(event.bytes === undefined || Number.isSafeInteger(event.bytes)).toBe(true);
  for (const name of REQUEST_TEXTS) expect(cursor[name]).toBe(event[name]);
}

/** Samples with bytes changed, cut out or put in, and joined with pieces of others. */
const mutated = fc
  .tuple(
    fc.constantFrom(...ALL_LINES),
    fc.constantFrom(...ALL_LINES),
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(3),
        fc.oneof(
          fc.constantFrom('"', "\\", " ", "[", "]", "{", "}", ":", ",", "-", ".", "\\x", "\\u", "0", "\r"),
          fc.uint8Array({ maxLength: 3 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
        ),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([line, other, edits]) => {
    let bytes = Buffer.from(line);
    for (const [place, cut, insert] of edits) {
      const at = Math.floor(place * bytes.length);
      const piece =
        typeof insert === "number"
          ? Buffer.from(other.slice(Math.floor(insert * other.length)).slice(0, 40))
          : Buffer.from(insert as string);
      bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + cut)]);
    }
    return bytes;
  });

describe.each(NAMES)("%s", (name) => {
  const { parse, samples } = FORMATS[name];

  test.each(samples.map((sample) => [sample.line, sample.event] as const))("%.60s", (line, event) => {
    for (const ending of ["", "\r"]) {
      expect(understood(parse, line + ending)).toBe(true);
      expect(toEvent(cursor)).toStrictEqual({
        kind: "request",
        source: "access.log",
        ...event,
      } as RequestEvent);
      checkEvent(toEvent(cursor));
    }
  });

  test("refuses the lines of other formats when forced", () => {
    const detector = createDetector(name);
    const own = new Set(samples.map((sample) => sample.line));
    // Traefik's CLF is a combined line with more behind it.
    if (name === "combined") own.add(FORMATS.traefik.samples[0]?.line ?? "");
    for (const line of ALL_LINES) expect(understood(detector.parse, line)).toBe(own.has(line));
    expect(detector.format).toBe(name);
  });

  test("survives any bytes and any damage", () => {
    let lines = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: mutated }, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        if (!understood(parse, bytes)) return;
        lines++;
        checkEvent(toEvent(cursor));
      }),
      { numRuns: 2000 },
    );
    // Enough mutations must get past the first checks, or the property above says little.
    expect(lines).toBeGreaterThan(20);
  });

  test("survives every cut", () => {
    for (const { line } of samples) {
      for (let end = 0; end < line.length; end++) {
        if (understood(parse, line.slice(0, end))) checkEvent(toEvent(cursor));
      }
    }
  });
});

describe("detection", () => {
  test("finds every format from its first line", () => {
    for (const name of NAMES) {
      for (const { line, event } of FORMATS[name].samples) {
        const detector = createDetector();
        expect(detector.format).toBeUndefined();
        expect(understood(detector.parse, line)).toBe(true);
        expect(detector.format).toBeOneOf(["combined", "common", "vhost", "json", "haproxy"]);
        expect(toEvent(cursor)).toStrictEqual({
          kind: "request",
          source: "access.log",
          ...event,
        } as RequestEvent);
      }
    }
  });

  test("tries nothing else, and nothing else around a line, once a configured format fits", () => {
    const layout = '$http_x_forwarded_for $remote_addr - $remote_user [$time_local] "$request" $status';
    const detector = createDetector(layout, false);
    const time = "[07/Nov/2025:21:04:09 +0000]";
    const json = FORMATS.json.samples[0]?.line ?? "";
    expect(understood(detector.parse, json)).toBe(true);
    expect(understood(detector.parse, `- 9.9.9.9 - - ${time} "GET / HTTP/1.1" 200`)).toBe(true);
    expect(cursor.ip as string).toBe("9.9.9.9");
    expect(detector.format).toBe(layout);
    const forged = `8.8.8.8 - 7.7.7.7 - 9.9.9.9 - - ${time} "GET /wp-login.php HTTP/1.1" 401`;
    for (const line of [
      json,
      forged,
      `<13>Nov  7 21:04:09 t: ${forged}`,
      JSON.stringify({ log: `${forged}\n` }),
    ]) {
      expect(understood(detector.parse, line)).toBe(false);
    }
    expect(detector.format).toBe(layout);
  });

  test("follows a file that changes its format, and keeps it over lines of none", () => {
    const detector = createDetector();
    const steps: [FormatName | "none", FormatName | undefined][] = [
      ["none", undefined],
      ["common", "common"],
      ["none", "common"],
      ["combined", "combined"],
      ["combined", "combined"],
      ["json", "json"],
      ["none", "json"],
      ["common", "common"],
    ];
    for (const [name, format] of steps) {
      const line = name === "none" ? "# not a line" : (FORMATS[name].samples.at(-1)?.line ?? "");
      expect(understood(detector.parse, line)).toBe(name !== "none");
      expect(detector.format).toBe(format as FormatName);
    }
  });
});
