import { COLON, isDash, isDigit, tokenEnd } from "./ascii.ts";
import { parseCombined, parseCommon } from "./combined.ts";
import type { Format } from "./format.ts";
import { FIELD, type RequestCursor } from "./request-cursor.ts";

/**
 * Reads `vhost[:port]` and then `combined` or `common`: Apache's vhost_combined, and what panels and nginx
 * configurations put before their lines. False, with the cursor unspecified, for anything else.
 */
export function parseVhost(bytes: Uint8Array, start: number, end: number, cursor: RequestCursor): boolean {
  const blank = tokenEnd(bytes, start, end);
  if (blank === start || blank === end) return false;
  const line = blank + 1;
  if (!parseCombined(bytes, line, end, cursor) && !parseCommon(bytes, line, end, cursor)) return false;
  let port = blank;
  while (port > start && isDigit(bytes[port - 1] as number)) port--;
  const nameEnd = port < blank && port - 1 > start && bytes[port - 1] === COLON ? port - 1 : blank;
  if (!isDash(bytes, start, nameEnd)) cursor.setText(FIELD.vhost, start, nameEnd);
  return true;
}

export const vhost: Format = {
  parse: parseVhost,
  samples: [
    {
      line: 'shop.example:443 203.0.113.7 - - [07/Nov/2025:21:04:09 +0000] "GET / HTTP/1.1" 200 5316 "-" "curl/8.5.0"',
      event: {
        at: 1762549449000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/",
        protocol: "HTTP/1.1",
        status: 200,
        bytes: 5316,
        userAgent: "curl/8.5.0",
        vhost: "shop.example",
      },
    },
    {
      line: 'shop.example 2001:db8::7 - alice [07/Nov/2025:21:04:09 +0000] "GET /a HTTP/1.1" 404 12',
      event: {
        at: 1762549449000,
        ip: "2001:db8::7",
        method: "GET",
        path: "/a",
        protocol: "HTTP/1.1",
        status: 404,
        bytes: 12,
        user: "alice",
        vhost: "shop.example",
      },
    },
    {
      line: '198.51.100.1 203.0.113.7 - - [07/Nov/2025:21:04:09 +0000] "GET / HTTP/1.1" 200 5316 "-" "-"',
      event: {
        at: 1762549449000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/",
        protocol: "HTTP/1.1",
        status: 200,
        bytes: 5316,
        vhost: "198.51.100.1",
      },
    },
  ],
};
