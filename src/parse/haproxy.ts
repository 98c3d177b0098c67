import { parseIpBytes } from "../model/ip.ts";
import { CLOSE_BRACKET, COLON, digits, isDigit, OPEN_BRACKET, QUOTE, tokenEnd } from "./ascii.ts";
import { epochMillis, monthNamed } from "./civil.ts";
import type { Format } from "./format.ts";
import { parseSize } from "./numbers.ts";
import { closingQuote } from "./quoted.ts";
import type { RequestCursor } from "./request-cursor.ts";
import { splitRequestLine } from "./request-line.ts";

/** Tokens between the time and the request: frontend, backend/server, timers, status, bytes, ... */
const STATUS = 3;
const BYTES = 4;
const FEWEST = 9;
/** `06/Feb/2009:12:14:14.655` */
const TIME = 24;
/** Less the fraction. */
const TO_SECONDS = 20;

/**
 * Reads what HAProxy's `option httplog` writes behind its syslog prefix (configuration manual, section 8.2.3):
 *
 *     client:port [time] frontend backend/server timers status bytes cookies flags counts queues {headers} "request"
 *
 * The time has milliseconds and is the host's zone. A status of -1 (no answer) is unknown. False, with the cursor
 * unspecified, for any other line.
 */
export function parseHaproxy(bytes: Uint8Array, start: number, end: number, cursor: RequestCursor): boolean {
  cursor.begin(bytes);
  const addressEnd = tokenEnd(bytes, start, end);
  if (bytes[addressEnd + 1] !== OPEN_BRACKET) return false;
  // The port is behind the last colon, of an IPv6 address too: it stands in no brackets.
  let colon = addressEnd - 1;
  while (colon > start && isDigit(bytes[colon] as number)) colon--;
  if (bytes[colon] !== COLON || !parseIpBytes(bytes, start, colon, cursor.words)) return false;
  const timeStart = addressEnd + 2;
  if (bytes[timeStart + TIME] !== CLOSE_BRACKET || timeStart + TIME >= end) return false;
  cursor.time = parseTime(bytes, timeStart);
  // Captured headers hold what a peer sent, escaped; the request is the last field, and its quote the first.
  let i = timeStart + TIME + 2;
  let tokens = 0;
  while (i < end && bytes[i] !== QUOTE) {
    const tokenStop = tokenEnd(bytes, i, end);
    if (tokens === STATUS) {
      const negative = tokenStop - i === 2 && bytes[i] === 0x2d;
      cursor.statusCode = negative ? -1 : tokenStop - i === 3 ? digits(bytes, i, tokenStop) : Number.NaN;
      if (Number.isNaN(cursor.statusCode)) return false;
    } else if (tokens === BYTES) {
      // `option logasap` marks what was still under way with a plus.
      cursor.size = parseSize(bytes, bytes[i] === 0x2b ? i + 1 : i, tokenStop);
      if (Number.isNaN(cursor.size)) return false;
    }
    tokens++;
    i = tokenStop + 1;
  }
  if (tokens < FEWEST || i >= end) return false;
  splitRequestLine(bytes, i + 1, closingQuote(cursor.view, i + 1, end), cursor);
  return true;
}

/** The last time read to its second: most lines share it with the one before. */
const memo = new Uint8Array(TO_SECONDS);
let memoTime = Number.NaN;

function parseTime(bytes: Uint8Array, s: number): number {
  let same = 0;
  while (same < TO_SECONDS && bytes[s + same] === memo[same]) same++;
  if (same < TO_SECONDS) {
    for (let i = 0; i < TO_SECONDS; i++) memo[i] = bytes[s + i] as number;
    memoTime = toSeconds(memo);
  }
  return isDigit(bytes[s + 21] as number) ? memoTime + digits(bytes, s + 21, s + 24) : memoTime;
}

function toSeconds(bytes: Uint8Array): number {
  if (bytes[11] !== COLON || bytes[14] !== COLON || bytes[17] !== COLON) return Number.NaN;
  return epochMillis(
    digits(bytes, 7, 11),
    monthNamed(String.fromCharCode(...bytes.subarray(3, 6))),
    digits(bytes, 0, 2),
    digits(bytes, 12, 14),
    digits(bytes, 15, 17),
    digits(bytes, 18, 20),
  );
}

export const haproxy: Format = {
  parse: parseHaproxy,
  samples: [
    {
      line: '203.0.113.7:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"',
      event: {
        at: new Date(2009, 1, 6, 12, 14, 14, 655).getTime(),
        ip: "203.0.113.7",
        method: "GET",
        path: "/index.html",
        protocol: "HTTP/1.1",
        status: 200,
        bytes: 2750,
      },
    },
    {
      line: '2001:db8::7:33318 [06/Feb/2009:12:14:15.001] https~ https/<NOSRV> -1/-1/-1/-1/5 -1 0 - - CR-- 1/1/0/0/0 0/0 "<BADREQ>"',
      event: {
        at: new Date(2009, 1, 6, 12, 14, 15, 1).getTime(),
        ip: "2001:db8::7",
        path: "<BADREQ>",
        bytes: 0,
        malformed: true,
      },
    },
  ],
};
