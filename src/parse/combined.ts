import { parseIpBytes } from "../model/ip.ts";
import { CLOSE_BRACKET, isBlank, isDash, OPEN_BRACKET, QUOTE, SPACE, tokenEnd } from "./ascii.ts";
import { parseClfTime } from "./clf-time.ts";
import type { Format } from "./format.ts";
import { parseSize, parseStatus } from "./numbers.ts";
import { closingQuote } from "./quoted.ts";
import { FIELD, FORWARDED, type RequestCursor } from "./request-cursor.ts";
import { splitRequestLine } from "./request-line.ts";

const ident = new Uint32Array(4);

/**
 * Reads a line of Apache's and nginx's `combined` format in `bytes[start, end)`:
 *
 *     address ident user [time] "request" status bytes "referrer" "agent" anything
 *
 * False, with the cursor unspecified, where it is not one: the first field is no address, the status is
 * neither three digits nor `-`, or it is a `common` line. A quoted field that the line's end cuts off ends
 * there, and what would follow is unknown.
 */
export function parseCombined(bytes: Uint8Array, start: number, end: number, cursor: RequestCursor): boolean {
  return parse(bytes, start, end, cursor, true);
}

/** As {@link parseCombined}, for `common`: nothing but blanks may follow the bytes. */
export function parseCommon(bytes: Uint8Array, start: number, end: number, cursor: RequestCursor): boolean {
  return parse(bytes, start, end, cursor, false);
}

function parse(
  bytes: Uint8Array,
  start: number,
  lineEnd: number,
  cursor: RequestCursor,
  combined: boolean,
): boolean {
  let end = lineEnd;
  while (end > start && isBlank(bytes[end - 1] as number)) end--;
  cursor.begin(bytes);

  const address = tokenEnd(bytes, start, end);
  if (!parseIpBytes(bytes, start, address, cursor.words)) return false;

  const request = requestStart(bytes, address, end);
  if (request < 0) return false;
  const close = request - 3;
  let open = close;
  while (open > address && bytes[open] !== OPEN_BRACKET) open--;
  if (bytes[open - 1] !== SPACE) return false;
  cursor.time = parseClfTime(bytes, open + 1, close);
  const identEnd = tokenEnd(bytes, address + 1, open);
  // A site that is named by its address stands before the line: the peer comes second.
  if (identEnd - address > 3 && parseIpBytes(bytes, address + 1, identEnd, ident)) return false;
  setPresent(bytes, identEnd + 1, open - 1, FIELD.user, cursor);

  const requestEnd = closingQuote(cursor.view, request, end);
  splitRequestLine(bytes, request, requestEnd, cursor);
  if (requestEnd === end) return true;

  let i = requestEnd + 1;
  if (i === end) return !combined;
  if (bytes[i] !== SPACE) return false;
  const statusEnd = tokenEnd(bytes, i + 1, end);
  cursor.statusCode = parseStatus(bytes, i + 1, statusEnd);
  if (Number.isNaN(cursor.statusCode)) return false;

  if (statusEnd === end) return !combined;
  i = tokenEnd(bytes, statusEnd + 1, end);
  cursor.size = parseSize(bytes, statusEnd + 1, i);
  if (Number.isNaN(cursor.size)) return false;

  if (i === end || !combined) return i === end && !combined;
  if (bytes[i + 1] !== QUOTE) return false;
  const referrerEnd = closingQuote(cursor.view, i + 2, end);
  setPresent(bytes, i + 2, referrerEnd, FIELD.referrer, cursor);

  i = referrerEnd + 1;
  if (i >= end) return true;
  if (bytes[i] !== SPACE || bytes[i + 1] !== QUOTE) return false;
  const agentEnd = closingQuote(cursor.view, i + 2, end);
  setPresent(bytes, i + 2, agentEnd, FIELD.userAgent, cursor);
  // What many servers add first (nginx's `main` of Red Hat's package) is for whom a proxy asked.
  i = agentEnd + 1;
  if (i + 2 < end && bytes[i] === SPACE && bytes[i + 1] === QUOTE) {
    const close = closingQuote(cursor.view, i + 2, end);
    // Where more follows, it may be anything.
    if (close === end - 1) setPresent(bytes, i + 2, close, FORWARDED, cursor);
  }
  return true;
}

/**
 * The place after the first `] "`. A user's name comes before it and may hold blanks and brackets, but no
 * bare quote: servers escape those.
 */
function requestStart(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from + 2; i < end; i++) {
    if (bytes[i] === QUOTE && bytes[i - 1] === SPACE && bytes[i - 2] === CLOSE_BRACKET) return i + 1;
  }
  return -1;
}

/** Notes the field unless it is empty or `-`. */
function setPresent(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  cursor: RequestCursor,
): void {
  if (start < end && !isDash(bytes, start, end)) cursor.setText(field, start, end);
}

export const combined: Format = {
  parse: parseCombined,
  samples: [
    {
      line: '203.0.113.7 - - [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
      event: {
        at: 971211336000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/apache_pb.gif",
        protocol: "HTTP/1.0",
        status: 200,
        bytes: 2326,
        referrer: "http://www.example.com/start.html",
        userAgent: "Mozilla/4.08 [en] (Win98; I ;Nav)",
      },
    },
    {
      line: '2001:DB8:0::1 - alice [07/Nov/2025:21:04:09 +0000] "POST /a b?q=\\xC3\\xA9 HTTP/1.1" 302 - "-" "say \\"hi\\"" 0.012 "-"',
      event: {
        at: 1762549449000,
        ip: "2001:db8::1",
        method: "POST",
        path: "/a b?q=é",
        protocol: "HTTP/1.1",
        status: 302,
        bytes: 0,
        userAgent: 'say "hi"',
        user: "alice",
      },
    },
    {
      line: '198.51.100.4 - - [07/Nov/2025:21:04:09 +0000] "\\x16\\x03\\x01" 400 157 "-" "-"',
      event: {
        at: 1762549449000,
        ip: "198.51.100.4",
        path: "\x16\x03\x01",
        status: 400,
        bytes: 157,
        malformed: true,
      },
    },
  ],
};

export const common: Format = {
  parse: parseCommon,
  samples: [
    {
      line: '203.0.113.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
      event: {
        at: 971211336000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/apache_pb.gif",
        protocol: "HTTP/1.0",
        status: 200,
        bytes: 2326,
        user: "frank",
      },
    },
    {
      line: '203.0.113.7 - - [07/Nov/2025:21:04:09 +0000] "GET /old" 200 12',
      event: {
        at: 1762549449000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/old",
        protocol: "HTTP/0.9",
        status: 200,
        bytes: 12,
      },
    },
  ],
};
