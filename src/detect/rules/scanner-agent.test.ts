import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { judged, MINUTE, START, VISITOR, visit, visits } from "../../../test/visits.ts";

const scanner = visit("/", { userAgent: "Mozilla/5.0 zgrab/0.x" });

test("one is enough, and says who", () => {
  const finding = judged([scanner]).of("scanner-agent");
  expect(finding).toMatchObject({ score: 35, severity: "warning" });
  expect(finding?.evidence).toContain("zgrab");
  for (const userAgent of [
    "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)",
    "Mozilla/5.0 (compatible; InternetMeasurement/1.0; +https://internet-measurement.com/)",
    "sqlmap/1.8#stable (https://sqlmap.org)",
  ]) {
    expect(judged([visit("/", { userAgent })]).rules).toEqual(["scanner-agent"]);
  }
});

test("it is remembered while it comes as a browser, as long as detect.remember says", () => {
  const bench = new Bench({ thresholds: { remember: 1800 } });
  bench.feed(scanner, ...visits(29, MINUTE, () => visit("/news"), START + MINUTE));
  expect(bench.rules(VISITOR)).toEqual(["scanner-agent"]);
  bench.feed(...visits(2, MINUTE, () => visit("/news"), START + 30 * MINUTE)).settle();
  expect(bench.rules(VISITOR)).toEqual([]);
  expect(bench.alerts.map(({ state }) => state)).toEqual(["raised", "cleared"]);
});

test("innocent: who reads about scanners", () => {
  expect(judged([visit("/nmap/zgrab-and-sqlmap", { referrer: "https://nmap.org/" })]).rules).toEqual([]);
});
