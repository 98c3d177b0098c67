import { describe, expect, test } from "bun:test";
import { sparkline } from "./sparkline.ts";

describe("sparkline", () => {
  test("a bar for each value, the highest full", () => {
    expect(sparkline([0, 1, 2, 4, 8], 5)).toBe("▁▂▃▅█");
  });

  test("nothing is a flat line, and so is no value at all", () => {
    expect(sparkline([0, 0, 0], 3)).toBe("▁▁▁");
    expect(sparkline([], 3)).toBe("▁▁▁");
    expect(sparkline([1], 0)).toBe("");
  });

  test("few values stand at the right", () => expect(sparkline([8], 4)).toBe("▁▁▁█"));

  test("many values: the highest of each stretch", () => {
    expect(sparkline([0, 0, 0, 8, 0, 4], 3)).toBe("▁█▅");
  });

  test("little against what is full stays low", () => {
    expect(sparkline([1, 0], 2, -1, 100)).toBe("▂▁");
  });

  test("bars stand still until a stretch ends", () => {
    const at = (newest: number) =>
      sparkline(
        Array.from({ length: 60 }, (_, i) => ((newest - 59 + i) % 17) + 1),
        12,
        newest,
        100,
      );
    // Seconds 1000 to 1004 are one stretch of five: only the last bar may change.
    const first = at(1_000).slice(0, -1);
    for (const newest of [1_001, 1_002, 1_003, 1_004]) expect(at(newest).slice(0, -1)).toBe(first);
    expect(at(1_005).slice(0, -2)).toBe(first.slice(1));
  });
});
