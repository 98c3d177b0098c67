import { describe, expect, test } from "bun:test";
import { layoutOf, liveRows, modalRows, tableRows } from "./layout.ts";

describe("layout", () => {
  test("every cell belongs to exactly one part, at every size", () => {
    for (const width of [60, 80, 99, 100, 139, 140, 160, 200, 300]) {
      for (const height of [15, 19, 20, 24, 45, 50, 100]) {
        const layout = layoutOf({ width, height });
        if (layout === undefined) throw new Error(`no layout at ${width}x${height}`);
        const { header, offenders, table, live, footer } = layout;
        const area = [header, offenders, table, live, footer].reduce((sum, r) => sum + r.width * r.height, 0);
        expect(area).toBe(width * height);
        expect(tableRows(layout).height).toBeGreaterThanOrEqual(3);
        expect(liveRows(layout).height).toBeGreaterThanOrEqual(2);
      }
    }
  });

  test("too small for any", () => {
    expect(layoutOf({ width: 59, height: 50 })).toBeUndefined();
    expect(layoutOf({ width: 200, height: 14 })).toBeUndefined();
  });

  test("a modal has its lines inside the screen, down to 1x1", () => {
    for (const width of [1, 2, 60, 80, 120, 300]) {
      for (const height of [1, 2, 15, 30, 100]) {
        const { x, y, width: w, height: h } = modalRows({ width, height });
        expect([w >= 0, h >= 0, x + w <= Math.max(width, x), y + h <= Math.max(height, y)]).not.toContain(
          false,
        );
      }
    }
  });
});
