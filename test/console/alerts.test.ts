import { expect, test } from "bun:test";
import { createEngine } from "../../src/commands/engine.ts";
import { DEFAULT_CONFIG } from "../default-config.ts";
import { auth, NOW, request } from "./snapshots.ts";
import { stageOn } from "./stage.ts";

const GUESSER = "45.77.12.9";
/** Whichever of the two it deserves. */
const RAISED = "ALERT ";
const ACCUSED = /[△▲] 1 (?:warning|critical): 45\.77\.12\.9 ssh-/;

/** A console on the whole core. */
async function staged() {
  const engine = createEngine(DEFAULT_CONFIG);
  let onLines = (): void => {};
  const console = await stageOn(100, 40, engine.snapshot, {
    fast: true,
    host: {
      snapshot: engine.snapshot,
      revision: engine.revision,
      onLines(listener) {
        onLines = listener;
      },
      refresh() {},
      freeze: engine.freeze,
      now: () => NOW,
    },
  });
  engine.accept({ kind: "tick", at: NOW });
  return Object.assign(console, {
    engine,
    line(path: string, address = "8.8.4.4") {
      engine.accept(request(address, path));
      onLines();
    },
  });
}

/** How often the frame has each text. */
function times(frame: string, ...texts: readonly string[]): number[] {
  return texts.map((text) => frame.split(text).length - 1);
}

/** Fails to log in until an alert is due, which is told with the next tick. */
function guess({ engine }: Awaited<ReturnType<typeof staged>>, at: number): void {
  for (let i = 0; i < 8; i++) engine.accept(auth(GUESSER, { at: at + i, user: "root", session: at + i }));
  engine.accept({ kind: "tick", at: at + 1_000 });
}

test("an alert of the core stands behind its lines, once, whatever is filtered and frozen meanwhile", async () => {
  await using console = await staged();
  console.line("/before");
  guess(console, NOW);
  console.line("/after");
  await console.until("/after");
  const frame = await console.until(RAISED);
  const places = ["/before", "user=root", RAISED, "/after"].map((text) =>
    frame.split("\n").findLastIndex((line) => line.includes(text)),
  );
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(frame).toMatch(ACCUSED);

  for (const key of `/ip:${GUESSER}`) console.input.pressKey(key);
  console.input.pressEnter();
  expect(times(await console.until("Addresses 1 of 2"), RAISED, "/after")).toEqual([1, 0]);
  console.input.pressEscape();
  expect(times(await console.until("Addresses 2 ·"), RAISED)).toEqual([1]);

  console.input.pressKey(" ");
  await console.until("FROZEN");
  console.line("/while-frozen");
  console.engine.accept({ kind: "tick", at: NOW + 2_000 });
  console.input.pressKey("/");
  console.input.pressKey("7");
  console.input.pressKey("7");
  await console.until("Addresses 1 of 2");
  console.input.pressEscape();
  expect(times(await console.until("Addresses 2 ·"), RAISED, "/while-frozen")).toEqual([1, 0]);
  console.input.pressKey(" ");
  expect(times(await console.until("/while-frozen"), RAISED, "/while-frozen")).toEqual([1, 1]);
}, 20_000);

test("what is over is told as cleared, and the header falls silent", async () => {
  await using console = await staged();
  guess(console, NOW);
  expect(await console.until(RAISED)).toMatch(ACCUSED);
  console.engine.accept({ kind: "tick", at: NOW + 86_400_000 });
  const frame = await console.until("ALERT cleared");
  expect(times(frame, RAISED, "✓ ALERT cleared, was ")).toEqual([2, 1]);
  expect(frame).not.toMatch(ACCUSED);
});
