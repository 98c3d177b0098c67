import { type Event, toEvent } from "../src/model/event.ts";
import { parseAuthLine } from "../src/parse/auth-line.ts";
import { createErrorReader } from "../src/parse/error-reader.ts";
import { createDetector } from "../src/parse/formats.ts";
import { RequestCursor } from "../src/parse/request-cursor.ts";

/** What a line of an access log, an error log or an authentication log says. */
export function parseSampleLine(line: string, now: number): Event {
  const bytes = Buffer.from(line);
  const cursor = new RequestCursor();
  if (createDetector().parse(bytes, 0, bytes.length, cursor)) return toEvent(cursor);
  const errors = createErrorReader("error.log");
  const refusal = errors.read(bytes, 0, bytes.length, now);
  const held = errors.rest(Number.POSITIVE_INFINITY) ?? refusal;
  if (typeof held !== "string") return held;
  const event = parseAuthLine(line, "auth.log", now);
  if (typeof event === "string") throw new Error(`not understood (${event}): ${line}`);
  return event;
}
