import { expect, test } from "bun:test";
import { profile } from "../../test/console/snapshots.ts";
import { compileFilter, isFilterError } from "../filter/filter.ts";
import type { Ip } from "../model/ip.ts";
import type { Filter } from "../model/snapshot.ts";
import { matchedBy } from "./matched.ts";

function filterOf(text: string): Filter {
  const filter = compileFilter(text);
  if (isFilterError(filter)) throw new Error(filter.message);
  return filter;
}

function addressOf(n: number): Ip {
  return `20.${n >> 16}.${(n >> 8) & 255}.${n & 255}` as Ip;
}

test("of ever more addresses the oldest are forgotten, and never the newest", () => {
  const { filter, see } = matchedBy(filterOf("path:/login"));
  const came = (n: number, path: string): void =>
    see({ kind: "request", at: 0, ip: addressOf(n), path, source: "" });
  const passes = (n: number): boolean => filter.address(profile(addressOf(n), { requests: 1 }));
  for (let n = 0; n < 300_000; n++) came(n, n === 299_998 ? "/" : "/login");
  expect([0, 299_998].map(passes)).toEqual([false, false]);
  expect([299_999, 200_000, 169_000].map(passes)).toEqual([true, true, true]);
});

test("a filter of rows stays as it is", () => {
  const asked = filterOf("path:/login risk>30");
  expect(matchedBy(asked).filter).toBe(asked);
});
