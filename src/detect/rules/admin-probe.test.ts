import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

const DOORS = ["/phpmyadmin/index.php", "/pma/", "/adminer.php", "/mysqladmin/"];
const doors = (status: number) => visits(DOORS.length, SECOND, (i) => visit(DOORS[i] ?? "/", { status }));

test("three doors that are not there are a scan, two a hint", () => {
  expect(judged(doors(404).slice(0, 2)).of("admin-probe")).toMatchObject({ score: 3, severity: "info" });
  expect(judged(doors(404)).of("admin-probe")?.severity).toBe("warning");
  expect(judged(doors(403)).of("admin-probe")?.severity).toBe("warning");
});

test("innocent: administrators, challenged ones, those whose session ran out", () => {
  expect(judged(doors(200)).rules).toEqual([]);
  expect(judged(doors(401)).rules).toEqual([]);
  const expired = judged(
    visits(15, 100, (i) => visit(`/admin/api/${i}`, { status: 403, referrer: "https://a/" })),
  );
  expect(expired.risk).toBeLessThan(30);
});
