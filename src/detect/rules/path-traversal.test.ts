import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

test("three climbs are a scan, one is a hint; to a system file it is an exploit, and only that", () => {
  const climb = (i: number) => visit(`/static/%2e%2e/%2e%2e/secret-${i}`, { status: 400 });
  expect(judged([climb(1)]).of("path-traversal")).toMatchObject({ score: 8, severity: "info" });
  expect(judged(visits(3, SECOND, climb)).of("path-traversal")).toMatchObject({ severity: "warning" });
  const known = judged(visits(3, SECOND, () => visit("/%2e%2e/%2e%2e/%2e%2e/etc/passwd", { status: 400 })));
  expect(known.rules).toEqual(["exploit"]);
});

test("innocent: a link with dots that stays inside", () => {
  expect(judged(visits(50, SECOND, () => visit("/a/b/../c/index.html"))).rules).toEqual([]);
});
