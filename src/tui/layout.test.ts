import { describe, expect, test } from "bun:test";
import { columnsFor } from "./columns.ts";
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

describe("columns", () => {
  const titles = (width: number) => columnsFor(width).map(({ column }) => column.title);

  test("leave in a stated order", () => {
    expect(titles(140)).toEqual([
      "ADDRESS",
      "CONN",
      "EST",
      "HALF",
      "SVC",
      "REQ/M",
      "REQ",
      "SENT",
      "4XX",
      "AUTH",
      "LAST",
    ]);
    const left = new Set<string>();
    const order: string[] = [];
    for (let width = 140; width > 0; width--) {
      const here = titles(width);
      for (const title of titles(140)) {
        if (here.includes(title) || left.has(title)) continue;
        left.add(title);
        order.push(title);
      }
    }
    expect(order).toEqual(["EST", "4XX", "SVC", "SENT", "HALF", "LAST", "REQ"]);
    expect(titles(1)).toEqual(["ADDRESS", "CONN", "REQ/M", "AUTH"]);
  });

  test("lie side by side inside the width", () => {
    for (let width = 38; width <= 200; width++) {
      let end = -1;
      for (const { x, width: size } of columnsFor(width)) {
        expect(x).toBeGreaterThan(end);
        end = x + size;
      }
      expect(end).toBeLessThanOrEqual(width);
    }
  });

  test("the last act grows first, then the address up to its longest form, then the last act again", () => {
    const width = (of: number, title: string) =>
      columnsFor(of).find(({ column }) => column.title === title)?.width;
    expect([width(100, "LAST"), width(100, "ADDRESS")]).toEqual([20, 18]);
    expect(width(150, "ADDRESS")).toBe(39);
    expect(width(190, "ADDRESS")).toBe(39);
    expect(width(190, "LAST")).toBeGreaterThan(28);
  });
});
