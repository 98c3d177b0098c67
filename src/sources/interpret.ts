import type { Input } from "../model/event.ts";
import type { PrefixSet } from "../model/prefix-set.ts";
import type { Proxies } from "../model/proxies.ts";
import { type AuthLine, parseAuthLine } from "../parse/auth-line.ts";
import { createDetector, type Detector } from "../parse/formats.ts";
import { parseForwarded } from "../parse/forwarded.ts";
import { parseNative } from "../parse/native.ts";
import { FORWARDED, RequestCursor } from "../parse/request-cursor.ts";

/** What a file holds; `any` where its lines must tell. */
export type Reads = "requests" | "auth" | "any";

/**
 * What a line is: an input, nothing for us (another program's line), or not understood. A request's view
 * is reused for the next line of the same file.
 */
export type Reading = Input | "other" | "unparsed";

/** Reads a line of one file; `readAt` (epoch ms) is the time of those that have none of their own. */
type Read = (bytes: Buffer, start: number, end: number, readAt: number) => Reading;

/** Reads the lines of one file. */
export interface Interpreter {
  readonly read: Read;
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
    case "auth":
      return { read: auth(source), format: undefined };
    case "any":
      return { read: any(source, how), format: undefined };
  }
}

/** Access logs, in a forced format or in whatever each line is. */
function requests(source: string, { format, strict, proxies }: Interpretation): Interpreter {
  const detector: Detector = format === "auto" ? createDetector() : createDetector(format, strict);
  const cursor = new RequestCursor();
  cursor.source = source;
  return {
    get format() {
      return detector.format;
    },
    read(bytes, start, end, readAt) {
      cursor.readAt = readAt;
      if (!detector.parse(bytes, start, end, cursor)) return "unparsed";
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

/** A message that is ahead of the clock has the time it was read, epoch milliseconds. */
export function notAhead(message: AuthLine, readAt: number): AuthLine {
  if (typeof message === "string" || message.at <= readAt + AHEAD) return message;
  // Built anew so that the keys keep their order: a line read back from a recording is the same bytes.
  const { source, ...rest } = message;
  return { ...rest, at: readAt, timeUnknown: true, source };
}

/** Recordings: native events, each with its own source. */
function recording(bytes: Buffer, start: number, end: number): Reading {
  return parseNative(bytes.toString("utf8", start, end)) ?? "unparsed";
}

/** The first line that somebody understands decides what the file is. */
function any(source: string, how: Interpretation): Read {
  const candidates: Read[] = [recording, requests(source, how).read, auth(source)];
  let chosen: Read | undefined;
  return (bytes, start, end, readAt) => {
    if (chosen !== undefined) return chosen(bytes, start, end, readAt);
    let best: Reading = "unparsed";
    for (const candidate of candidates) {
      const reading = candidate(bytes, start, end, readAt);
      if (reading === "unparsed") continue;
      if (reading === "other") best = "other";
      else {
        chosen = candidate;
        return reading;
      }
    }
    return best;
  };
}

/** Whether a line holds nothing but blanks: such a line is none, and is not counted. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}
