import { describe, expect, test } from "bun:test";
import { Bench } from "../../test/judging.ts";
import { MINUTE, SECOND, START, VISITOR, visit, visits } from "../../test/visits.ts";
import type { RequestEvent } from "../model/event.ts";

// Whole sessions of honest clients, each with all that such a client does: none may come to a warning at any moment,
// whatever several hints sum up to.

const SITE = "https://www.example.org/";

/** A page with what belongs to it, of which a few things are missing. */
function page(at: number, path: string, status = 200): RequestEvent[] {
  const referrer = `${SITE}${path.slice(1)}`;
  return [
    visit(path, { at, status, referrer: SITE }),
    ...visits(12, 30, (i) => visit(`/assets/${i}.js?v=${at}`, { referrer }), at + 50),
    visit("/apple-touch-icon.png", { at: at + 500, status: 404, referrer }),
    visit("/favicon.ico", { at: at + 510, status: 404 }),
    visit("/.well-known/appspecific/com.chrome.devtools.json", { at: at + 520, status: 404 }),
    visit(`/api/avatar/${at % 97}`, { at: at + 530, status: 404, referrer }),
  ];
}

const repeat = (n: number, make: (i: number) => RequestEvent[]): RequestEvent[] =>
  Array.from({ length: n }, (_, i) => make(i)).flat();

const SESSIONS: Readonly<Record<string, () => RequestEvent[]>> = {
  "a single-page application, whose token runs out each minute": () => [
    ...page(START, "/app"),
    ...repeat(20, (minute) => {
      const at = START + minute * MINUTE;
      return [
        ...visits(6, 20, (i) => visit(`/api/items/${i}`, { status: 401, referrer: SITE }), at),
        visit("/api/token/refresh", { at: at + 200, method: "POST", status: minute % 7 === 6 ? 401 : 200 }),
        ...visits(150, 15, (i) => visit(`/api/items/${minute}-${i}`, { referrer: SITE }), at + 300),
        ...visits(
          12,
          15,
          (i) => visit(`/api/portraits/${minute}-${i}`, { status: 404, referrer: SITE }),
          at + 3000,
        ),
      ];
    }),
  ],
  "a WebDAV client that is challenged for each file": () =>
    repeat(600, (i) => {
      const at = START + 300 * i;
      const path = `/dav/holiday/IMG_${i}.raw`;
      const known = { userAgent: "Microsoft-WebDAV-MiniRedir/10.0.19045" };
      const named = { ...known, user: "ann" };
      return [
        visit(path, { ...known, at, method: "OPTIONS", status: 401 }),
        visit(path, { ...known, at: at + 20, method: "PROPFIND", status: 401 }),
        visit(path, { ...named, at: at + 40, method: "PROPFIND", status: 404 }),
        visit(path, { ...named, at: at + 60, method: "LOCK", status: 201 }),
        visit(path, { ...named, at: at + 80, method: "PUT", status: 201 }),
        visit(path, { ...named, at: at + 100, method: "PROPPATCH", status: 207 }),
        visit(path, { ...named, at: at + 120, method: "UNLOCK", status: i % 9 === 0 ? 409 : 204 }),
      ];
    }),
  "a Nextcloud client, with folders that are not there and a password that is old at first": () => [
    ...visits(3, 30 * SECOND, () =>
      visit("/remote.php/dav/", { method: "PROPFIND", status: 401, user: "ann" }),
    ),
    ...repeat(400, (i) => {
      const at = START + 2 * MINUTE + 500 * i;
      const known = { user: "ann", userAgent: "Mozilla/5.0 (Linux) mirall/3.16.7 (Nextcloud)" };
      return [
        visit(`/remote.php/dav/files/ann/dir-${i}`, { ...known, at, method: "PROPFIND", status: 404 }),
        visit(`/remote.php/dav/files/ann/dir-${i}`, {
          ...known,
          at: at + 50,
          method: "MKCOL",
          status: i % 5 ? 201 : 405,
        }),
        visit(`/ocs/v2.php/apps/notifications?i=${i}`, { ...known, at: at + 90, status: 304 }),
        visit(`/index.php/avatar/user-${i % 60}/64`, { ...known, at: at + 95, status: 404 }),
        visit(`/index.php/core/preview?fileId=${i}`, { ...known, at: at + 97, status: i % 3 ? 200 : 404 }),
      ];
    }),
  ],
  "a recursive download at a hundred a second, one link of twenty dead": () =>
    visits(12_000, 10, (i) =>
      visit(`/archive/${i % 40}/page-${i}.html`, {
        status: i % 20 === 19 ? 404 : 200,
        userAgent: "Wget/1.24.5",
      }),
    ),
  "a crawler on old links, of which two of five are gone": () => [
    visit("/robots.txt", { userAgent: "Mozilla/5.0 (compatible; Googlebot/2.1)", status: 404 }),
    ...visits(4000, 1500, (i) =>
      visit(i % 5 < 2 ? `/old/${i}` : `/p/${i}`, {
        status: i % 5 < 2 ? (i % 2 ? 404 : 410) : 200,
        userAgent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
      }),
    ),
    ...visits(3, MINUTE, (i) => visit(`/wp-content/uploads/2019/${i}.jpg`, { status: 404 })),
  ],
  "monitoring each ten seconds, of which some fails for long": () => [
    ...visits(360, 10 * SECOND, () => visit("/health", { method: "HEAD", userAgent: "Go-http-client/1.1" })),
    ...visits(
      360,
      10 * SECOND,
      () => visit("/actuator/health", { status: 404, userAgent: "Go-http-client/1.1" }),
      START + 10,
    ),
    ...visits(
      60,
      MINUTE,
      () => visit("/status", { status: 503, userAgent: "Go-http-client/1.1" }),
      START + 20,
    ),
    ...visits(
      60,
      MINUTE,
      () => visit("/admin", { status: 403, userAgent: "Go-http-client/1.1" }),
      START + 30,
    ),
  ],
  "an office of forty people": () =>
    repeat(40, (person) => {
      const at = START + person * 13 * SECOND;
      const wrong = person % 4 === 0 ? 2 : person % 5 === 0 ? 1 : 0;
      return [
        ...page(at, "/login"),
        ...visits(wrong, 5 * SECOND, () => visit("/login", { method: "POST", status: 401 }), at + 6 * SECOND),
        visit("/login", { at: at + 20 * SECOND, method: "POST", status: 303 }),
        ...repeat(10, (i) => page(at + 30 * SECOND + i * 17 * SECOND, `/orders/${person}-${i}`)),
        visit(`/orders/typed-${person}`, { at: at + 5 * MINUTE, status: 404 }),
        ...(person === 7 ? [visit("/admin", { at: at + MINUTE, status: 404 })] : []),
        // A small program of theirs, which tries TLS on a plain port.
        ...visits(
          person % 10 === 5 ? 2 : 0,
          SECOND,
          () =>
            visit("\x16\x03\x01", { malformed: true, status: 400, method: undefined, userAgent: "Java/21" }),
          at,
        ),
        ...(person === 9 ? [visit("/search?q=or+1%3D1+union+select", { at: at + MINUTE })] : []),
      ];
    }),
  "an author's evening with WordPress": () => [
    visit("/wp-admin/", { status: 302 }),
    ...visits(4, 8 * SECOND, () => visit("/wp-login.php", { method: "POST", status: 200 }), START + SECOND),
    visit("/wp-login.php", { at: START + MINUTE, method: "POST", status: 302 }),
    ...visits(
      1200,
      8 * SECOND,
      (i) =>
        visit(i % 2 ? "/wp-admin/admin-ajax.php" : `/wp-admin/post.php?post=${i}&action=edit`, {
          method: i % 2 ? "POST" : "GET",
          status: i % 50 === 49 ? 403 : 200,
          referrer: SITE,
        }),
      START + 2 * MINUTE,
    ),
    ...visits(12, 5 * MINUTE, () => visit("/xmlrpc.php", { method: "POST" }), START + 3 * MINUTE),
    ...visits(40, MINUTE, (i) => visit(`/wp-content/uploads/lost-${i}.jpg`, { status: 404, referrer: SITE })),
    visit("/readme.html", { at: START + 9 * MINUTE, status: 404 }),
  ],
  "an app that saves two thousand photos": () =>
    repeat(2000, (i) => {
      const known = { userAgent: "Dart/3.9 (dart:io)" };
      return [
        visit(`/api/photos/IMG_${i}.heic`, { ...known, at: START + i * 40, method: "HEAD", status: 404 }),
        visit("/api/photos", {
          ...known,
          at: START + i * 40 + 15,
          method: "POST",
          status: i % 100 ? 201 : 409,
        }),
      ];
    }),
  "a link checker, which asks again for what it did not find": () =>
    visits(3000, 200, (i) =>
      visit(`/page-${i - (i % 2)}`, {
        method: i % 2 ? "GET" : "HEAD",
        status: i % 40 < 2 ? 404 : 200,
        userAgent: "python-requests/2.32.3",
      }),
    ),
  "an administrator of databases behind a password": () => [
    ...visits(20, MINUTE, () => visit("/phpmyadmin/", { status: 401 })),
    ...visits(
      500,
      SECOND,
      (i) => visit(`/phpmyadmin/index.php?route=/sql&i=${i}`, { user: "root" }),
      START + 20,
    ),
    ...visits(3, MINUTE, () => visit("/phpmyadmin/", { status: 401, user: "root" }), START + 40),
  ],
  "a clone of a repository, and images of a registry": () => [
    visit("/team/app.git/info/refs?service=git-upload-pack", { status: 401, userAgent: "git/2.47.2" }),
    visit("/team/app.git/info/refs?service=git-upload-pack", {
      at: START + 50,
      user: "ann",
      userAgent: "git/2.47.2",
    }),
    visit("/team/app.git/git-upload-pack", {
      at: START + 90,
      method: "POST",
      user: "ann",
      userAgent: "git/2.47.2",
    }),
    ...repeat(80, (i) => [
      visit("/v2/", { at: START + SECOND * i, status: 401, userAgent: "docker/28.0.1 go/go1.23" }),
      visit(`/v2/app/blobs/sha256:${i}`, {
        at: START + SECOND * i + 20,
        method: "HEAD",
        status: 404,
        user: "ci",
      }),
      visit(`/v2/app/blobs/uploads/${i}`, {
        at: START + SECOND * i + 40,
        method: "PUT",
        status: 201,
        user: "ci",
      }),
    ]),
  ],
  "a federated server, whose letters are refused at first": () =>
    visits(900, 2 * SECOND, (i) =>
      visit(i % 3 ? "/inbox" : `/users/${i}`, {
        method: i % 3 ? "POST" : "GET",
        status: i % 10 === 0 ? 401 : i % 9 === 0 ? 410 : 202,
        userAgent: "http.rb/5.2 (Mastodon/4.4.1; +https://social.example/)",
      }),
    ),
  "a browser that tries TLS on a plain port, and opens connections ahead": () => [
    ...page(START, "/"),
    ...visits(4, 20 * SECOND, () =>
      visit("\x16\x03\x01", { malformed: true, status: 400, method: undefined }),
    ),
    ...visits(40, 5 * SECOND, () => visit("-", { malformed: true, status: 408, method: undefined })),
  ],
};

describe("no warning for", () => {
  test.each(Object.entries(SESSIONS))("%s", (_, session) => {
    const events = session().toSorted((a, b) => a.at - b.at);
    expect(new Set(events.map(({ ip }) => ip))).toEqual(new Set([VISITOR]));
    const bench = new Bench().feed(...events).settle();
    const worse = bench.alerts.filter(({ severity }) => severity !== "info");
    expect(worse.map(({ risk, findings }) => ({ risk, findings }))).toEqual([]);
    expect(bench.verdict(VISITOR)?.risk ?? 0).toBeLessThan(30);
  });
});
