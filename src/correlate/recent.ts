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
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  /** The record before this one of the same address and kind; 0 for none. */
  readonly previous: Float64Array;
  readonly sources: string[];
  readonly sourceIds: Map<string, number>;
  oldest: number;
  newest: number;
  head: number;
}

const REQUEST = 1;
const AUTH = 2;

/** Kept bytes of each text, in the order of REQUEST_TEXTS: what a screen can show of it. */
const KEPT = [16, 1024, 16, 256, 256, 64, 128];
/** kind, flags, status, source, bytes, at, address. */
const HEADER = 1 + 1 + 2 + 2 + 8 + 8 + 16;
const LONGEST = HEADER + KEPT.reduce((sum, kept) => sum + 2 + kept, 0);
const ABSENT = 0xffff;

const HAS_STATUS = 1;
const HAS_BYTES = 2;
const MALFORMED = 4;
const TIME_UNKNOWN = 8;

/** Characters kept of each text of a login: user names are the peer's choice. */
const AUTH_KEPT = 256;
/** Names of log files kept by number, far more than one machine has; a later one reads as unknown, "". */
const MAX_SOURCES = 1_024;
/** PATH_MAX of linux/limits.h. */
const SOURCE_KEPT = 4_096;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * `size` bytes hold about one record per 200, and must hold the longest of them, 8 kB; `records` (a
 * power of two) bounds their number.
 */
export function createRecent(size: number, records: number): Recent {
  const bytes = new Uint8Array(size);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    offsets: new Uint32Array(records),
    lengths: new Uint32Array(records),
    previous: new Float64Array(records),
    sources: [],
    sourceIds: new Map(),
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
  const { view, bytes } = recent;
  const status = event.status;
  const size = event.bytes;
  view.setUint8(start, REQUEST);
  view.setUint8(
    start + 1,
    (status === undefined ? 0 : HAS_STATUS) |
      (size === undefined ? 0 : HAS_BYTES) |
      (event.malformed ? MALFORMED : 0) |
      (event.timeUnknown ? TIME_UNKNOWN : 0),
  );
  view.setUint16(start + 2, status ?? 0);
  view.setUint16(start + 4, sourceId(recent, event.source));
  view.setFloat64(start + 6, size ?? 0);
  view.setFloat64(start + 14, event.at);
  for (let i = 0; i < 4; i++) view.setUint32(start + 22 + 4 * i, words[i] as number);
  let at = start + HEADER;
  const lazy = "copy" in event ? event : undefined;
  for (let i = 0; i < REQUEST_TEXTS.length; i++) {
    const field = REQUEST_TEXTS[i] as RequestText;
    const kept = KEPT[i] as number;
    const written =
      lazy === undefined
        ? copyText(event[field], bytes, at + 2, kept)
        : lazy.copy(field, bytes, at + 2, kept);
    view.setUint16(at, written < 0 ? ABSENT : written);
    at += 2 + Math.max(written, 0);
  }
  return commit(recent, start, at - start, previous);
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
  return JSON.parse(decoder.decode(recent.bytes.subarray(start + 1, start + length))) as AuthEvent;
}

/** The number of the record before `seq` of the same address and kind, or 0. */
export function previousRecord(recent: Recent, seq: number): number {
  return recent.previous[seq & (recent.offsets.length - 1)] as number;
}

function readRequest(recent: Recent, start: number): RequestEvent {
  const { view, bytes } = recent;
  const flags = view.getUint8(start + 1);
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = view.getUint32(start + 22 + 4 * i);
  const texts: Partial<Record<RequestText, string>> = {};
  let at = start + HEADER;
  for (const field of REQUEST_TEXTS) {
    const length = view.getUint16(at);
    at += 2;
    if (length === ABSENT) continue;
    texts[field] = decoder.decode(bytes.subarray(at, at + length));
    at += length;
  }
  return {
    kind: "request",
    at: view.getFloat64(start + 14),
    ip: formatIp(words),
    ...texts,
    ...((flags & HAS_STATUS) !== 0 && { status: view.getUint16(start + 2) }),
    ...((flags & HAS_BYTES) !== 0 && { bytes: view.getFloat64(start + 6) }),
    ...((flags & MALFORMED) !== 0 && { malformed: true }),
    ...((flags & TIME_UNKNOWN) !== 0 && { timeUnknown: true }),
    source: recent.sources[view.getUint16(start + 4)] ?? "",
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

function copyText(text: string | undefined, into: Uint8Array, at: number, max: number): number {
  if (text === undefined) return -1;
  return encoder.encodeInto(text, into.subarray(at, at + max)).written;
}
