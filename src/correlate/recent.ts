import { decodeText } from "../model/escapes.ts";
import {
  type AuthEvent,
  REQUEST_TEXTS,
  type RequestEvent,
  type RequestText,
  type RequestView,
} from "../model/event.ts";
import { formatIp, type IpWords } from "../model/ip.ts";

/**
 * The newest requests and logins of everybody, as bytes in one circular arena, chained per address:
 * kept as objects they would be the largest part of the heap and of the collector's work.
 * A record is named by its sequence number; numbers below `oldest` are gone.
 */
export interface Recent {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  /** The record before this one of the same address and kind; 0 for none. */
  readonly previous: Float64Array;
  readonly sources: string[];
  readonly sourceIds: Map<string, number>;
  lastSource: number;
  oldest: number;
  newest: number;
  head: number;
}

const REQUEST = 1;
const AUTH = 2;

/** Kept bytes of each text, in the order of REQUEST_TEXTS: what a screen can show of it. */
const KEPT = [16, 1024, 16, 256, 256, 64, 128];
const TEXTS = REQUEST_TEXTS.length;
/** kind, flags, status, source, bytes, at, address. */
const HEADER = 1 + 1 + 2 + 2 + 8 + 8 + 16;
/** Then for each text where it begins and ends, counted from here; then their bytes. */
const PLACES = 4 * TEXTS;
/** Texts that lie together in their line are copied with one call, what is between them included. */
const TOGETHER = 512;
const LONGEST = HEADER + PLACES + KEPT.reduce((sum, kept) => sum + kept, 0);
const ABSENT = 0xffff;

const HAS_STATUS = 1;
const HAS_BYTES = 2;
const MALFORMED = 4;
const TIME_UNKNOWN = 8;
/** HTTP/0.9, whose protocol is not among the texts. */
const SIMPLE = 16;
/** The texts are as in their line, with its escapes. */
const ESCAPED = 32;

/** Characters kept of each text of a login: user names are the peer's choice. */
const AUTH_KEPT = 256;
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
  const bytes = Buffer.alloc(size);
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, size),
    offsets: new Uint32Array(records),
    lengths: new Uint32Array(records),
    previous: new Float64Array(records),
    sources: [],
    sourceIds: new Map(),
    lastSource: -1,
    oldest: 1,
    newest: 0,
    head: 0,
  };
}

/** Keeps a request; returns its number. `previous` is the address's newest request until now. */
export function keepRequest(
  recent: Recent,
  event: RequestEvent | RequestView,
  words: IpWords,
  previous: number,
): number {
  const start = reserve(recent, LONGEST);
  const { view } = recent;
  const { status, bytes } = event;
  const lines = "starts" in event && fits(event) ? event : undefined;
  view.setUint8(start, REQUEST);
  view.setUint8(
    start + 1,
    (status === undefined ? 0 : HAS_STATUS) |
      (bytes === undefined ? 0 : HAS_BYTES) |
      (event.malformed ? MALFORMED : 0) |
      (event.timeUnknown ? TIME_UNKNOWN : 0) |
      (lines === undefined ? 0 : ESCAPED | (lines.simple ? SIMPLE : 0)),
  );
  view.setUint16(start + 2, status ?? 0);
  view.setUint16(start + 4, sourceId(recent, event.source));
  view.setFloat64(start + 6, bytes ?? 0);
  view.setFloat64(start + 14, event.at);
  for (let i = 0; i < 4; i++) view.setUint32(start + 22 + 4 * i, words[i] as number);
  const places = start + HEADER;
  const length = lines === undefined ? encodeTexts(recent, event, places) : copyTexts(recent, lines, places);
  return commit(recent, start, HEADER + PLACES + length, previous);
}

/** Whether every text may be kept whole; those few that are longer are decoded and cut. */
function fits({ starts, ends }: RequestView): boolean {
  for (let i = 0; i < TEXTS; i++) {
    if ((ends[i] as number) - (starts[i] as number) > (KEPT[i] as number) && starts[i] !== -1) return false;
  }
  return true;
}

/** Copies the texts as they lie in their line, and notes their places; returns the bytes copied. */
function copyTexts({ bytes, view }: Recent, { buffer, starts, ends }: RequestView, places: number): number {
  let from = Number.MAX_SAFE_INTEGER;
  let to = 0;
  for (let i = 0; i < TEXTS; i++) {
    const start = starts[i] as number;
    if (start === -1) continue;
    if (start < from) from = start;
    if ((ends[i] as number) > to) to = ends[i] as number;
  }
  const together = to - from <= TOGETHER;
  let length = 0;
  for (let i = 0; i < TEXTS; i++) {
    const start = starts[i] as number;
    const end = ends[i] as number;
    if (start === -1) {
      setPlace(view, places, i, ABSENT, ABSENT);
    } else if (together) {
      setPlace(view, places, i, start - from, end - from);
    } else {
      buffer.copy(bytes, places + PLACES + length, start, end);
      setPlace(view, places, i, length, length + end - start);
      length += end - start;
    }
  }
  if (!together || to === 0) return length;
  buffer.copy(bytes, places + PLACES, from, to);
  return to - from;
}

/** Writes the texts as UTF-8, cut at a character's edge, and notes their places; returns the bytes written. */
function encodeTexts({ bytes, view }: Recent, event: RequestEvent, places: number): number {
  let length = 0;
  for (let i = 0; i < TEXTS; i++) {
    const text = event[REQUEST_TEXTS[i] as RequestText];
    if (text === undefined) {
      setPlace(view, places, i, ABSENT, ABSENT);
      continue;
    }
    const at = places + PLACES + length;
    const { written } = encoder.encodeInto(text, bytes.subarray(at, at + (KEPT[i] as number)));
    setPlace(view, places, i, length, length + written);
    length += written;
  }
  return length;
}

function setPlace(view: DataView, places: number, i: number, start: number, end: number): void {
  view.setUint16(places + 4 * i, start);
  view.setUint16(places + 4 * i + 2, end);
}

/** Keeps a login event; returns its number. */
export function keepAuth(recent: Recent, event: AuthEvent, previous: number): number {
  const text = encoder.encode(JSON.stringify(event, cutText));
  const start = reserve(recent, text.length + 1);
  recent.bytes[start] = AUTH;
  recent.bytes.set(text, start + 1);
  return commit(recent, start, text.length + 1, previous);
}

/** The record of that number, or undefined when it is gone. Texts may have been cut. */
export function readRecord(recent: Recent, seq: number): RequestEvent | AuthEvent | undefined {
  if (seq < recent.oldest || seq > recent.newest) return undefined;
  const cell = seq & (recent.offsets.length - 1);
  const start = recent.offsets[cell] as number;
  const length = recent.lengths[cell] as number;
  if (recent.bytes[start] === REQUEST) return readRequest(recent, start);
  return JSON.parse(recent.bytes.toString("utf8", start + 1, start + length)) as AuthEvent;
}

/** The number of the record before `seq` of the same address and kind, or 0. */
export function previousRecord(recent: Recent, seq: number): number {
  return recent.previous[seq & (recent.offsets.length - 1)] as number;
}

function readRequest({ view, bytes, sources }: Recent, start: number): RequestEvent {
  const flags = view.getUint8(start + 1);
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = view.getUint32(start + 22 + 4 * i);
  const texts: Partial<Record<RequestText, string>> = {};
  const places = start + HEADER;
  REQUEST_TEXTS.forEach((field, i) => {
    const from = view.getUint16(places + 4 * i);
    if (from === ABSENT) return;
    const at = places + PLACES + from;
    const end = places + PLACES + view.getUint16(places + 4 * i + 2);
    texts[field] = (flags & ESCAPED) !== 0 ? decodeText(bytes, at, end) : bytes.toString("utf8", at, end);
  });
  if ((flags & SIMPLE) !== 0) texts.protocol = "HTTP/0.9";
  return {
    kind: "request",
    at: view.getFloat64(start + 14),
    ip: formatIp(words),
    ...texts,
    ...((flags & HAS_STATUS) !== 0 && { status: view.getUint16(start + 2) }),
    ...((flags & HAS_BYTES) !== 0 && { bytes: view.getFloat64(start + 6) }),
    ...((flags & MALFORMED) !== 0 && { malformed: true }),
    ...((flags & TIME_UNKNOWN) !== 0 && { timeUnknown: true }),
    source: sources[view.getUint16(start + 4)] ?? "",
  };
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
  recent.head = start + length;
  if (seq - recent.oldest >= records) recent.oldest = seq - records + 1;
  return seq;
}

function sourceId(recent: Recent, source: string): number {
  const name = source.length > SOURCE_KEPT ? source.slice(0, SOURCE_KEPT) : source;
  let id = recent.sourceIds.get(name);
  if (id === undefined) {
    id = recent.sources.length;
    if (id === MAX_SOURCES) return MAX_SOURCES;
    recent.sources.push(name);
    recent.sourceIds.set(name, id);
  }
  return id;
}

/** For JSON.stringify: shortens texts, never to half a surrogate pair. */
function cutText(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= AUTH_KEPT) return value;
  return value.slice(0, AUTH_KEPT).replace(/[\ud800-\udbff]$/, "");
}
