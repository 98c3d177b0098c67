import { expect, test } from "bun:test";
import { judged, visit, visits } from "../../../test/visits.ts";

const ID = "request-flood";
const flood = (share: number, status: number, n = 3000) =>
  visits(n, 20, (i) => visit(`/?${i}`, { status: i % 10 < share ? status : 200 }));

test("so much that half of it is refused for load, or not waited for", () => {
  for (const status of [503, 429, 499]) {
    expect(judged(flood(7, status)).of(ID)).toMatchObject({ severity: "warning" });
    expect(judged(flood(3, status)).of(ID)).toBeUndefined();
  }
  expect(judged(flood(10, 503)).of(ID)?.score).toBeGreaterThanOrEqual(45);
  expect(judged(flood(10, 503, 1000)).of(ID)).toBeUndefined();
});

test("a server that fails after it served well is seen at once", () => {
  const served = flood(0, 200, 3000);
  const failing = visits(2400, 20, (i) => visit(`/?${i}`, { status: 503 }), (served.at(-1)?.at ?? 0) + 20);
  expect(judged([...served, ...failing]).of(ID)?.severity).toBe("warning");
});

test("innocent: what is as fast and served, or not found", () => {
  expect(judged(flood(0, 200)).of(ID)).toBeUndefined();
  expect(judged(flood(10, 404)).of(ID)).toBeUndefined();
});
