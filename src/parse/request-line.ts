import { DOT, isDigit, SLASH, SPACE } from "./ascii.ts";
import { FIELD, type RequestCursor } from "./request-cursor.ts";

/** The characters of a method: token of RFC 9110 section 5.6.2. */
const TOKEN = new Uint8Array(256);
for (const c of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  TOKEN[c.charCodeAt(0)] = 1;
}

/**
 * Notes method, path and protocol of the request line in `bytes[start, end)`. The protocol is the last
 * token, so the path may hold blanks; `GET target` alone is HTTP/0.9 (RFC 1945 section 5). Anything else,
 * be it a TLS hello, a probe for another protocol, `-` or nothing, is malformed, and all of it is the path.
 */
export function splitRequestLine(bytes: Uint8Array, start: number, end: number, cursor: RequestCursor): void {
  let last = end;
  while (last > start && bytes[last - 1] === SPACE) last--;
  let methodEnd = start;
  while (methodEnd < last && TOKEN[bytes[methodEnd] as number] === 1) methodEnd++;
  let path = methodEnd;
  while (path < last && bytes[path] === SPACE) path++;
  let protocol = last;
  while (protocol > path && bytes[protocol - 1] !== SPACE) protocol--;
  let pathEnd = protocol;
  while (pathEnd > path && bytes[pathEnd - 1] === SPACE) pathEnd--;

  const spaced = methodEnd > start && path > methodEnd;
  if (spaced && pathEnd > path && isVersion(bytes, protocol, last)) {
    cursor.requestLine = "http";
    cursor.setText(FIELD.method, start, methodEnd);
    cursor.setText(FIELD.path, path, pathEnd);
    cursor.setText(FIELD.protocol, protocol, last);
    return;
  }
  cursor.clearText(FIELD.protocol);
  const single = spaced && protocol === path;
  if (single && isGet(bytes, start, methodEnd) && !isVersion(bytes, path, last)) {
    cursor.requestLine = "simple";
    cursor.setText(FIELD.method, start, methodEnd);
    cursor.setText(FIELD.path, path, last);
    return;
  }
  cursor.requestLine = "malformed";
  cursor.clearText(FIELD.method);
  cursor.setText(FIELD.path, start, end);
}

/** Whether `bytes[start, end)` is `HTTP/d.d` or `HTTP/d`, as servers write versions 2 and 3. */
function isVersion(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 8 && length !== 6) return false;
  return (
    bytes[start] === 0x48 &&
    bytes[start + 1] === 0x54 &&
    bytes[start + 2] === 0x54 &&
    bytes[start + 3] === 0x50 &&
    bytes[start + 4] === SLASH &&
    isDigit(bytes[start + 5] as number) &&
    (length === 6 || (bytes[start + 6] === DOT && isDigit(bytes[start + 7] as number)))
  );
}

function isGet(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54;
}
