import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

const DOORS = ["/wp-login.php", "/xmlrpc.php", "/user/login", "/wp-includes/wlwmanifest.xml", "/typo3/"];
const doors = (status: number) => visits(DOORS.length, SECOND, (i) => visit(DOORS[i] ?? "/", { status }));

test("three systems that are not there are a scan, two a hint", () => {
  expect(judged(doors(404).slice(0, 2)).of("cms-probe")).toMatchObject({ score: 3, severity: "info" });
  expect(judged(doors(404)).of("cms-probe")?.severity).toBe("warning");
});

test("the same file in many places is a scan", () => {
  const places = ["", "/blog", "/web", "/wordpress", "/shop", "/test"];
  const scan = visits(places.length, SECOND, (i) =>
    visit(`/${places[i]}/wp-includes/wlwmanifest.xml`, { status: 404 }),
  );
  expect(judged(scan).of("cms-probe")?.severity).toBe("warning");
  const door = visits(9, SECOND, (i) => visit(`/wp-admin/${i}.php`, { status: 403 }));
  expect(judged(door).risk).toBeLessThan(30);
});

test("innocent: authors, whoever is sent to the login, a page that asks in vain again and again", () => {
  expect(judged(doors(200)).rules).toEqual([]);
  expect(judged(doors(302)).rules).toEqual([]);
  const stale = judged(
    visits(60, 15 * SECOND, () => visit("/wp-admin/admin-ajax.php", { method: "POST", status: 403 })),
  );
  expect(stale.risk).toBeLessThan(30);
});

test("logins that are posted are no probes", () => {
  const posted = visits(4, SECOND, () => visit("/wp-login.php", { method: "POST", status: 403 }));
  expect(judged(posted).of("cms-probe")).toBeUndefined();
});

test("users by their numbers are a scan where the server sends on to their names, a link to one is none", () => {
  const authors = (n: number, status: number) =>
    judged(visits(n, SECOND, (i) => visit(`/?author=${i + 1}`, { status }))).of("cms-probe")?.severity;
  expect(authors(3, 301)).toBe("warning");
  expect(authors(2, 301)).toBe("info");
  // Where pages have no names these are the site's own links.
  expect(authors(30, 200)).toBeUndefined();
  const link = visits(30, SECOND, () => visit("/?author=7", { status: 301 }));
  expect(judged(link).of("cms-probe")?.severity).toBe("info");
});
