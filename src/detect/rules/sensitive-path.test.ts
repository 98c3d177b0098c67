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

const NAMES = [".gitignore", ".env.example", ".npmrc", "docker-compose.yml", "db/schema.sql"];
const named = (path: (name: string) => string, status = 200) =>
  judged(visits(NAMES.length, SECOND, (i) => visit(path(NAMES[i] ?? ""), { status }))).rules;

test("innocent: source code that is read in a repository's browser", () => {
  for (const place of [
    "/ann/app/src/branch/main/",
    "/ann/app/raw/commit/6e3087aca9b3/",
    "/group/team/app/-/blob/main/",
    "/ann/app/blame/v1.0/",
    "/cgit/app.git/plain/",
  ]) {
    expect(named((name) => `${place}${name}`)).toEqual([]);
  }
});

test("guilty: what only looks like one", () => {
  for (const place of ["/", "/blob/", "/app/", "/app/src/", "/a/blob/../../", "/a/raw;/x/"]) {
    expect(named((name) => `${place}${name}`)).toContain("sensitive-path");
  }
  // Climbing is worse than what is climbed to.
  expect(named((name) => `/a/tree/%2e%2e/${name}`)).toContain("path-traversal");
});

test("innocent: a mirror's unpacked sources, and guilty: the same at the top, or not there, or with secrets", () => {
  const tree = (top: string, name: string, status: number) =>
    judged(visits(9, SECOND, (i) => visit(`${top}${i}/${name}`, { status }))).rules;
  expect(tree("/pub/src/app-", ".gitignore", 200)).toEqual([]);
  expect(tree("/app-", ".gitignore", 200)).toContain("sensitive-path");
  expect(tree("/pub/src/app-", ".gitignore", 404)).toContain("sensitive-path");
  expect(tree("/pub/src/app-", ".env", 200)).toContain("sensitive-path");
});

test("what monitoring fetches all the time is one hint, whatever is answered", () => {
  const pages = ["/server-status?auto", "/nginx_status", "/debug/pprof/heap", "/debug/pprof/block"];
  for (const status of [200, 403, 404]) {
    const { risk, rules } = judged(visits(200, 5 * SECOND, (i) => visit(pages[i % 4] ?? "/", { status })));
    expect(rules).toEqual(["sensitive-path"]);
    expect(risk).toBeLessThan(30);
  }
});
