import { expect, test } from "bun:test";
import { HOUR, judged, MINUTE, SECOND, START, visit, visits } from "../../../test/visits.ts";
import type { RequestEvent } from "../../model/event.ts";

const ID = "distinct-4xx";
const gone = (i: number, known: Partial<RequestEvent> = {}) =>
  visit(`/word-${i}?x=${i}`, { status: 404, ...known });

test("twenty different paths in a minute are a scan, nineteen are not", () => {
  for (const status of [404, 403, 400, 444]) {
    const scan = visits(20, 2 * SECOND, (i) => gone(i, { status }));
    expect(judged(scan).of(ID)).toMatchObject({
      score: 35,
      severity: "warning",
      evidence: "20 different paths in 38 s that the server rejects",
    });
    expect(judged(scan.slice(1)).of(ID)).toBeUndefined();
  }
  expect(judged(visits(20, 10 * SECOND, (i) => gone(i))).of(ID)).toBeUndefined();
});

test("the same path with other queries is one", () => {
  expect(judged(visits(500, 100, (i) => visit(`/gone?page=${i}`, { status: 404 }))).of(ID)).toBeUndefined();
});

test("slowly, over an hour: each ten seconds, with a referrer or without", () => {
  for (const referrer of [undefined, "https://shop.example/"]) {
    const { of } = judged(visits(360, 10 * SECOND, (i) => gone(i, { referrer })));
    expect(of(ID)?.severity).toBe("warning");
  }
});

test("what it did before does not dilute it, what it does beside it does", () => {
  const before = visits(600, 12 * SECOND, () => visit("/news"));
  const scan = visits(40, SECOND, (i) => gone(i), START + 2 * HOUR);
  expect(judged([...before, ...scan]).of(ID)?.severity).toBe("warning");
  const beside = visits(40, SECOND, () => visit("/news"), START + 2 * HOUR + 1);
  expect(judged([...scan, ...beside]).of(ID)).toBeUndefined();
});

test("innocent: what is gone, what is only asked whether it is there, what a page lacks, passwords and limits", () => {
  const many = (known: Partial<RequestEvent>) => judged(visits(60, 100, (i) => gone(i, known))).of(ID);
  expect(many({ status: 410 })).toBeUndefined();
  for (const method of ["HEAD", "PROPFIND", "PUT", "DELETE", "LOCK"])
    expect(many({ method })).toBeUndefined();
  for (const status of [401, 408, 429, 499]) expect(many({ status })).toBeUndefined();
  const pictures = visits(200, 50, (i) => visit(`/img/${i}.jpg`, { status: 404 }));
  expect(judged(pictures).rules).toEqual(["request-burst"]);
  const portraits = visits(50, 50, (i) => gone(i, { referrer: "https://chat.example/" }));
  expect(judged(portraits).rules).toEqual([]);
});

test("innocent: a crawler on old links, of which a third is gone", () => {
  expect(judged(visits(900, MINUTE / 60, (i) => (i % 3 === 0 ? gone(i) : visit(`/p/${i}`)))).rules).toEqual(
    [],
  );
});

test("innocent: what a program looks up by name; guilty: guesses beside it", () => {
  const modules = visits(200, 100, (i) => visit(`/example.com/mod${i}/@v/list`, { status: 404 }));
  expect(judged(modules).rules).toEqual(["request-burst"]);
  const guesses = visits(20, 100, (i) => visit(`/word${i}`, { status: 404 }), START + 20_000);
  expect(judged([...modules, ...guesses]).rules).toContain("distinct-4xx");
});
