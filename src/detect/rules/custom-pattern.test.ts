import { expect, test } from "bun:test";
import { judged, visit } from "../../../test/visits.ts";

const options = { paths: (text: string) => (text.includes("/trap") ? "/trap" : undefined) };

test("one is a warning, whatever is answered; other paths are nothing", () => {
  expect(judged([visit("/trap/7")], options).of("custom-pattern")).toMatchObject({
    score: 40,
    evidence: "1 request for paths that you named: /trap",
    samples: ["200 GET /trap/7"],
  });
  expect(judged([visit("/tramp")], options).rules).toEqual([]);
});
