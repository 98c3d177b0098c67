import type { IpWords } from "../model/ip.ts";
import { CLOSE_BRACE, COLON, COMMA, isDash, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./ascii.ts";
import type { ParseLine } from "./format.ts";
import {
  ADDRESS,
  findKey,
  HEADER_KEYS,
  HEADERS,
  type Key,
  type Keys,
  LINE_KEYS,
  REQUEST,
  REQUEST_KEYS,
  SIZE,
  STATUS,
  spells,
  TARGETS,
  TIME,
} from "./json-keys.ts";
import { parseJsonTime } from "./json-time.ts";
import { byteAt, skipBlanks, skipValue } from "./json-values.ts";
import { parseSize, parseStatus } from "./numbers.ts";
import { parsePeer } from "./peer.ts";
import { closingQuote } from "./quoted.ts";
import { FIELD, FORWARDED, type RequestCursor } from "./request-cursor.ts";
import { splitRequestLine } from "./request-line.ts";

/** For each target, the rank of the key that told it, of the line being read. */
const ranks = new Uint8Array(TARGETS);
const UNSEEN = 255;
const peer: IpWords = new Uint32Array(4);

/**
 * Reads a JSON access log line in `bytes[start, end)`: Caddy's, with its nested `request`, or a flat object
 * with the keys of {@link LINE_KEYS}. False, with the cursor unspecified, where it is no whole object, has no
 * address, tells nothing of a request, or has a status that is not three digits. Nothing is built and
 * nothing throws, whatever the bytes.
 */
export function parseJson(bytes: Uint8Array, start: number, end: number, cursor: RequestCursor): boolean {
  cursor.begin(bytes);
  ranks.fill(UNSEEN);
  const { view } = cursor;
  const open = skipBlanks(view, start, end);
  const close = readObject(cursor, open, end, LINE_KEYS);
  if (close < 0 || skipBlanks(view, close, end) !== end) return false;
  const requested = seen(FIELD.path) || seen(FIELD.method) || seen(STATUS);
  return seen(ADDRESS) && requested && !Number.isNaN(cursor.statusCode);
}

/** The reader of those lines of {@link parseJson} whose address stands under a key of a rank in `[from, to)`. */
export function jsonOf(from: number, to: number): ParseLine {
  return (bytes, start, end, cursor) => {
    if (!parseJson(bytes, start, end, cursor)) return false;
    const rank = ranks[ADDRESS] as number;
    return rank >= from && rank < to;
  };
}

function seen(target: number): boolean {
  return ranks[target] !== UNSEEN;
}

/** Takes what `known` names from the object that begins at `from`. Returns the place after it, or -1. */
function readObject(cursor: RequestCursor, from: number, end: number, known: Keys): number {
  const { view } = cursor;
  if (byteAt(view, from, end) !== OPEN_BRACE) return -1;
  let i = skipBlanks(view, from + 1, end);
  if (byteAt(view, i, end) === CLOSE_BRACE) return i + 1;
  for (;;) {
    if (byteAt(view, i, end) !== QUOTE) return -1;
    const nameEnd = closingQuote(view, i + 1, end);
    const key = findKey(known, view, i + 1, nameEnd);
    i = skipBlanks(view, nameEnd + 1, end);
    if (byteAt(view, i, end) !== COLON) return -1;
    i = skipBlanks(view, i + 1, end);
    const nested = key !== undefined && byteAt(view, i, end) === OPEN_BRACE ? keysOf(key.target) : undefined;
    const valueEnd = nested === undefined ? skipValue(view, i, end) : readObject(cursor, i, end, nested);
    if (valueEnd < 0) return -1;
    if (key !== undefined && nested === undefined) take(cursor, key, i, valueEnd);
    i = skipBlanks(view, valueEnd, end);
    const next = byteAt(view, i, end);
    if (next === CLOSE_BRACE) return i + 1;
    if (next !== COMMA) return -1;
    i = skipBlanks(view, i + 1, end);
  }
}

/** The keys of the object that is the value of `target`. Only these are entered: three deep at most. */
function keysOf(target: number): Keys | undefined {
  if (target === REQUEST) return REQUEST_KEYS;
  return target === HEADERS ? HEADER_KEYS : undefined;
}

/** Believes the value in `[from, to)`, or the first of a list, unless a better key spoke before. */
function take(cursor: RequestCursor, { target, rank }: Key, from: number, to: number): void {
  if (rank >= (ranks[target] as number)) return;
  const { view } = cursor;
  let start = from;
  let end = to;
  const isList = byteAt(view, start, end) === OPEN_BRACKET;
  if (isList && target === FORWARDED) {
    // Each line of the header is an element, and a client's own comes first: all of it is one list.
    cursor.setText(FORWARDED, start + 1, end - 1);
    ranks[target] = rank;
    return;
  }
  if (isList) {
    start = skipBlanks(view, from + 1, to);
    end = skipValue(view, start, to);
  }
  const quoted = byteAt(view, start, end) === QUOTE;
  const told = quoted ? tellText(cursor, target, start + 1, end - 1) : tellWord(cursor, target, start, end);
  if (told) ranks[target] = rank;
}

/** Hands the string `[start, end)` to the cursor. False where it says nothing. */
function tellText(cursor: RequestCursor, target: number, start: number, end: number): boolean {
  const { buffer } = cursor;
  if (target === ADDRESS) {
    if (!parsePeer(buffer, start, end, peer)) return false;
    cursor.words.set(peer);
    return true;
  }
  if (target === REQUEST) {
    splitRequestLine(buffer, start, end, cursor);
    // It is all three, and what the server was sent: no single key knows better.
    ranks.fill(0, FIELD.method, FIELD.protocol + 1);
    return true;
  }
  if (target >= TIME) return tellWord(cursor, target, start, end);
  if (start === end || isDash(buffer, start, end)) return false;
  cursor.setText(target, start, end);
  return true;
}

/** The same for what may stand without quotes: a time, a status, a size. */
function tellWord(cursor: RequestCursor, target: number, start: number, end: number): boolean {
  const { buffer } = cursor;
  if (target === TIME) {
    const time = parseJsonTime(buffer, start, end);
    if (Number.isNaN(time)) return false;
    cursor.time = time;
    return true;
  }
  if (target === STATUS) {
    // 0 is Caddy's status of a request that was never answered.
    if (spells(cursor.view, start, end, "null") || spells(cursor.view, start, end, "0")) return false;
    const status = parseStatus(buffer, start, end);
    if (status === -1) return false;
    cursor.statusCode = status;
    return true;
  }
  if (target === SIZE) {
    const size = parseSize(buffer, start, end);
    if (Number.isNaN(size)) return false;
    cursor.size = size;
    return true;
  }
  return false;
}
