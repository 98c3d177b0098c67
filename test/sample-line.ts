import { type Event, toEvent } from "../src/model/event.ts";
import { parseAuthLine } from "../src/parse/auth-line.ts";
import { createDetector } from "../src/parse/formats.ts";
import { RequestCursor } from "../src/parse/request-cursor.ts";

/** What a line of an access log or of an authentication log says. */
export function parseSampleLine(line: string, now: number): Event {
  const bytes = Buffer.from(line);
  const cursor = new RequestCursor();
  if (createDetector().parse(bytes, 0, bytes.length, cursor)) return toEvent(cursor);
  const event = parseAuthLine(line, "auth.log", now);
  if (typeof event === "string") throw new Error(`not understood (${event}): ${line}`);
  return event;
}
