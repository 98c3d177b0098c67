import { expect, test } from "bun:test";
import { judged, visit } from "../../../test/visits.ts";

test("one is enough; browsers, crawlers and curl have no such agent", () => {
  expect(judged([visit("/", { userAgent: "Hello, World" })]).of("bad-agent")).toMatchObject({ score: 35 });
  for (const userAgent of ["curl/8.5.0", "Wget/1.21.4", "Mozilla/5.0 (compatible; Googlebot/2.1)"]) {
    expect(judged([visit("/", { userAgent })]).rules).toEqual([]);
  }
});
