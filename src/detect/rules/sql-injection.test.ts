import { expect, test } from "bun:test";
import { judged, SECOND, START, visit, visits } from "../../../test/visits.ts";

const TRIES = ["1' AND 1=1-- -", "1' UNION SELECT NULL,NULL-- -", "1 AND (SELECT 1 FROM(SELECT SLEEP(5))x)"];
const tries = visits(TRIES.length, SECOND, (i) => visit(`/p?id=${encodeURIComponent(TRIES[i] ?? "")}`));

test("three are an attack although they are answered, one is a hint", () => {
  expect(judged(tries.slice(0, 1)).of("sql-injection")).toMatchObject({ score: 8, severity: "info" });
  expect(judged(tries).of("sql-injection")).toMatchObject({ score: 40, severity: "warning" });
});

test("a search among them is no cover", () => {
  const covered = tries.map((one) => ({
    ...one,
    path: `${one.path}&q=a`,
    referrer: "https://a.example/?q=%27",
  }));
  expect(judged(covered).of("sql-injection")?.severity).toBe("warning");
  const searched = tries.map((one) => ({ ...one, path: one.path?.replace("id=", "q=") }));
  expect(judged(searched).risk).toBe(judged(tries).risk);
});

test("nor is a path that counts once, such as one that holds secrets", () => {
  for (const page of ["/index.php/.env", "/index.php/c99.php"]) {
    const covered = tries.map((one) => ({ ...one, path: one.path?.replace("/p", page) }));
    expect(judged(covered).of("sql-injection")).toMatchObject({ score: 40, severity: "warning" });
  }
});

test("innocent: somebody reads about SQL", () => {
  const words = encodeURIComponent("' UNION SELECT NULL,NULL-- -");
  const page = `https://docs.example/search?q=${words}`;
  const { risk } = judged([
    visit(`/search?q=${words}`),
    ...visits(30, 20, (i) => visit(`/theme/${i}.css`, { referrer: page }), START + 100),
    visit(`/search?q=${words}`, { at: START + 5 * SECOND }),
  ]);
  expect(risk).toBeLessThan(30);
  expect(judged([visit("/search?q=select+a+shoe+from+the+union")]).rules).toEqual([]);
});
