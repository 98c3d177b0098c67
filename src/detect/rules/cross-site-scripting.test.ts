import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

const script = (i: number) => visit(`/p?id=${i}%22%3E%3Cscript%3Ealert(1)%3C/script%3E`);

test("three are an attack, one is a hint", () => {
  expect(judged([script(1)]).of("cross-site-scripting")).toMatchObject({ score: 8, severity: "info" });
  expect(judged(visits(3, SECOND, script)).of("cross-site-scripting")).toMatchObject({ severity: "warning" });
});

test("innocent: somebody searches for the tag, again and again", () => {
  const search = visit("/search?q=%3Cscript%3Ealert(1)%3C/script%3E");
  expect(judged(visits(20, SECOND, () => search)).risk).toBeLessThan(30);
});
