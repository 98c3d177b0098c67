import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

const SECRETS = [
  "/.env",
  "/.git/config",
  "/.aws/credentials",
  "/wp-config.php.bak",
  "/backup.sql",
  "/id_rsa",
];
const asked = (status: number, n = SECRETS.length) =>
  visits(n, SECOND, (i) => visit(SECRETS[i] ?? "/", { status }));

test("three are a scan, two are a hint, whatever is answered", () => {
  for (const status of [404, 403, 301, 500]) {
    expect(judged(asked(status, 2)).of("sensitive-path")).toMatchObject({ score: 8, severity: "info" });
    expect(judged(asked(status, 3)).of("sensitive-path")).toMatchObject({ score: 40, severity: "warning" });
  }
});

test("the same on many sites of one log is a scan as well", () => {
  const { of } = judged(visits(20, SECOND, () => visit("/.env", { status: 404 })));
  expect(of("sensitive-path")?.evidence).toBe("20 requests for what holds secrets in 19 s: /.env ×20");
  expect(of("sensitive-path")?.severity).toBe("warning");
});

test("what is served is worth more, and told", () => {
  const one = judged([visit("/.env")]).of("sensitive-path");
  expect(one).toMatchObject({ severity: "info" });
  expect(one?.score).toBeGreaterThan(8);
  expect(one?.evidence).toContain("/.env SERVED");
  // A single page application answers 200 to everything.
  expect(judged(asked(200)).risk).toBeLessThan(70);
  expect(judged(asked(200)).of("sensitive-path")?.score).toBeGreaterThan(
    judged(asked(404)).of("sensitive-path")?.score ?? 100,
  );
});

test("innocent: names alike, a single curious one, a dump of one's own that is fetched in parts", () => {
  for (const path of [
    "/.github/workflows",
    "/docs/environment",
    "/.well-known/acme-challenge/a",
    "/gitlab",
  ]) {
    expect(judged([visit(path, { status: 404 })]).rules).toEqual([]);
  }
  const parts = judged(visits(200, 100, () => visit("/backup.sql", { status: 206 })));
  expect(parts.risk).toBeLessThan(30);
});
