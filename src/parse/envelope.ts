import { decodeEscapes } from "../model/escapes.ts";
import { BACKSLASH, CLOSE_BRACKET, COLON, isDigit, OPEN_BRACKET, QUOTE, SPACE } from "./ascii.ts";

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
  return (bytes, start, end, into) => openDocker(bytes, start, end, into) || openCri(bytes, start, end, into);
}

/** A buffer for lines of usual length. */
const SMALLEST = 4096;
const DASH = 0x2d;
const ONE = 0x31;
const LESS = 0x3c;
const GREATER = 0x3e;
const UPPER_F = 0x46;
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

/** Opens Docker's envelope; what was inside lies in a buffer of its own, valid until the next line. */
function dockerOpener(): Envelope {
  let inside = Buffer.alloc(0);
  return (bytes, start, end, into) => {
    for (let i = 0; i < DOCKER.length; i++) if (bytes[start + i] !== DOCKER[i]) return false;
    const from = start + DOCKER.length;
    let close = from;
    while (close < end && bytes[close] !== QUOTE) close += bytes[close] === BACKSLASH ? 2 : 1;
    if (close >= end) return false;
    if (inside.length < close - from) inside = Buffer.alloc(Math.max(SMALLEST, 2 * (close - from)));
    let length = decodeEscapes(bytes, from, close, inside);
    while (length > 0 && (inside[length - 1] as number) <= SPACE) length--;
    into.bytes = inside;
    into.start = 0;
    into.end = length;
    return true;
  };
}

function openCri(bytes: Uint8Array, start: number, end: number, into: Message): boolean {
  if (!isDigit(bytes[start] as number)) return false;
  const stream = skipTime(bytes, start, end);
  const flag = stream < 0 ? -1 : skipWord(bytes, stream, end);
  // stdout or stderr, then F for a whole line.
  const length = flag - stream - 1;
  if (flag < 0 || length !== 6 || bytes[flag] !== UPPER_F || bytes[flag + 1] !== SPACE) return false;
  into.bytes = bytes;
  into.start = flag + 2;
  into.end = end;
  return true;
}
