import type { Input } from "../model/event.ts";
import { parseIpWords } from "../model/ip.ts";
import type { PrefixSet } from "../model/prefix-set.ts";
import type { Proxies } from "../model/proxies.ts";
import { type AuthLine, parseAuthLine } from "../parse/auth-line.ts";
import { createErrorReader } from "../parse/error-reader.ts";
import { createDetector, type Detector } from "../parse/formats.ts";
import { parseForwarded } from "../parse/forwarded.ts";
import { parseNative } from "../parse/native.ts";
import { FORWARDED, RequestCursor } from "../parse/request-cursor.ts";

/** What a file holds; `any` where its lines must tell. */
export type Reads = "requests" | "errors" | "auth" | "any";

/**
 * What a line is: an input, nothing for us (another program's line), or not understood. A request's view
 * is reused for the next line of the same file.
 */
export type Reading = Input | "other" | "unparsed";

/** The same of a log that tells of nothing else than logins and refusals. */

/** Reads a line of one file; `readAt` (epoch ms) is the time of those that have none of their own. */
type Read = (bytes: Buffer, start: number, end: number, readAt: number) => Reading;

/** Reads the lines of one file. */
export interface Interpreter {
  /** Of an error log the answer may be about a line before. */
  readonly read: Read;
  /** Takes note of a line of blanks of `length` bytes, which is not read. */
  readonly blank?: (length: number) => void;
  /**
   * What the next line says that was read before `until` (epoch milliseconds) and not told yet; undefined where there is
   * none. All that was written with it must have been read too.
   */
  readonly rest?: (until: number) => Reading | undefined;
  /** What the file turned out to be, in a word or two; undefined where that is not known (yet). */
  readonly format: string | undefined;
}

/** How access logs are read. */
export interface Interpretation {
  /** `auto`, or what `--log-format` may be; it must be readable. */
  readonly format: string;
  /** Whether lines of another format are refused. */
  readonly strict: boolean;
  /** Peers that are believed when they name the client they ask for. */
  readonly proxies: Proxies | undefined;
}

/** An `at` this far ahead of the clock, in milliseconds, is a broken clock's: the line keeps the time it was read. */
const AHEAD = 60_000;

export function interpreterFor(reads: Reads, source: string, how: Interpretation): Interpreter {
  switch (reads) {
    case "requests":
      return requests(source, how);
    case "errors":
      return errors(source, how);
    case "auth":
      return { read: auth(source), format: undefined };
    case "any":
      return any(source, how);
  }
}

/** Error logs of web servers. */
function errors(source: string, { proxies }: Interpretation): Required<Interpreter> {
  const reader = createErrorReader(source);
  const words = new Uint32Array(4);
  /** Whose client a trusted proxy's request was, these lines do not tell. */
  const isProxys = (reading: AuthLine): boolean =>
    typeof reading !== "string" &&
    proxies !== undefined &&
    parseIpWords(reading.ip, words) &&
    proxies.any(words);
  const checked = (reading: AuthLine, readAt: number): AuthLine =>
    isProxys(reading) ? "other" : notAhead(reading, readAt);
  let latest = 0;
  return {
    get format() {
      return reader.format;
    },
    read(bytes, start, end, readAt) {
      latest = readAt;
      return checked(reader.read(bytes, start, end, readAt), readAt);
    },
    blank: reader.blank,
    rest(until) {
      const reading = reader.rest(until);
      return reading && checked(reading, latest);
    },
  };
}

/**
 * Access logs, in a forced format or in whatever each line is. Unless it is forced, a file that begins as an error log
 * is one: there a client may begin a line, so that none of its lines is ever taken for one of an access log.
 */
function requests(source: string, how: Interpretation): Interpreter {
  const { format, strict, proxies } = how;
  const detector: Detector = format === "auto" ? createDetector() : createDetector(format, strict);
  const cursor = new RequestCursor();
  cursor.source = source;
  const others = strict ? undefined : errors(source, how);
  let understood = false;
  let isOfErrors = false;
  return {
    get format() {
      return others?.format ?? detector.format;
    },
    ...(others !== undefined && { blank: others.blank, rest: others.rest }),
    read(bytes, start, end, readAt) {
      if (others !== undefined && isOfErrors) return others.read(bytes, start, end, readAt);
      cursor.readAt = readAt;
      if (!detector.parse(bytes, start, end, cursor)) {
        if (understood || others === undefined) return "unparsed";
        const reading = others.read(bytes, start, end, readAt);
        isOfErrors = others.format !== undefined;
        return reading;
      }
      understood = true;
      if (cursor.time > readAt + AHEAD) cursor.time = Number.NaN;
      if (proxies !== undefined) believe(proxies, cursor);
      return cursor;
    },
  };
}

const client = new Uint32Array(4);

/**
 * Of a line whose peer is a trusted proxy, the address becomes that of the client it named. Behind proxies of one's own
 * a provider may stand, once: what it says of whom it asks for is the end, for strangers send from its networks too.
 */
function believe({ any, own }: Proxies, { words, buffer, starts, ends }: RequestCursor): void {
  const start = starts[FORWARDED] ?? -1;
  if (start < 0 || !any(words)) return;
  let providers = own(words) ? 1 : 0;
  const isTrusted: PrefixSet = (address) => own(address) || (any(address) && providers-- > 0);
  if (parseForwarded(buffer, start, ends[FORWARDED] ?? start, client, isTrusted)) words.set(client);
}

/** Logs of the login services. */
function auth(source: string): Read {
  return (bytes, start, end, readAt) =>
    notAhead(parseAuthLine(bytes.toString("utf8", start, end), source, readAt), readAt);
}

/** What was told of a time that is far ahead of when it was read, as of then. */
export function notAhead(reading: AuthLine, readAt: number): AuthLine {
  if (typeof reading === "string" || reading.at <= readAt + AHEAD) return reading;
  // Built anew so that the keys keep their order: a line read back from a recording is the same bytes.
  const { source, ...rest } = reading;
  return { ...rest, at: readAt, timeUnknown: true, source };
}

/** Recordings: native events, each with its own source. */
function recording(bytes: Buffer, start: number, end: number): Reading {
  return parseNative(bytes.toString("utf8", start, end)) ?? "unparsed";
}

/** The first line that somebody understands decides what the file is. */
function any(source: string, how: Interpretation): Interpreter {
  const requested = requests(source, how);
  const candidates: Read[] = [recording, requested.read, auth(source)];
  let chosen: Read | undefined;
  return {
    format: undefined,
    ...(requested.blank && { blank: requested.blank }),
    ...(requested.rest && { rest: requested.rest }),
    read(bytes, start, end, readAt) {
      if (chosen !== undefined) return chosen(bytes, start, end, readAt);
      let best: Reading = "unparsed";
      for (const candidate of candidates) {
        const reading = candidate(bytes, start, end, readAt);
        if (reading === "unparsed") continue;
        // Among access logs only that of errors has lines of no interest.
        if (reading !== "other" || candidate === requested.read) {
          chosen = candidate;
          return reading;
        }
        best = "other";
      }
      return best;
    },
  };
}

/** Whether a line holds nothing but blanks: such a line is none, and is not counted. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}
