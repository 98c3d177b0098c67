import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RequestEvent } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import { compileScreen } from "./screen.ts";
import { COMBINATIONS, REQUEST_CLUES, REQUEST_SIGNS, TELLING } from "./signatures/requests.ts";
import { createTagger } from "./tagger.ts";
import { TAG } from "./tags.ts";

function request(texts: Partial<RequestEvent>): RequestEvent {
  return { kind: "request", at: 0, ip: "192.0.2.1" as Ip, userAgent: "curl/8.5.0", source: "", ...texts };
}

const plain = createTagger({ agents: [], paths: undefined });

describe("the operator's own", () => {
  test("agents are scanners by a part of them in any case, and named as configured", () => {
    const tagger = createTagger({ agents: ["EvilBot", "", "Prüfer"], paths: undefined });
    for (const userAgent of ["evilbot/1", "my EVILBOT", "prüfer 2", "PRÜFER", "x Prüfer"]) {
      expect(tagger.tag(request({ path: "/", userAgent }))).toBe(TAG.scanner);
    }
    expect(tagger.names).toEqual([{ tag: TAG.scanner, name: "Prüfer" }]);
    expect(tagger.tag(request({ path: "/", userAgent: "evil bot" }))).toBe(0);
  });

  test("patterns are asked with the path as sent, then decoded, and name themselves", () => {
    const asked: string[] = [];
    const tagger = createTagger({
      agents: [],
      paths: (text) => {
        asked.push(text);
        return text.includes("/geheim ß") ? "^/geheim" : undefined;
      },
    });
    expect(tagger.tag(request({ path: "/geheim%20%c3%9f" }))).toBe(TAG.custom);
    expect(asked).toEqual(["/geheim%20%c3%9f", "/geheim ß"]);
    expect(tagger.names).toEqual([{ tag: TAG.custom, name: "^/geheim" }]);
    expect(tagger.tag(request({ path: "/index" }))).toBe(0);
    expect(asked.slice(2)).toEqual(["/index"]);
    expect(tagger.tag(request({}))).toBe(0);
    expect(asked.length).toBe(3);
  });
});

describe("long texts", () => {
  const far = (length: number): string => `/${"a".repeat(length)}`;

  test("are looked at for 8,192 bytes", () => {
    expect(plain.tag(request({ path: `${far(8_000)}/.env` }))).toBe(TAG.sensitive);
    expect(plain.tag(request({ path: `${far(9_000)}/.env` }))).toBe(0);
    expect(plain.tag(request({ path: `${far(70_000)}/%2eenv` }))).toBe(0);
    expect(plain.tag(request({ path: "/", userAgent: `${"a".repeat(8_000)} sqlmap` }))).toBe(TAG.scanner);
    expect(plain.tag(request({ path: "/", referrer: `${far(8_000)} () { :;` }))).toBe(
      TAG.exploit | TAG.referred,
    );
  });

  test("of characters that take three bytes, too", () => {
    expect(plain.tag(request({ path: `${"語".repeat(2_700)}/.env` }))).toBe(TAG.sensitive);
    expect(plain.tag(request({ path: `${"語".repeat(2_800)}/.env` }))).toBe(0);
  });
});

test("a request without any text", () => {
  expect(plain.tag(request({ userAgent: undefined }))).toBe(TAG.noAgent);
  expect(plain.names).toEqual([]);
});

test("what the screen lets through holds nothing", () => {
  const pieces = fc.constantFrom(
    ...[
      "/",
      ".",
      "-",
      "?",
      "=",
      "&",
      "+",
      "%20",
      "%C3%AD",
      "%E3%83%96",
      "%26",
      "%2C",
      "%ad",
      "%2e",
      "%2F",
      "%0a",
      "0x",
      "--",
    ],
    ...[
      "a",
      "or ",
      "1=1",
      "union",
      "select",
      "d",
      "allow",
      "env",
      "git",
      "admin",
      "wp-login.php",
      "shell",
      "cd",
      "tmp",
      "etc",
    ],
  );
  // No screen lets an exclamation mark through, and in a value of its own it means nothing.
  const needled = (path: string): number => plain.tag(request({ path: `${path}&!` })) & ~TAG.static;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
      const path = `/x?${parts.join("")}`;
      expect(plain.tag(request({ path })) & ~TAG.static).toBe(needled(path));
    }),
    { numRuns: 5_000 },
  );
});

test("each needle is met, whatever stands around it", () => {
  const screen = compileScreen(
    REQUEST_SIGNS.flatMap(({ signs }) => signs.map(([text]) => Buffer.from(text))),
  );
  for (const [text] of REQUEST_SIGNS.flatMap(({ signs }) => signs)) {
    for (const around of [text, `/%C3%A9${text}`, `/a%20${text}b`, `?a=${text.toUpperCase()}`]) {
      const path = Buffer.from(around);
      expect([around, screen(path, 0, path.length)]).toEqual([around, -1]);
    }
  }
});

test("nothing is read behind a text, where the one before still lies", () => {
  const ends = [
    ".",
    "-",
    "/",
    "*",
    "=",
    "'",
    "%",
    "1",
    " or 1",
    "union select 17).",
    "order by 1-",
    "/login",
    "/x/..",
    "/*",
  ];
  for (const end of ends) {
    for (const texts of [{ path: `/a?b=${end}` }, { path: `/%41${end}` }, { path: "/", referrer: end }]) {
      const answers = [".", "-", "/", "*", "=", "1", "a", "'", "2e2e"].map((stale) => {
        plain.tag(request({ path: `/!${stale.repeat(99)}`, referrer: `'${stale.repeat(99)}` }));
        return plain.tag(request(texts));
      });
      expect([texts, new Set(answers).size]).toEqual([texts, 1]);
    }
  }
});

describe("the tables", () => {
  const groups = [...REQUEST_SIGNS, ...REQUEST_CLUES];

  test("are in lower case with one blank for any white space", () => {
    for (const { signs } of groups) {
      for (const [text] of signs) {
        expect(text).toBe(text.toLowerCase());
        expect(text).not.toMatch(/[\t\n\\]/);
      }
    }
  });

  test("say nothing twice", () => {
    for (const { signs } of groups) {
      const keys = signs.map(([text, shape]) => `${shape} ${text}`);
      expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    }
  });

  test("have short names in print", () => {
    for (const { signs } of REQUEST_SIGNS) {
      for (const [text, , name] of signs) expect(name ?? text).toMatch(/^[ -~]{1,72}$/);
    }
  });

  test("have a clue in each combination that lets the screen see it, and signs for all", () => {
    const known = REQUEST_CLUES.reduce((all, { clue }) => all | clue, 0);
    for (const { all } of COMBINATIONS) {
      expect(all & TELLING).not.toBe(0);
      expect(all & ~known).toBe(0);
    }
  });
});
