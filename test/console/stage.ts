import * as library from "@opentui/core";
import { createTestRenderer } from "@opentui/core/testing";
import type { Responder } from "../../src/model/block.ts";
import type { HookRunner } from "../../src/model/hook.ts";
import type { Query, Snapshot } from "../../src/model/snapshot.ts";
import { type ConsoleOptions, startConsole } from "../../src/tui/console.ts";
import { play, sizeOf, withoutColor } from "../../src/tui/screen.ts";
import type { Terminal } from "../../src/tui/terminal.ts";
import { answer, NOW } from "./snapshots.ts";

/** Who can do something about an address; nobody where nobody is given. */
interface Hands {
  readonly responder?: Responder;
  readonly hooks?: HookRunner;
}

/** A console on the library's test renderer that looks at {@link answer}'s world, which can be changed. */
export async function stage(
  width: number,
  height: number,
  known: Partial<Snapshot> = {},
  options: Partial<ConsoleOptions> = {},
  hands: Hands = {},
) {
  let world = known;
  const staged = await stageOn(width, height, (query) => answer(query, world), options, hands);
  return Object.assign(staged, {
    /** Lets the world differ, and tells of it where live lines came. */
    change(next: Partial<Snapshot>, lines = false): void {
      world = next;
      staged.tell(lines);
    },
  });
}

/** A console on the library's test renderer: real keys in, real frames out, no terminal. */
export async function stageOn(
  width: number,
  height: number,
  answerTo: (query: Query) => Snapshot,
  options: Partial<ConsoleOptions> = {},
  hands: Hands = {},
) {
  let clock = NOW;
  let revision = 0;
  let onLines = (): void => {};
  const queries: Query[] = [];
  /** What the console did to its surroundings, in words. */
  const acts: string[] = [];
  let repaints = 0;
  const setup = await createTestRenderer({ width, height, maxFps: 1_000, exitOnCtrlC: false });
  if (options.color === false) setup.renderer.addPostProcessFn(withoutColor(library));
  const terminal: Terminal = {
    size: () => sizeOf(setup.renderer),
    play: (actor) => play(library, setup.renderer, actor, (error) => acts.push(`failed: ${error}`)),
    repaint() {
      repaints++;
      setup.renderer.requestRender();
    },
    copy: (text) => acts.push(`copy ${text}`),
    suspend: () => acts.push("suspend"),
    close: () => acts.push("close"),
    closed: Promise.resolve(0),
  };
  const stop = startConsole(
    {
      host: {
        snapshot(query) {
          queries.push(query);
          return answerTo(query);
        },
        revision: () => revision,
        onLines(listener) {
          onLines = listener;
        },
        refresh: () => acts.push("refresh"),
        freeze: (on) => acts.push(on ? "freeze" : "thaw"),
        now: () => clock,
        ...hands,
      },
      fast: false,
      utc: true,
      color: true,
      maxLines: 500,
      sort: "req",
      reverse: false,
      group: "address",
      columns: [],
      ...options,
    },
    terminal,
  );
  const frame = async (): Promise<string> => {
    await setup.renderOnce();
    return setup.captureCharFrame();
  };
  return {
    acts,
    queries,
    /** How often the screen was painted anew. */
    repaints: () => repaints,
    setup,
    input: setup.mockInput,
    mouse: setup.mockMouse,
    /** The screen as it now is. */
    frame,
    /** The screen once it shows `text`; the last one seen where a second does not bring it. */
    async until(text: string): Promise<string> {
      const deadline = performance.now() + 1_500;
      let seen = await frame();
      while (!seen.includes(text) && performance.now() < deadline) {
        await Bun.sleep(5);
        seen = await frame();
      }
      return seen;
    },
    /** The screen once nothing changes any more, without the blanks at the ends of its lines. */
    async settled(): Promise<string> {
      const deadline = performance.now() + 3_000;
      let seen = await frame();
      for (let same = 0; same < 30 && performance.now() < deadline; ) {
        await Bun.sleep(10);
        const next = await frame();
        same = next === seen ? same + 1 : 0;
        seen = next;
      }
      return seen
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n")
        .trimEnd();
    },
    /** Lets so many seconds pass on the host's clock, which stands still otherwise. */
    pass(seconds: number): void {
      clock += 1000 * seconds;
    },
    /** Tells that the world differs, and whether live lines came. */
    tell(lines: boolean): void {
      revision++;
      if (lines) onLines();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stop();
      await setup.dispose();
    },
  };
}
