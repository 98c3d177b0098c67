import { FIELD } from "./request-cursor.ts";

// What a key may tell: one of the text fields 0-6, or one of these.
export const ADDRESS = 7;
export const TIME = 8;
export const STATUS = 9;
export const SIZE = 10;
export const REQUEST = 11;
export const HEADERS = 12;

/** How many things a key may tell. */
export const TARGETS = 13;

export interface Key {
  readonly name: string;
  readonly target: number;
  /**
   * Of two keys that tell the same, the one of lower rank is believed; of two of the same rank, the first.
   */
  readonly rank: number;
}

/** Keys by the length of their names: most others are refused after one look. */
export type Keys = readonly (readonly Key[])[];

/** Ranks of the keys of the line itself begin here: those inside `request` are all below. */
export const LINE_RANK = 16;

export const HEADER_KEYS = keys(0, [
  [FIELD.userAgent, "User-Agent", "user-agent"],
  [FIELD.referrer, "Referer", "referer"],
]);

/** Inside Caddy's `request` object. `client_ip` is what a proxy claims, so it comes last. */
export const REQUEST_KEYS = keys(0, [
  [ADDRESS, "remote_ip", "remote_addr", "client_ip"],
  [FIELD.method, "method"],
  [FIELD.path, "uri"],
  [FIELD.protocol, "proto"],
  [FIELD.vhost, "host"],
  [HEADERS, "headers"],
]);

/** Of the line itself: Caddy's, the flat spellings in use, and nginx's variables. */
export const LINE_KEYS = keys(LINE_RANK, [
  [REQUEST, "request"],
  [ADDRESS, "remote_ip", "remote_addr", "client_ip"],
  [TIME, "ts", "timestamp", "time", "time_iso8601", "time_local", "msec"],
  [STATUS, "status", "resp_status"],
  [SIZE, "size", "resp_size", "bytes_sent", "body_bytes_sent"],
  [FIELD.method, "method", "request_method"],
  [FIELD.path, "uri", "path", "request_uri"],
  [FIELD.protocol, "proto", "protocol", "server_protocol"],
  [FIELD.referrer, "referrer", "referer", "http_referer"],
  [FIELD.userAgent, "user_agent", "user-agent", "http_user_agent"],
  [FIELD.user, "user_id", "remote_user"],
  [FIELD.vhost, "host", "http_host"],
]);

/** The key of that name, if it is known. */
export function findKey(known: Keys, view: DataView, start: number, end: number): Key | undefined {
  const candidates = known[end - start];
  if (candidates === undefined) return undefined;
  for (let i = 0; i < candidates.length; i++) {
    const key = candidates[i] as Key;
    if (spells(view, start, end, key.name)) return key;
  }
  return undefined;
}

export function spells(view: DataView, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  let i = 0;
  while (i < word.length && view.getUint8(start + i) === word.charCodeAt(i)) i++;
  return i === word.length;
}

function keys(
  firstRank: number,
  spellings: readonly (readonly [target: number, ...names: string[]])[],
): Keys {
  const known: Key[][] = [];
  for (const [target, ...names] of spellings) {
    for (const [index, name] of names.entries()) {
      const sameLength = known[name.length] ?? [];
      known[name.length] = sameLength;
      sameLength.push({ name, target, rank: firstRank + index });
    }
  }
  return known;
}
