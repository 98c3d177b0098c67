import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { actions, SETTINGS } from "../../test/tail-actions.ts";
import { type Action, type Setting, World } from "../../test/tail-world.ts";

const PLACES = [...new Set(["/dev/shm", tmpdir()])].filter((path) => existsSync(path));

export function run(place: string, setting: Setting, program: readonly Action[]): string[] {
  const world = new World(place, setting);
  for (const action of program) world.act(action);
  world.end();
  return world.faults;
}

describe.each(PLACES)("on %s", (place) => {
  test.each(SETTINGS)("no line is lost, repeated, garbled or out of order (%s)", (setting) => {
    fc.assert(
      fc.property(fc.array(actions(), { maxLength: 40 }), (program) => {
        expect(run(place, setting, program)).toEqual([]);
      }),
      // The same programs each time: what they show must not depend on the day.
      { numRuns: 400 },
    );
  });
});
