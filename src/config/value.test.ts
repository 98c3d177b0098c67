import { expect, test } from "bun:test";
import fc from "fast-check";
import { UsageError } from "./error.ts";
import {
  choice,
  choiceOrOpposite,
  choices,
  integer,
  nameServers,
  number,
  onOff,
  paths,
  patterns,
  prefixes,
  readText,
  server,
  size,
  type Type,
  text,
  url,
} from "./value.ts";

const cases: [string, Type<unknown>, accepted: [string, unknown][], refused: string[]][] = [
  [
    "text",
    text("X", 3),
    [
      ["", ""],
      ["äbc", "äbc"],
    ],
    ["abcd", "a\nb", "\x1b", "\x9b"],
  ],
  [
    "paths",
    paths("X"),
    [
      ["/a b", ["/a b"]],
      ["", []],
    ],
    ["/a\0", "x".repeat(4096)],
  ],
  [
    "prefixes",
    prefixes("X"),
    [
      ["10.0.0.7/8", ["10.0.0.7/8"]],
      ["203.0.113.7", ["203.0.113.7"]],
      ["2001:db8::/32, ::ffff:10.0.0.0/8,::1", ["2001:db8::/32", "::ffff:10.0.0.0/8", "::1"]],
      ["", []],
      [",", []],
    ],
    [
      "10.0.0.0/33",
      "10.0.0.0/8;",
      "10.0.0.0/8,x",
      "10/8",
      "2001:db8::/129",
      "example.com",
      "10.0.0.0/8 11.0.0.0/8",
    ],
  ],
  [
    "url",
    url("X", []),
    [
      ["https://data.iana.org/rdap/", "https://data.iana.org/rdap/"],
      ["http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"],
    ],
    ["", "ftp://x/", "data.iana.org", "javascript:1", "https://"],
  ],
  [
    "server",
    server("X"),
    [
      ["whois.iana.org", "whois.iana.org"],
      ["127.0.0.1:43", "127.0.0.1:43"],
      ["[2001:db8::1]:43", "[2001:db8::1]:43"],
      ["2001:db8::1", "2001:db8::1"],
    ],
    ["", "bad host", "127.0.0.1:99999", "x:0", "[x]:1", "a..b/c", "-x"],
  ],
  [
    "nameServers",
    nameServers("X", 2),
    [
      ["192.0.2.53, [2001:db8::53]:53", ["192.0.2.53", "[2001:db8::53]:53"]],
      ["2001:db8::53", ["2001:db8::53"]],
    ],
    ["notanip", "1.1.1.1:99999", "1.1.1.1,2.2.2.2,3.3.3.3"],
  ],
  [
    "onOff",
    onOff,
    [
      ["1", true],
      ["YES", true],
      ["true", true],
      ["0", false],
      ["No", false],
    ],
    ["", "on", "2"],
  ],
  [
    "number",
    number("X", 0.1, 60),
    [
      ["0.1", 0.1],
      ["60", 60],
    ],
    ["0", "-1", "60.1", "", " 1", "1e1", "NaN", "0x1"],
  ],
  [
    "integer",
    integer("X", 1, 9),
    [
      ["1", 1],
      ["9", 9],
    ],
    ["0", "1.5", "10", "+1"],
  ],
  [
    "size",
    size("X", 2),
    [
      ["2", 2],
      ["3k", 3072],
      ["500M", 524288000],
      ["2g", 2 ** 31],
    ],
    ["1", "1.5G", "G", "9P"],
  ],
  ["choice", choice("X", ["a", "b"]), [["a", "a"]], ["", "A", "c", "toString"]],
  [
    "choiceOrOpposite",
    choiceOrOpposite("X", ["a", "b"]),
    [
      ["a", "a"],
      ["-b", "-b"],
    ],
    ["", "-", "--a", "+a", "-c"],
  ],
  [
    "patterns",
    patterns("X", 3, 9),
    [
      ["^/a", ["^/a"]],
      ["a{1,3},b{2,},c", ["a{1,3}", "b{2,}", "c"]],
      ["", []],
    ],
    ["a,b,c,d", "0123456789"],
  ],
  [
    "choices",
    choices("X", ["a", "b", "c"]),
    [
      ["b", ["b"]],
      ["c, a,c,", ["c", "a"]],
      ["", []],
    ],
    ["d", "a,d", "a b", "-a", "toString"],
  ],
];

test.each(cases)("%s", (_, type, accepted, refused) => {
  for (const [spelled, value] of accepted) expect(readText(type, "--x", spelled)).toEqual(value);
  for (const spelled of refused) expect(() => readText(type, "--x", spelled)).toThrow(UsageError);
});

test("a size is shown in the largest unit that is exact", () => {
  const { show } = size("X", 0);
  expect([1, 1023, 1024, 2 ** 30, 2 ** 30 + 1024].map(show)).toEqual(["1", "1023", "1k", "1G", "1048577k"]);
});

test("no text and no value makes a type throw anything else, and what it accepts it accepts again", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...cases),
      fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
      ([, type], raw) => {
        const value = type.check(typeof raw === "string" ? type.decode(raw) : raw);
        if (value !== undefined) expect(type.check(value)).toEqual(value);
      },
    ),
  );
});
