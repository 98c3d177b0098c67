import fc from "fast-check";
import type { Action, Setting } from "./tail-world.ts";

export function actions(): fc.Arbitrary<Action> {
  const log = fc.nat({ max: 2 });
  const plain = (weight: number, ...names: string[]): fc.WeightedArbitrary<Action>[] =>
    names.map((name) => ({
      weight,
      arbitrary: fc.record({ do: fc.constant(name), log }) as fc.Arbitrary<Action>,
    }));
  const writing: fc.WeightedArbitrary<Action>[] = [
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constant("append" as const),
        log,
        writer: fc.nat({ max: 2 }),
        lines: fc.nat({ max: 4 }),
        cut: fc.boolean(),
      }),
    },
    ...plain(1, "overlong", "deleteOldest", "remake", "compress", "cutBack", "rotateDated", "renameAcross"),
    ...plain(2, "rotate", "move", "remove", "create", "copy", "copyOver", "truncate", "retarget"),
    { weight: 1, arbitrary: fc.constant<Action>({ do: "newLog" }) },
  ];
  const write = fc.oneof(...writing);
  return fc.oneof(
    { weight: 30, arbitrary: write },
    { weight: 8, arbitrary: fc.constant<Action>({ do: "wake" }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("wakeDuring" as const),
        call: fc.nat({ max: 40 }),
        actions: fc.array(write, { minLength: 1, maxLength: 4 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(0.1, 6) }),
    },
  );
}
export const SETTINGS: Setting[] = ["path", "glob", "family", "link", "from start"];
