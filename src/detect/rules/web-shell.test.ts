import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

const SHELLS = ["/shell.php", "/c99.php", "/uploads/r57.php", "/wso.php"];
const shells = (status: number) => visits(SHELLS.length, SECOND, (i) => visit(SHELLS[i] ?? "/", { status }));

test("three are a scan, one is a hint, and one that is there is told", () => {
  expect(judged(shells(404).slice(0, 1)).of("web-shell")).toMatchObject({ score: 10, severity: "info" });
  expect(judged(shells(404)).of("web-shell")).toMatchObject({ severity: "warning" });
  expect(judged(shells(200)).of("web-shell")?.evidence).toContain("/c99.php SERVED");
});

test("innocent: guides for shells, and a page of that name that somebody reads all day", () => {
  expect(judged([visit("/shell-scripting-guide"), visit("/blog/php-shell", { status: 404 })]).rules).toEqual(
    [],
  );
  expect(judged(visits(50, SECOND, () => visit("/shell/"))).risk).toBeLessThan(30);
});

test("innocent: the sources of some, in a repository's browser", () => {
  const shown = ["c99", "r57", "wso", "alfa"].map((name) => visit(`/ann/found/src/branch/main/${name}.php`));
  expect(judged(visits(4, SECOND, (i) => shown[i] ?? visit("/"))).rules).toEqual([]);
});
