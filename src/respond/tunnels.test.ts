import { expect, test } from "bun:test";
import { parseEndpoints } from "./tunnels.ts";

test("endpoints of wg(8) in both families; peers without one, and lines of another kind, are none", () => {
  const lines = [
    "wg0\tkey=\t203.0.113.7:51820",
    "wg0\tkey=\t[2001:db8::7]:51820",
    "wg1\tkey=\t[fe80::7%eth0]:1",
    "wg0\tkey=\t(none)",
    "wg0 key 203.0.113.8:1",
    "",
    "wg0\tkey=\t203.0.113.9",
  ];
  expect(parseEndpoints(lines.join("\n"))).toEqual([
    { name: "wg0", peer: "203.0.113.7" },
    { name: "wg0", peer: "2001:db8::7" },
    { name: "wg1", peer: "fe80::7" },
  ]);
});
