// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the dollars are what is sent.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createTagger, type Tagger } from "../src/detect/tagger.ts";
import { TAG } from "../src/detect/tags.ts";
import { toEvent } from "../src/model/event.ts";
import { parseCombined } from "../src/parse/combined.ts";
import { parserOf } from "../src/parse/formats.ts";
import { RequestCursor } from "../src/parse/request-cursor.ts";

const options = { agents: ["Prüfer"], paths: (text: string) => (text.includes("/own") ? "/own" : undefined) };
const tagger = createTagger(options);
const cursor = new RequestCursor();

/** As nginx writes a variable to its log (ngx_http_log_escape), which Apache's way differs from by letters for some. */
function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (c) =>
    c < 0x20 || c > 0x7e || c === 0x22 || c === 0x5c
      ? `\\x${c.toString(16).toUpperCase().padStart(2, "0")}`
      : String.fromCharCode(c),
  ).join("");
}

function line(request: string, referrer: string, agent: string): string {
  return `203.0.113.7 - - [07/Nov/2025:21:04:09 +0000] "${request}" 404 5 "${referrer}" "${agent}"`;
}

function read(text: string): RequestCursor {
  const bytes = Buffer.from(text);
  expect(parseCombined(bytes, 0, bytes.length, cursor)).toBe(true);
  return cursor;
}

function said(by: Tagger, event: Parameters<Tagger["tag"]>[0]) {
  return { tags: by.tag(event), names: by.names };
}

const PIECES = [
  ..."/?&=+.%\\'\"<>(){}$;|*-#: \0\n",
  ...[
    "../",
    "%2e",
    "%252e",
    "%c0%ae",
    "/.env",
    "/.git/",
    "wp-login.php",
    "union select 1",
    "' or 1=1",
    "/*",
    "*/",
  ],
  ...[
    "${jndi:",
    "${",
    ":-j}",
    "<script",
    "alert(1)",
    "/etc/passwd",
    ";wget ",
    "/cgi-bin/",
    ".css",
    "é",
    "/own",
    "%0a",
  ],
  ...["\u{1f600}", "sqlmap", "Prüfer", "%u002e", "%2f", "//", "/./", "  ", "\xff"],
];

/** Texts of what attackers write, and of anything. */
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(""))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...PIECES), fc.uint8Array({ maxLength: 10 }), fc.constantFrom(...PIECES))
    .map(([a, bytes, b]) => Buffer.concat([Buffer.from(a), bytes, Buffer.from(b)])),
);

test("a line where it lies and the plain event of it look the same", () => {
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (path, referrer, agent, http) => {
      const target = escaped(path);
      const view = read(line(http ? `GET /${target} HTTP/1.1` : target, escaped(referrer), escaped(agent)));
      expect(said(tagger, view)).toEqual(said(tagger, toEvent(view)));
    }),
    { numRuns: 3_000 },
  );
});

test("what was read before changes nothing", () => {
  const other = createTagger(options);
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, text), { minLength: 2, maxLength: 6 }), (requests) => {
      const lines = requests.map(([path, referrer, agent]) =>
        line(`GET /${escaped(path)} HTTP/1.1`, escaped(referrer), escaped(agent)),
      );
      const forwards = lines.map((each) => said(tagger, read(each)));
      const backwards = lines.toReversed().map((each) => said(other, read(each)));
      expect(backwards.toReversed()).toEqual(forwards);
    }),
    { numRuns: 500 },
  );
});

test("the escapes of JSON are taken off as well", () => {
  const parse = parserOf("nginx-json");
  if (typeof parse === "string") throw new Error(parse);
  const json = (request: string): string =>
    JSON.stringify({
      time_iso8601: "2025-11-07T21:04:09+00:00",
      remote_addr: "203.0.113.7",
      request,
      status: "404",
      body_bytes_sent: "5",
      http_referer: "",
      http_user_agent: "curl/8",
    });
  const bytes = Buffer.from(json("GET @.env HTTP/1.1").replace("@", "\\/\\u002e\\u002e\\/"));
  expect(parse(bytes, 0, bytes.length, cursor)).toBe(true);
  expect(tagger.tag(cursor) & (TAG.traversal | TAG.sensitive)).toBe(TAG.traversal | TAG.sensitive);
});

test("more agents than are kept, and each is told by all of its bytes", () => {
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 6_000; i++) {
      const guilty = i % 3 === 0;
      const view = read(line("GET / HTTP/1.1", "-", `Mozilla/5.0 (${guilty ? "sqlmap" : "sqlmop"} ${i})`));
      expect(tagger.tag(view)).toBe(guilty ? TAG.scanner : 0);
    }
  }
});
