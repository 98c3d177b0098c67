import type { AuthEvent } from "../model/event.ts";
import { openApacheEntry, readApacheEntry } from "./apache-error.ts";
import type { ErrorLine } from "./error-line.ts";
import { openNginxEntry, readNginxEntry } from "./nginx-error.ts";
import { createNginxWrites } from "./nginx-writes.ts";

/** What a line of an error log is, as that of a log of logins. */
export type ErrorReading = AuthEvent | "other" | "unparsed";

/** Reads the lines of one error log of nginx or Apache. */
export interface ErrorReader {
  /**
   * Reads `bytes[start, end)`; `now` (epoch milliseconds) is the time of a line whose own is unreadable. Lines of nginx
   * are held back, see `nginx-writes.ts`: then the answer is about a line before, or "other".
   */
  read(bytes: Buffer, start: number, end: number, now: number): ErrorReading;
  /** Takes note of a line of blanks of `length` bytes, without its newline. */
  blank(length: number): void;
  /**
   * The next of what is held back, if it was read before `until` (epoch milliseconds): whatever was written with it has
   * been read by then. Undefined where nothing is left.
   */
  rest(until: number): ErrorReading | undefined;
  /** What the log turned out to be. */
  readonly format: "nginx-error" | "apache-error" | undefined;
}

/** Apache cuts a line at MAX_STRING_LEN (httpd.h), nginx at a quarter of that. */
const LONGEST = 8192;

/** For the file at `source`. */
export function createErrorReader(source: string): ErrorReader {
  const writes = createNginxWrites<ErrorReading>("unparsed");
  let format: ErrorReader["format"];
  const event = (claim: ErrorLine, at: number, now: number): ErrorReading => {
    if (typeof claim === "string") return claim;
    const { ip, outcome, user, method } = claim;
    const unknown = Number.isNaN(at);
    return {
      kind: "auth",
      at: unknown ? now : at,
      ip,
      service: "http",
      outcome,
      ...(user !== undefined && { user }),
      ...(method !== undefined && { method }),
      ...(unknown && { timeUnknown: true }),
      source,
    };
  };
  return {
    get format() {
      return format;
    },
    read(bytes, start, end, now) {
      const line = bytes.toString("utf8", start, Math.min(end, start + LONGEST));
      const length = end - start;
      const nginx = openNginxEntry(line);
      if (nginx !== undefined) {
        format = "nginx-error";
        const reading = event(readNginxEntry(nginx), nginx.at, now);
        return writes.next(now, length, line, nginx, reading === "other" ? undefined : reading) ?? "other";
      }
      const apache = openApacheEntry(line);
      if (apache !== undefined) {
        format = "apache-error";
        return event(readApacheEntry(apache), apache.at, now);
      }
      if (format === undefined) return "unparsed";
      // The rest of an entry of several lines.
      return writes.next(now, length, line) ?? "other";
    },
    blank: writes.blank,
    rest: writes.rest,
  };
}
