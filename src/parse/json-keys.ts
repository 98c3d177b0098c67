import { FIELD, FORWARDED } from "./request-cursor.ts";

// What a key may tell: one of the cursor's texts, 0-7, or one of these.
export const ADDRESS = 8;
export const TIME = 9;
export const STATUS = 10;
export const SIZE = 11;
export const REQUEST = 12;
export const HEADERS = 13;

/** How many things a key may tell. */
export const TARGETS = 14;

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
  [FORWARDED, "X-Forwarded-For", "x-forwarded-for", "Cf-Connecting-Ip", "X-Real-Ip"],
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

/** Of the address: from this rank on, the keys of Traefik. */
export const TRAEFIK_RANK = LINE_RANK + 4;

/** Of the line itself: Caddy's, the flat spellings in use, nginx's variables, Traefik's. */
export const LINE_KEYS = keys(LINE_RANK, [
  [REQUEST, "request"],
  [ADDRESS, "remote_ip", "remote_addr", "client_ip", "clientip", "ClientHost", "ClientAddr"],
  [
    TIME,
    "ts",
    "timestamp",
    "time",
    "time_iso8601",
    "time_local",
    "msec",
    "@timestamp",
    "StartUTC",
    "StartLocal",
  ],
  [STATUS, "status", "resp_status", "DownstreamStatus"],
  [SIZE, "size", "resp_size", "bytes_sent", "body_bytes_sent", "bytes", "DownstreamContentSize"],
  [FIELD.method, "method", "request_method", "RequestMethod"],
  [FIELD.path, "uri", "path", "request_uri", "url", "RequestPath"],
  [FIELD.protocol, "proto", "protocol", "server_protocol", "RequestProtocol"],
  [FIELD.referrer, "referrer", "referer", "http_referer", "http_referrer", "request_Referer"],
  [FIELD.userAgent, "user_agent", "user-agent", "http_user_agent", "agent", "request_User-Agent"],
  [FIELD.user, "user_id", "remote_user", "user", "ClientUsername"],
  [FIELD.vhost, "host", "http_host", "server_name", "vhost", "RequestHost"],
  [FORWARDED, "http_x_forwarded_for", "x_forwarded_for", "xff", "request_X-Forwarded-For"],
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
