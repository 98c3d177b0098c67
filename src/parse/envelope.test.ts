import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { toEvent } from "../model/event.ts";
import { containerOpener, type Message, openSyslog } from "./envelope.ts";
import { createDetector, FORMATS } from "./formats.ts";
import { RequestCursor } from "./request-cursor.ts";

const LINE = FORMATS.combined.samples[0]?.line ?? "";
const message: Message = { bytes: new Uint8Array(0), start: 0, end: 0 };

function opened(open: typeof openSyslog, line: string): string | undefined {
  const bytes = Buffer.from(`..${line}..`);
  if (!open(bytes, 2, bytes.length - 2, message)) return undefined;
  return Buffer.from(message.bytes).toString("utf8", message.start, message.end);
}

describe("syslog's prefix", () => {
  test.each([
    "Nov  7 21:04:09 web-1 nginx: ",
    "Nov 27 21:04:09 web-1 haproxy[4711]: ",
    "2025-11-07T21:04:09.123456+01:00 web-1 nginx[1]: ",
    "<190>Nov  7 21:04:09 web-1 nginx: ",
    "<134>Nov  7 21:04:09 haproxy[4711]: ",
    "<134>1 2025-11-07T21:04:09.046971+00:00 web-1 haproxy 4711 - - ",
    '<134>1 2025-11-07T21:04:09Z web-1 nginx - - [a@1 x="y\\]z"][b@2 c="[d"] ',
    "1 2025-11-07T21:04:09Z web-1 nginx - - - ",
  ])("%s", (prefix) => {
    expect(opened(openSyslog, prefix + LINE)).toBe(LINE);
    const bytes = Buffer.from(prefix + LINE);
    const cursor = new RequestCursor();
    const detector = createDetector();
    expect(detector.parse(bytes, 0, bytes.length, cursor)).toBe(true);
    expect(detector.format).toBe("combined in syslog");
    expect(toEvent(cursor).ip as string).toBe("203.0.113.7");
    expect(createDetector("combined").parse(bytes, 0, bytes.length, cursor)).toBe(true);
    expect(createDetector("json").parse(bytes, 0, bytes.length, cursor)).toBe(false);
  });

  test.each([
    LINE,
    "",
    "<190>",
    "Nov  7 21:04:09 web-1",
    "Nov  7 21:04:09 web-1 no tag",
    '{"log":"x"}',
    "1 ",
  ])("is not before %s", (line) => {
    expect(opened(openSyslog, line)).toBeUndefined();
  });
});

describe("a container's log", () => {
  const logged = (log: string) =>
    JSON.stringify({ log: `${log}\n`, stream: "stdout", time: "2025-11-07T21:04:09Z" });

  test("gives back what was inside", () => {
    const lines = fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.toWellFormed().trimEnd());
    fc.assert(
      fc.property(lines, (line) => {
        expect(opened(containerOpener(), logged(line))).toBe(line.replace(/[\x00-\x20]+$/, ""));
      }),
    );
    const cri = `2025-11-07T21:04:09.123456789+01:00 stdout F ${LINE}`;
    expect(opened(containerOpener(), cri)).toBe(LINE);
    expect(opened(containerOpener(), '{"log":"cut')).toBeUndefined();
  });

  test("the pieces of a line that was split are no lines, whatever a client made them begin with", () => {
    const record = (log: string, stream = "stdout") =>
      JSON.stringify({ log, stream, time: "2025-11-07T21:04:09Z" });
    const open = containerOpener();
    expect(opened(open, record(LINE.slice(0, 40)))).toBeUndefined();
    expect(opened(open, record("other\n", "stderr"))).toBe("other");
    expect(opened(open, record(`${LINE} more`))).toBeUndefined();
    expect(opened(open, record(`${LINE}\n`))).toBeUndefined();
    expect(opened(open, record(`${LINE}\n`))).toBe(LINE);
    const cri = (flag: string, stream = "stdout") => `2025-11-07T21:04:09.1Z ${stream} ${flag} ${LINE}`;
    expect(["P", "P", "F", "F"].map((flag) => opened(open, cri(flag)))).toEqual([
      undefined,
      undefined,
      undefined,
      LINE,
    ]);
    expect([cri("P"), cri("F", "stderr"), cri("F"), cri("F")].map((line) => opened(open, line))).toEqual([
      undefined,
      LINE,
      undefined,
      LINE,
    ]);
  });

  test("two files do not disturb each other's lines", () => {
    const read = [FORMATS.combined.samples[0], FORMATS.combined.samples[1]].map((sample) => {
      const bytes = Buffer.from(logged(sample?.line ?? ""));
      const cursor = new RequestCursor();
      expect(createDetector().parse(bytes, 0, bytes.length, cursor)).toBe(true);
      return { cursor, event: sample?.event };
    });
    for (const { cursor, event } of read) expect(toEvent(cursor)).toMatchObject(event as object);
  });
});

test("any bytes behind or inside an envelope: nothing throws, nothing is read outside", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(20), (noise, cut) => {
      const whole = Buffer.concat([Buffer.from("Nov  7 21:04:09 web-1 nginx: ".slice(cut)), noise]);
      for (const open of [openSyslog, containerOpener()]) {
        if (!open(whole, 0, whole.length, message)) continue;
        expect(message.start).toBeGreaterThanOrEqual(0);
        expect(message.end).toBeLessThanOrEqual(message.bytes.length);
      }
    }),
    { numRuns: 1_000 },
  );
});
