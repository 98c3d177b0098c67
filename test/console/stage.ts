import * as library from "@opentui/core";
import { createTestRenderer } from "@opentui/core/testing";
import type { Query, Snapshot } from "../../src/model/snapshot.ts";
import { type ConsoleOptions, startConsole } from "../../src/tui/console.ts";
import { play, sizeOf, withoutColor } from "../../src/tui/screen.ts";
import type { Terminal } from "../../src/tui/terminal.ts";
import { compiled } from "./compiled.ts";
import { answer } from "./snapshots.ts";

/** A console on the library's test renderer: real keys in, real frames out, no terminal. */
export async function stage(
  width: number,
  height: number,
  known: Partial<Snapshot> = {},
  options: Partial<ConsoleOptions> = {},
) {
  let world = known;
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
          return answer(query, world);
        },
        revision: () => revision,
        onLines(listener) {
          onLines = listener;
        },
        refresh: () => acts.push("refresh"),
        compileFilter: compiled,
      },
      fast: false,
      utc: true,
      color: true,
      maxLines: 500,
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
    /** Lets the world differ, and tells of it where live lines came. */
    change(next: Partial<Snapshot>, lines = false): void {
      world = next;
      revision++;
      if (lines) onLines();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stop();
      await setup.dispose();
    },
  };
}
