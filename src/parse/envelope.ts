import { decodeEscapes } from "../model/escapes.ts";
import { BACKSLASH, CLOSE_BRACKET, COLON, isDigit, OPEN_BRACKET, QUOTE, SPACE, stands } from "./ascii.ts";

/** Where the message of an enveloped line lies. One object serves every line. */
export interface Message {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** What other programs write around the lines of a server. */
export type Envelope = (bytes: Uint8Array, start: number, end: number, into: Message) => boolean;

/**
 * A line that went through syslog: `<PRI>` or not, then RFC 5424's header, or a time (RFC 3164's, or ISO as
 * rsyslog writes files), a host and a tag. False where it does not begin so.
 */
export function openSyslog(bytes: Uint8Array, start: number, end: number, into: Message): boolean {
  const header = skipPriority(bytes, start, end);
  const prefixed = header > start;
  const message =
    bytes[header] === ONE && bytes[header + 1] === SPACE
      ? skipNewHeader(bytes, header + 2, end)
      : skipOldHeader(bytes, header, end, prefixed);
  if (message < 0) return false;
  into.bytes = bytes;
  into.start = message;
  into.end = end;
  return true;
}

/**
 * A line as a container engine keeps it: Docker's `{"log":"...","stream":...}`, or `TIME stdout F ...` of
 * Kubernetes' and Podman's logs. False for any other. For one file: what Docker escaped is kept until its next line.
 */
export function containerOpener(): Envelope {
  const openDocker = dockerOpener();
  const openCri = criOpener();
  return (bytes, start, end, into) => openDocker(bytes, start, end, into) || openCri(bytes, start, end, into);
}

/** A buffer for lines of usual length. */
const SMALLEST = 4096;
const DASH = 0x2d;
const ONE = 0x31;
const LESS = 0x3c;
const GREATER = 0x3e;
const NEWLINE = 0x0a;
const UPPER_F = 0x46;
const UPPER_P = 0x50;
/** Of `stderr`, where `stdout` has an o. */
const LOWER_E = 0x65;
/** Bytes of a stream's name and the blank behind it. */
const STREAM = "stdout ".length;
/** Fields of RFC 5424 section 6 between the version and the structured data. */
const NEW_FIELDS = 5;
/** A host or a tag longer than this is text. */
const LONGEST_WORD = 256;

function skipPriority(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== LESS) return start;
  let i = start + 1;
  while (i < end && i < start + 4 && isDigit(bytes[i] as number)) i++;
  return bytes[i] === GREATER && i > start + 1 ? i + 1 : start;
}

/** TIMESTAMP HOSTNAME APP-NAME PROCID MSGID, then `-` or elements in brackets whose values escape theirs. */
function skipNewHeader(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  for (let field = 0; field < NEW_FIELDS; field++) {
    i = skipWord(bytes, i, end);
    if (i < 0) return -1;
  }
  if (bytes[i] === DASH) i++;
  else {
    if (bytes[i] !== OPEN_BRACKET) return -1;
    let inside = false;
    for (; i < end; i++) {
      const c = bytes[i];
      if (c === BACKSLASH) i++;
      else if (c === OPEN_BRACKET) inside = true;
      else if (c === CLOSE_BRACKET) inside = false;
      else if (!inside) break;
    }
  }
  return bytes[i] === SPACE && i + 1 < end ? i + 1 : -1;
}

/** A time, a host, a tag that ends with a colon. Without a file's writer between, the host may be missing. */
function skipOldHeader(bytes: Uint8Array, from: number, end: number, mayLackHost: boolean): number {
  let i = skipTime(bytes, from, end);
  if (i < 0) return -1;
  if (mayLackHost && tagEnd(bytes, i, end) > 0) return tagEnd(bytes, i, end);
  i = skipWord(bytes, i, end);
  return i < 0 ? -1 : tagEnd(bytes, i, end);
}

/** The place behind `tag[pid]: `, or -1. */
function tagEnd(bytes: Uint8Array, from: number, end: number): number {
  const next = skipWord(bytes, from, end);
  return next > from + 2 && bytes[next - 2] === COLON ? next : -1;
}

/** The place behind `Mon dd HH:MM:SS ` or an ISO time and a blank, or -1. */
function skipTime(bytes: Uint8Array, from: number, end: number): number {
  if (isDigit(bytes[from] as number)) {
    return bytes[from + 4] === DASH && bytes[from + 7] === DASH ? skipWord(bytes, from, end) : -1;
  }
  const short = bytes[from + 3] === SPACE && bytes[from + 6] === SPACE && bytes[from + 9] === COLON;
  return short && bytes[from + 12] === COLON && bytes[from + 15] === SPACE && from + 16 < end
    ? from + 16
    : -1;
}

/** The place behind the word and one blank, or -1. */
function skipWord(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && bytes[i] !== SPACE && i - from <= LONGEST_WORD) i++;
  return i > from && i + 1 < end && bytes[i] === SPACE ? i + 1 : -1;
}

const DOCKER = Buffer.from('{"log":"');
const STDERR = Buffer.from('"stream":"stderr"');

/**
 * Opens Docker's envelope; what was inside lies in a buffer of its own, valid until the next line. A line of more than
 * 16 KiB comes in pieces, of which only the last ends with a newline: none of them is a line, and what begins the
 * second is whatever a client made it.
 */
function dockerOpener(): Envelope {
  let inside = Buffer.alloc(0);
  const pieces = new Pieces();
  return (bytes, start, end, into) => {
    if (!stands(DOCKER, bytes, start, end)) return false;
    const from = start + DOCKER.length;
    let close = from;
    while (close < end && bytes[close] !== QUOTE) close += bytes[close] === BACKSLASH ? 2 : 1;
    if (close >= end) return false;
    if (inside.length < close - from) inside = Buffer.alloc(Math.max(SMALLEST, 2 * (close - from)));
    let length = decodeEscapes(bytes, from, close, inside);
    const isWhole = length > 0 && inside[length - 1] === NEWLINE;
    if (!pieces.take(isErrorStream(bytes, close, end), isWhole)) return false;
    while (length > 0 && (inside[length - 1] as number) <= SPACE) length--;
    into.bytes = inside;
    into.start = 0;
    into.end = length;
    return true;
  };
}

/** Which of a container's two streams is in the middle of a line that comes in pieces. */
class Pieces {
  #output = false;
  #error = false;

  /** Whether a record is a line of its own; `isLast` says that a line ends with it. */
  take(ofError: boolean, isLast: boolean): boolean {
    const began = ofError ? this.#error : this.#output;
    if (ofError) this.#error = !isLast;
    else this.#output = !isLast;
    return isLast && !began;
  }
}

/** Whether the rest of Docker's record says `"stream":"stderr"`. */
function isErrorStream(bytes: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (stands(STDERR, bytes, i, end)) return true;
  return false;
}

function criOpener(): Envelope {
  const pieces = new Pieces();
  return (bytes, start, end, into) => {
    if (!isDigit(bytes[start] as number)) return false;
    const stream = skipTime(bytes, start, end);
    const flag = stream < 0 ? -1 : skipWord(bytes, stream, end);
    // stdout or stderr, then F for a whole line or its last piece, P for one that goes on.
    if (flag < 0 || flag - stream !== STREAM || bytes[flag + 1] !== SPACE) return false;
    if (bytes[flag] !== UPPER_F && bytes[flag] !== UPPER_P) return false;
    if (!pieces.take(bytes[stream + 3] === LOWER_E, bytes[flag] === UPPER_F)) return false;
    into.bytes = bytes;
    into.start = flag + 2;
    into.end = end;
    return true;
  };
}
