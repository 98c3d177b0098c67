import {
  AUTH_OUTCOMES,
  type AuthEvent,
  REQUEST_TEXTS,
  type RequestEvent,
  type RequestText,
  type RequestView,
} from "../model/event.ts";
import type { IpWords } from "../model/ip.ts";

/**
 * The newest requests and logins of everybody, as bytes in one circular arena, chained per address:
 * kept as objects they would be the largest part of the heap and of the collector's work.
 * A record is named by its sequence number; numbers below `oldest` are gone.
 */
export interface Recent {
  /** The same memory three ways: texts, a record's words, its wide numbers. All records begin at a multiple of 8. */
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  /** The record before this one of the same address and kind; 0 for none. */
  readonly previous: Float64Array;
  readonly sources: string[];
  readonly sourceIds: Map<string, number>;
  /** The source of the newest request and its number: lines of one file come in runs. */
  source: string | undefined;
  sourceId: number;
  oldest: number;
  newest: number;
  head: number;
}

export const REQUEST = 1;
export const AUTH = 2;

/** Kept bytes of each text, in the order of REQUEST_TEXTS: what a screen can show of it. */
const KEPT = [16, 1024, 16, 256, 256, 64, 128];
const TEXTS = REQUEST_TEXTS.length;
/**
 * A record in words: kind, flags and a number in one, then its source; `at` and another wide number; the address; for
 * each text where it begins and ends, counted from the record's texts. These follow, as bytes. The number is a
 * request's status or a login's outcome, the wide one a request's bytes or how often a login was repeated.
 */
export const SOURCE = 1;
export const AT = 2;
export const SENT = 4;
export const COUNT = 4;
export const ADDRESS = 6;
export const PLACES = 10;
export const HEADER = 8 * Math.ceil((PLACES + TEXTS) / 2);
/** Texts that lie together in their line are copied with one call, what is between them included. */
const TOGETHER = 512;
const LONGEST = HEADER + KEPT.reduce((sum, kept) => sum + kept, 0);
/** A place that no text has: it would end before it begins. */
export const ABSENT = 0xffff;

export const HAS_STATUS = 1;
export const HAS_BYTES = 2;
export const MALFORMED = 4;
export const TIME_UNKNOWN = 8;
/** HTTP/0.9, whose protocol is not among the texts. */
export const SIMPLE = 16;
/** The texts are as in their line, with its escapes. */
export const ESCAPED = 32;

/** A login's own: it has one wide number more, and fewer texts. */
export const HAS_COUNT = 1;
export const HAS_SESSION = 2;
export const SESSION = 10;
export const AUTH_PLACES = 12;
const AUTH_TEXTS = ["service", "user", "method"] as const;
/** Kept bytes of each: user names are the peer's choice. */
const AUTH_KEPT = [64, 256, 64];
export const AUTH_HEADER = 8 * Math.ceil((AUTH_PLACES + AUTH_TEXTS.length) / 2);
const AUTH_LONGEST = AUTH_HEADER + AUTH_KEPT.reduce((sum, kept) => sum + kept, 0);
/** Names of log files kept by number, far more than one machine has; a later one reads as unknown, "". */
const MAX_SOURCES = 1_024;
/** PATH_MAX of linux/limits.h. */
const SOURCE_KEPT = 4_096;

const encoder = new TextEncoder();

/**
 * `size` bytes hold about one record per 200, and must hold the longest of them, 8 kB; `records` (a
 * power of two) bounds their number.
 */
export function createRecent(size: number, records: number): Recent {
  const memory = new ArrayBuffer(size & ~7);
  return {
    bytes: Buffer.from(memory),
    words: new Uint32Array(memory),
    doubles: new Float64Array(memory),
    offsets: new Uint32Array(records),
    lengths: new Uint32Array(records),
    previous: new Float64Array(records),
    sources: [],
    sourceIds: new Map(),
    source: undefined,
    sourceId: 0,
    oldest: 1,
    newest: 0,
    head: 0,
  };
}

/** Keeps a request; returns its number. `previous` is the address's newest request until now. */
export function keepRequest(
  recent: Recent,
  event: RequestEvent | RequestView,
  address: IpWords,
  previous: number,
): number {
  const start = reserve(recent, LONGEST);
  const { words, doubles } = recent;
  const { status, bytes } = event;
  const view = "starts" in event ? event : undefined;
  let length = view === undefined ? -1 : copyTexts(recent, view, start);
  let flags =
    (status === undefined ? 0 : HAS_STATUS) |
    (bytes === undefined ? 0 : HAS_BYTES) |
    (event.malformed ? MALFORMED : 0) |
    (event.timeUnknown ? TIME_UNKNOWN : 0);
  if (length >= 0) flags |= ESCAPED | (view?.simple ? SIMPLE : 0);
  else length = encodeTexts(recent, event, start);
  const word = start >> 2;
  words[word] = REQUEST | (flags << 8) | ((status ?? 0) << 16);
  words[word + SOURCE] = sourceId(recent, event.source);
  doubles[(word + AT) >> 1] = event.at;
  doubles[(word + SENT) >> 1] = bytes ?? 0;
  for (let i = 0; i < 4; i++) words[word + ADDRESS + i] = address[i] as number;
  return commit(recent, start, HEADER + length, previous);
}

/**
 * Copies the texts as they lie in their line, and notes their places; returns the bytes copied, or -1 where a
 * text is longer than may be kept: those few are decoded and cut.
 */
function copyTexts(recent: Recent, view: RequestView, record: number): number {
  const { buffer, starts, ends } = view;
  let from = Number.MAX_SAFE_INTEGER;
  let to = 0;
  for (let i = 0; i < TEXTS; i++) {
    const start = starts[i] as number;
    if (start === -1) continue;
    const end = ends[i] as number;
    if (end - start > (KEPT[i] as number)) return -1;
    if (start < from) from = start;
    if (end > to) to = end;
  }
  const { bytes, words } = recent;
  const places = (record >> 2) + PLACES;
  const texts = record + HEADER;
  if (to - from <= TOGETHER) {
    for (let i = 0; i < TEXTS; i++) {
      const start = starts[i] as number;
      words[places + i] = start === -1 ? ABSENT : place(start - from, (ends[i] as number) - from);
    }
    if (to === 0) return 0;
    buffer.copy(bytes, texts, from, to);
    return to - from;
  }
  let length = 0;
  for (let i = 0; i < TEXTS; i++) {
    const start = starts[i] as number;
    if (start === -1) {
      words[places + i] = ABSENT;
      continue;
    }
    const end = ends[i] as number;
    buffer.copy(bytes, texts + length, start, end);
    words[places + i] = place(length, length + end - start);
    length += end - start;
  }
  return length;
}

/** Writes the texts as UTF-8, cut at a character's edge, and notes their places; returns the bytes written. */
function encodeTexts(recent: Recent, event: RequestEvent, record: number): number {
  const places = (record >> 2) + PLACES;
  let length = 0;
  for (let i = 0; i < TEXTS; i++) {
    const text = event[REQUEST_TEXTS[i] as RequestText];
    length += encodeText(recent, places + i, record + HEADER, length, text, KEPT[i] as number);
  }
  return length;
}

/** Writes a text at `length` of a record's texts and notes its place; returns the bytes written. */
function encodeText(
  { bytes, words }: Recent,
  at: number,
  texts: number,
  length: number,
  text: string | undefined,
  kept: number,
): number {
  if (text === undefined) {
    words[at] = ABSENT;
    return 0;
  }
  const start = texts + length;
  const { written } = encoder.encodeInto(text, bytes.subarray(start, start + kept));
  words[at] = place(length, length + written);
  return written;
}

/** Where a text lies among its record's texts, 16 bits each. */
function place(start: number, end: number): number {
  return start | (end << 16);
}

/** Keeps a login event; returns its number. `previous` is the address's newest login until now. */
export function keepAuth(recent: Recent, event: AuthEvent, address: IpWords, previous: number): number {
  const start = reserve(recent, AUTH_LONGEST);
  const { words, doubles } = recent;
  const { count, session } = event;
  const flags =
    (count === undefined ? 0 : HAS_COUNT) |
    (session === undefined ? 0 : HAS_SESSION) |
    (event.timeUnknown ? TIME_UNKNOWN : 0);
  const word = start >> 2;
  words[word] = AUTH | (flags << 8) | (AUTH_OUTCOMES.indexOf(event.outcome) << 16);
  words[word + SOURCE] = sourceId(recent, event.source);
  doubles[(word + AT) >> 1] = event.at;
  doubles[(word + COUNT) >> 1] = count ?? 0;
  for (let i = 0; i < 4; i++) words[word + ADDRESS + i] = address[i] as number;
  doubles[(word + SESSION) >> 1] = session ?? 0;
  let length = 0;
  for (let i = 0; i < AUTH_TEXTS.length; i++) {
    const text = event[AUTH_TEXTS[i] as (typeof AUTH_TEXTS)[number]];
    length += encodeText(
      recent,
      word + AUTH_PLACES + i,
      start + AUTH_HEADER,
      length,
      text,
      AUTH_KEPT[i] as number,
    );
  }
  return commit(recent, start, AUTH_HEADER + length, previous);
}

/** Whether the record of that number is kept. */
export function isKept(recent: Recent, seq: number): boolean {
  return seq >= recent.oldest && seq <= recent.newest;
}

/** Where the record of that number, which is kept, begins in `words`. Its address lies ADDRESS words further. */
export function recordAt(recent: Recent, seq: number): number {
  return (recent.offsets[seq & (recent.offsets.length - 1)] as number) >> 2;
}

/** The number of the record before `seq` of the same address and kind, or 0. */
export function previousRecord(recent: Recent, seq: number): number {
  return recent.previous[seq & (recent.offsets.length - 1)] as number;
}

/** Makes room for `length` bytes in one piece, giving up the oldest records in the way. */
function reserve(recent: Recent, length: number): number {
  const size = recent.bytes.length;
  let start = recent.head;
  if (start + length > size) {
    release(recent, start, size);
    start = 0;
  }
  release(recent, start, start + length);
  return start;
}

/** Drops records, oldest first, while the oldest lies in `[from, to)`. */
function release(recent: Recent, from: number, to: number): void {
  const mask = recent.offsets.length - 1;
  while (recent.oldest <= recent.newest) {
    const offset = recent.offsets[recent.oldest & mask] as number;
    const end = offset + (recent.lengths[recent.oldest & mask] as number);
    if (offset >= to || end <= from) return;
    recent.oldest++;
  }
}

function commit(recent: Recent, start: number, length: number, previous: number): number {
  const seq = ++recent.newest;
  const records = recent.offsets.length;
  const cell = seq & (records - 1);
  recent.offsets[cell] = start;
  recent.lengths[cell] = length;
  recent.previous[cell] = previous;
  recent.head = start + ((length + 7) & ~7);
  if (seq - recent.oldest >= records) recent.oldest = seq - records + 1;
  return seq;
}

function sourceId(recent: Recent, source: string): number {
  if (source === recent.source) return recent.sourceId;
  const name = source.length > SOURCE_KEPT ? source.slice(0, SOURCE_KEPT) : source;
  let id = recent.sourceIds.get(name);
  if (id === undefined) {
    id = recent.sources.length;
    if (id === MAX_SOURCES) return MAX_SOURCES;
    recent.sources.push(name);
    recent.sourceIds.set(name, id);
  }
  recent.source = source;
  recent.sourceId = id;
  return id;
}
