import { expect, test } from "bun:test";
import { RequestCursor } from "./request-cursor.ts";
import { splitRequestLine } from "./request-line.ts";

function split(line: string): readonly (string | undefined)[] {
  const bytes = Buffer.from(`"${line}"`);
  const cursor = new RequestCursor();
  cursor.begin(bytes);
  splitRequestLine(bytes, 1, bytes.length - 1, cursor);
  const { method, path, protocol, malformed } = cursor;
  return malformed ? [method, path, protocol, "malformed"] : [method, path, protocol];
}

test.each([
  ["GET / HTTP/1.1", ["GET", "/", "HTTP/1.1"]],
  ["GET /a b  c HTTP/1.1", ["GET", "/a b  c", "HTTP/1.1"]],
  ["GET  /  HTTP/1.0 ", ["GET", "/", "HTTP/1.0"]],
  ["GET / HTTP/2", ["GET", "/", "HTTP/2"]],
  ["GET / HTTP/3.0", ["GET", "/", "HTTP/3.0"]],
  ["OPTIONS * HTTP/1.1", ["OPTIONS", "*", "HTTP/1.1"]],
  ["CONNECT example.com:443 HTTP/1.1", ["CONNECT", "example.com:443", "HTTP/1.1"]],
  ["get http://x/ HTTP/1.1", ["get", "http://x/", "HTTP/1.1"]],
  ["M-SEARCH * HTTP/1.1", ["M-SEARCH", "*", "HTTP/1.1"]],
  ["GET /\\xE2\\x9C\\x93 HTTP/1.1", ["GET", "/✓", "HTTP/1.1"]],
  ["GET / HTTP/1.1 HTTP/1.1", ["GET", "/ HTTP/1.1", "HTTP/1.1"]],
  ["GET /old", ["GET", "/old", "HTTP/0.9"]],
])("%j is %j", (line, parts) => {
  expect(split(line)).toEqual(parts);
});

test.each([
  ["", ""],
  ["-", "-"],
  ["\\x16\\x03\\x01\\x00", "\x16\x03\x01\0"],
  ["\\x16\\x03\\x01 / HTTP/1.1", "\x16\x03\x01 / HTTP/1.1"],
  ["GET", "GET"],
  ["GET ", "GET "],
  ["GET HTTP/1.1", "GET HTTP/1.1"],
  ["GET  HTTP/1.1", "GET  HTTP/1.1"],
  [" GET / HTTP/1.1", " GET / HTTP/1.1"],
  ["GET /a b", "GET /a b"],
  ["POST /old", "POST /old"],
  ["GET / HTTP/1.", "GET / HTTP/1."],
  ["GET / http/1.1", "GET / http/1.1"],
  ["GET / HTTP/11.1", "GET / HTTP/11.1"],
  ["OPTIONS sip:nm SIP/2.0", "OPTIONS sip:nm SIP/2.0"],
  ["SSH-2.0-Go", "SSH-2.0-Go"],
  ["MGLNDD_203.0.113.7_80", "MGLNDD_203.0.113.7_80"],
  ["hello world", "hello world"],
  ["G(T / HTTP/1.1", "G(T / HTTP/1.1"],
])("%j is not HTTP", (line, path) => {
  expect(split(line)).toEqual([undefined, path, undefined, "malformed"]);
});
