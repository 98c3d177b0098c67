import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RequestEvent } from "../model/event.ts";
import type { IpProfile } from "../model/snapshot.ts";
import { compileFilter } from "./filter.ts";
import { type FilterForm, FORM_FIELDS, fieldError, fromForm, toForm } from "./form.ts";
import { KEYS } from "./keys.ts";

/** Only the fields that hold something. */
function filled(text: string): Partial<FilterForm> {
  return Object.fromEntries(Object.entries(toForm(text)).filter(([, value]) => value !== ""));
}

describe("a filter in its fields", () => {
  const cases: [filter: string, fields: Partial<FilterForm>][] = [
    ["", {}],
    ["state:est,half status:4xx", { state: "est,half", status: "4xx" }],
    ["rate > 60 rate<100", { rate: ">60", rest: "rate<100" }],
    ["rate:10-50", { rate: "10-50" }],
    ["status>=500", { status: ">=500" }],
    ["10.0.0.0/8 ip:8.8.8.8", { net: "10.0.0.0/8", rest: "ip:8.8.8.8" }],
    ['get path:"/a b" "x y"', { path: '"/a b"', text: 'get "x y"' }],
    ["-path:/health cc:NL -word", { rest: "-path:/health cc:NL -word" }],
    ["path:/a path:/b", { path: "/a", rest: "path:/b" }],
    ["status:9xx get", { rest: "status:9xx get" }],
  ];
  test.each(cases)("%p", (filter, fields) => {
    expect(filled(filter)).toEqual(fields);
  });
});

describe("fields as people fill them", () => {
  const empty = toForm("");
  const cases: [fields: Partial<FilterForm>, filter: string][] = [
    [{}, ""],
    [{ state: "est, half" }, "state:est,half"],
    [{ status: " 4xx 500-503 " }, "status:4xx,500-503"],
    [{ rate: "> 60" }, "rate>60"],
    [{ rate: "60" }, "rate:60"],
    [{ path: "/a b" }, 'path:"/a b"'],
    [{ path: '"/a b",/c' }, 'path:"/a b",/c'],
    [{ agent: 'say "hi" now' }, 'agent:"say \\"hi\\" now"'],
    [{ net: "10.0.0.0/8 8.8.8.8" }, "net:10.0.0.0/8,8.8.8.8"],
    [{ text: "two words" }, "two words"],
    [{ text: "foo:bar" }, '"foo:bar"'],
    [{ text: "-x" }, '"-x"'],
    [{ text: '"open' }, '"\\"open"'],
    [{ method: "GET", text: "x", rest: "-y" }, "method:GET x -y"],
  ];
  test.each(cases)("%j", (fields, filter) => {
    expect(fromForm({ ...empty, ...fields })).toBe(filter);
  });

  test("are judged alone", () => {
    expect(fieldError("status", "9xx")).toBe("status:9xx: not allowed; allowed: 404, 4xx, 500-503");
    expect(fieldError("status", "4xx, 500")).toBeUndefined();
    expect(fieldError("state", "etsablished")).toContain("did you mean established?");
    expect(fieldError("rate", ">")).toContain("a value is missing");
    expect(fieldError("text", "foo:bar")).toBeUndefined();
    expect(fieldError("rest", "foo:bar")).toContain("no such key");
    for (const name of FORM_FIELDS) expect(fieldError(name, " ")).toBeUndefined();
  });
});

const term = fc.tuple(
  fc.constantFrom("", "", "-"),
  fc.constantFrom(
    ...KEYS.flatMap(({ examples }) => examples),
    ...[
      '"a b"',
      "get",
      "rate > 60",
      "in",
      ">5",
      "<",
      "8.0.0.0/8",
      "8.8.8.8",
      '"status:404"',
      '"-x"',
      'path:="/a",b',
    ],
  ),
);

test("round trip: the fields of a filter spell a filter that passes the same", () => {
  const texts = fc.constantFrom("get", "status:404", "-x", "/a", "a b", ">5", "in", "<", "/wp-x");
  const rows = fc.record({ requests60s: fc.constantFrom(5, 60, 61), bytes: fc.constantFrom(0, 2e9) });
  fc.assert(
    fc.property(fc.array(term, { maxLength: 8 }), texts, texts, rows, (all, path, userAgent, numbers) => {
      const text = all.map((pair) => pair.join("")).join(" ");
      const before = compileFilter(text);
      const after = compileFilter(fromForm(toForm(text)));
      const event = { kind: "request", at: 0, ip: "8.8.8.8", path, userAgent, status: 404, source: "" };
      const row = { ip: "8.8.8.8", services: [], states: {}, ...numbers };
      const passes = (filter: typeof before): unknown =>
        "message" in filter
          ? "wrong"
          : [
              filter.line(event as unknown as RequestEvent, row as unknown as IpProfile),
              filter.line(event as unknown as RequestEvent, undefined),
              filter.address(row as unknown as IpProfile),
              filter.asksLines,
              filter.asksRows,
            ];
      expect(passes(after)).toEqual(passes(before));
    }),
    { numRuns: 1_000 },
  );
});

test("whatever is in the fields, their filter can be judged", () => {
  const value = fc.string({ unit: "binary", maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...FORM_FIELDS), value, (name, text) => {
      fieldError(name, text);
      const filter = compileFilter(fromForm({ ...toForm(""), [name]: text }));
      expect("message" in filter).toBe(fieldError(name, text) !== undefined);
      if (name === "text" || name === "path") expect(fieldError(name, text)).toBeUndefined();
    }),
  );
});
