import { expect, test } from "bun:test";
import { Bench } from "../../../test/judging.ts";
import { judged, MINUTE, SECOND, START, VISITOR, visit, visits } from "../../../test/visits.ts";
import type { AuthEvent } from "../../model/event.ts";

const ID = "http-brute-force";
const post = (path: string, status: number) => visit(path, { method: "POST", status });
const basic = (status: number, user?: string) => visit("/private/", { status, ...(user && { user }) });
const reported = (at: number): AuthEvent => ({
  kind: "auth",
  at,
  ip: VISITOR,
  service: "http",
  outcome: "failed",
  user: "root",
  source: "error.log",
});

test.each([
  ["WordPress, which shows the page again", () => post("/wp-login.php", 200)],
  ["WordPress that is not there", () => post("/wp-login.php", 404)],
  ["a login that is refused", () => post("/api/login", 401)],
  ["a login that is limited", () => post("/login", 429)],
  ["XML-RPC that is forbidden", () => post("/xmlrpc.php", 403)],
  ["a form that is not right", () => post("/users/sign_in", 422)],
  ["a wrong password for the server itself", () => basic(401, "root")],
])("%s: ten are guessing, nine are not", (_, attempt) => {
  expect(judged(visits(10, SECOND, attempt)).of(ID)).toMatchObject({ score: 40, severity: "warning" });
  expect(judged(visits(9, SECOND, attempt)).of(ID)).toBeUndefined();
});

test("the highest number of a window is told with no longer time, however long it goes on", () => {
  const day = visits(1400, MINUTE / 2, () => post("/wp-login.php", 200));
  expect(judged(day).of(ID)?.evidence).toBe("23 refused logins in 10 min, going on for 12 h: wp-login.php");
});

test("WordPress by other spellings, and other things that it sends on for", () => {
  for (const path of [
    "/wp-login.php/x",
    "/blog//wp-login.php?action=x",
    "/%77p-login.php",
    "/wp-login.php?a=1",
  ]) {
    expect(judged(visits(10, SECOND, () => post(path, 200))).of(ID)?.severity).toBe("warning");
  }
  const forgotten = visits(100, SECOND, (i) =>
    i % 2 ? post("/wp-login.php?action=lostpassword", 302) : post("/wp-login.php", 200),
  );
  expect(judged(forgotten).of(ID)?.severity).toBe("warning");
  expect(judged(forgotten).of(ID)?.evidence).not.toContain("SUCCEEDED");
});

test("the more, the worse", () => {
  const { of } = judged(visits(300, SECOND, () => post("/wp-login.php", 200)));
  expect(of(ID)).toMatchObject({ score: 55, evidence: "300 refused logins in 5 min: wp-login.php" });
});

test("calls of XML-RPC count a third: guessing calls are many, an app's are few", () => {
  const call = (i: number) => visit("/xmlrpc.php", { method: "POST", status: 200, bytes: 403 + (i % 2) });
  expect(judged(visits(60, SECOND, call)).of(ID)?.severity).toBe("warning");
  expect(judged(visits(25, SECOND, call)).of(ID)).toBeUndefined();
});

test("calls of XML-RPC that are all answered alike, fast", () => {
  const call = () => visit("/xmlrpc.php", { method: "POST", status: 200, bytes: 403 });
  expect(judged(visits(10, 3 * SECOND, call)).of(ID)?.severity).toBe("warning");
  expect(judged(visits(30, MINUTE / 2, call)).of(ID)).toBeUndefined();
});

test("what both logs tell of is counted once", () => {
  const both = (n: number) =>
    new Bench()
      .feed(...visits(n, SECOND, () => basic(401, "root")).flatMap((one) => [one, reported(one.at)]))
      .settle()
      .verdict(VISITOR)
      ?.findings.find(({ rule }) => rule === ID);
  expect(both(9)).toBeUndefined();
  expect(both(12)?.evidence).toBe("12 refused logins in 11 s: basic authentication");
});

test("the error log alone is enough", () => {
  const events = Array.from({ length: 10 }, (_, i) => reported(START + i * SECOND));
  expect(new Bench().feed(...events).rules(VISITOR)).toContain(ID);
  const others = events.map((event): AuthEvent => ({ ...event, service: "ssh" }));
  expect(new Bench().feed(...others).rules(VISITOR)).not.toContain(ID);
});

test.each([
  ["WordPress", () => post("/wp-login.php", 200), post("/wp-login.php", 302)],
  ["a login", () => post("/login", 401), post("/login", 303)],
  ["the server itself", () => basic(401, "root"), basic(200, "root")],
])("after many a success is worse, and told: %s", (_, attempt, success) => {
  const at = START + 5 * MINUTE;
  const guessed = judged([...visits(200, SECOND, attempt), { ...success, at }]);
  expect(guessed.of(ID)?.score).toBe(65);
  expect(guessed.of(ID)?.evidence).toContain("then a login SUCCEEDED");
  const { of } = judged([...visits(12, SECOND, attempt), { ...success, at }]);
  expect(of(ID)?.evidence).not.toContain("SUCCEEDED");
});

test("one account of his own does not cover who guesses others' passwords", () => {
  const covered = visits(240, SECOND, (i) => post("/login", i % 3 === 2 ? 302 : 401));
  expect(judged(covered).of(ID)?.severity).toBe("warning");
});

test("innocent: an office in the morning, where people mistype and get in", () => {
  const office = visits(75, 6 * SECOND, (i) => post("/login", i % 3 === 0 ? 401 : 302));
  expect(judged(office).rules).toEqual([]);
});

test("innocent: requests for a password, tokens that ran out, pages of logins", () => {
  expect(judged(visits(200, SECOND, () => basic(401))).rules).toEqual([]);
  expect(judged(visits(50, SECOND, () => post("/token/refresh", 401))).rules).toEqual([]);
  expect(judged(visits(50, SECOND, () => visit("/login"))).rules).toEqual([]);
  expect(judged(visits(50, SECOND, () => post("/login", 503))).rules).toEqual([]);
});

test("a program that goes on with an old password is information, until it is fast", () => {
  const patient = visits(180, 20.5 * SECOND, () => basic(401, "backup"));
  expect(judged(patient).of(ID)).toMatchObject({ severity: "info" });
  const others = visits(120, 30 * SECOND, () => basic(200, "ann"), START + SECOND);
  expect(judged([...patient, ...others]).risk).toBeLessThan(30);
  const guesses = visits(60, SECOND, () => basic(401, "root"), START + 61 * MINUTE);
  expect(judged([...patient, ...guesses]).of(ID)).toMatchObject({ severity: "warning" });
});

test("XML-RPC: answers of many sizes are an app's, but not if there are more calls than that", () => {
  const calls = (n: number, bytes: (i: number) => number) =>
    judged(visits(n, SECOND, (i) => visit("/xmlrpc.php", { method: "POST", bytes: bytes(i) }))).of(ID);
  expect(calls(60, (i) => 400 + 7 * i)).toBeUndefined();
  expect(calls(60, () => 403)?.severity).toBe("warning");
  // Each guess beside a call that is made to differ, and many guesses in each call.
  expect(calls(300, (i) => (i % 2 ? 403 : 404 + i))?.severity).toBe("warning");
  expect(calls(100, (i) => 20_000 + 300 * i)?.severity).toBe("warning");
});

test("Jetpack's signed calls are many, and whoever only claims to make them is seen when he is fast", () => {
  const signed = (n: number) =>
    judged(visits(n, SECOND, (i) => post(`/xmlrpc.php?for=jetpack&token=a&nonce=${i}`, 200))).of(ID);
  expect(signed(250)).toBeUndefined();
  expect(signed(400)?.severity).toBe("warning");
});

test("400 is a refusal where passwords are posted, and none where tokens are given", () => {
  expect(judged(visits(10, SECOND, () => post("/api/v1/auth/login", 400))).of(ID)?.severity).toBe("warning");
  expect(judged(visits(100, SECOND, () => post("/oauth/token", 400))).rules).toEqual([]);
});

test("innocent: channels of a page whose session ran out", () => {
  expect(judged(visits(100, SECOND, () => post("/broadcasting/auth", 403))).rules).toEqual([]);
});
