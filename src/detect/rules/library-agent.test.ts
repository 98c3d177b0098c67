import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

test("it is information however often it comes; curl and no agent are none", () => {
  const often = visits(2000, SECOND, () => visit("/api", { userAgent: "python-httpx/0.27" }));
  expect(judged(often).of("library-agent")).toMatchObject({ score: 5, severity: "info" });
  for (const userAgent of ["curl/8.5.0", undefined])
    expect(judged([visit("/", { userAgent })]).rules).toEqual([]);
});
