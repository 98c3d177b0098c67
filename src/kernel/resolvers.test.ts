import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { parseResolvers, readResolvers } from "./resolvers.ts";

test("the name servers of resolv.conf(5), and nothing else of it", () => {
  const lines = [
    "# nameserver 192.0.2.1",
    "; nameserver 192.0.2.2",
    "nameserver 192.0.2.3",
    "  nameserver\t2001:db8::4   # the second",
    "nameserver fe80::5%eth0",
    "nameserver 192.0.2.6;",
    "nameserver ::ffff:192.0.2.7",
    "nameserver gate.example",
    "nameserver",
    "nameservers 192.0.2.8",
    "search example",
    "options ndots:1",
  ];
  expect<string[]>(parseResolvers(lines.join("\n"))).toEqual([
    "192.0.2.3",
    "2001:db8::4",
    "fe80::5",
    "192.0.2.6",
    "192.0.2.7",
  ]);
});

test("no such file names nobody, and neither does a folder", () => {
  expect(readResolvers("/nonexistent/nowhere")).toEqual([]);
  expect(readResolvers(tmpdir())).toEqual([]);
});
