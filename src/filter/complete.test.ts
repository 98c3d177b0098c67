import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { completeFilter } from "./complete.ts";
import { compileFilter } from "./filter.ts";
import type { Known } from "./keys.ts";

const KNOWN: Known = {
  vhosts: ["shop.example", "a,b", "my shop"],
  addresses: ["45.77.12.9", "45.77.13.1", "2a00:1450::1"],
  countries: ["NL", "CN"],
  rules: ["scan-404"],
  services: ["https", "pg"],
  agents: ["curl/8.5.0", 'Mozilla "x"', "bad\u0007"],
};

/** `|` is the cursor. Each item as the whole text would be with it. */
function completed(typed: string, known: Known = KNOWN): string[] {
  const at = typed.indexOf("|");
  const text = typed.replace("|", "");
  const { start, end, items } = completeFilter(text, at, known);
  return items.map((item) => text.slice(0, start) + item.text + text.slice(end));
}

describe("the word at the cursor", () => {
  const cases: [typed: string, first: string[]][] = [
    ["st|", ["state:", "status:"]],
    ["-st|", ["-state:", "-status:"]],
    ["-|", ["-ip:"]],
    ["|", ["ip:", "net:", "state:"]],
    ["get |", ["get ip:"]],
    ["get ra| x", ["get rate> x"]],
    ["r|at x", ["referrer: x", "rate> x", "req> x", "risk> x"]],
    ["45.77.1|", ["45.77.12.9", "45.77.13.1"]],
    ["state:e|", ["state:established", "state:est", "state:estab"]],
    ["-state:est,ha|", ["-state:est,half"]],
    ["state:est,|", ["state:est,established"]],
    ["sta|te:est", ["state:est", "status:est"]],
    ["state:ha|x get", ["state:half get"]],
    ["method:p|", ["method:POST", "method:PUT", "method:PATCH", "method:PROPFIND"]],
    ["login:i|", ["login:invalid-user", "login:failed"]],
    ["is:v|", ["is:v4", "is:v6"]],
    ["wi|", ["wire:"]],
    ["-wire:|", ["-wire:syn-only", "-wire:no-socket"]],
    ["sy|", ["syn>"]],
    ["pk|", ["pkts>"]],
    ["status:4|", ["status:4xx", "status:404"]],
    ["svc:p|", ["svc:pg", "svc:http"]],
    ["ip:45|", ["ip:45.77.12.9", "ip:45.77.13.1"]],
    ["cc:n|", ["cc:NL"]],
    ["rule:|", ["rule:scan-404"]],
    ["vhost:sh|", ["vhost:shop.example", 'vhost:"my shop"']],
    ["vhost:=sh|", ["vhost:=shop.example"]],
    ['vhost:"my s|', ['vhost:"my shop"']],
    ["vhost:a|", ['vhost:"a,b"']],
    ["agent:moz|", ['agent:"Mozilla \\"x\\""']],
  ];
  test.each(cases)("%p", (typed, first) => {
    expect(completed(typed).slice(0, first.length)).toEqual(first);
  });

  test.each(['"quo|', "foo:b|", "rate>|", "zzz|", "agent:bad|"])("%p has none", (typed) => {
    expect(completed(typed)).toEqual([]);
  });
});

test("of many at most twelve", () => {
  const addresses = Array.from({ length: 10_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  expect(completed("ip:10|", { addresses })).toHaveLength(12);
});

test("any value that is offered for a key compiles, and means itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 12 }), (value) => {
      for (const text of completed("vhost:|", { vhosts: [value] })) {
        const filter = compileFilter(text);
        if ("message" in filter) throw new Error(filter.message);
        const event = { kind: "request", at: 0, ip: "8.8.8.8", vhost: value, source: "" } as never;
        expect(filter.line(event, undefined)).toBe(true);
      }
    }),
  );
});

test("no text and no cursor throws, and what is replaced lies in the text", () => {
  const pieces = fc.constantFrom(
    " ",
    "-",
    ":",
    ">",
    ",",
    '"',
    "rate",
    "path",
    "9",
    "\ud800",
    "x",
    "state:est",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.integer({ min: -5, max: 60 }), (all, at) => {
      const text = all.join("");
      const { start, end } = completeFilter(text, at, KNOWN);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual(text.length);
    }),
  );
});
