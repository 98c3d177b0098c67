import { write, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type { CliRenderer } from "@opentui/core";
import { clipboardSequence, isCopyable } from "./clipboard.ts";
import type { Size } from "./layout.ts";
import { type Actor, play, sizeOf, withoutColor } from "./screen.ts";
import { backgroundOf, depthOf, type Theme, type ThemeChoice } from "./theme.ts";

/** The person's terminal while the console has it. */
export interface Terminal {
  size(): Size;
  /** Gives the screen and the keyboard to an actor; once. */
  play(actor: Actor): void;
  /** Asks for a frame; what did not change costs nothing. */
  repaint(): void;
  /** Puts text, of any number of lines, on the clipboard of the person's machine (OSC 52) if it `isCopyable`. */
  copy(text: string): void;
  /** Gives the terminal back, stops the job as Ctrl-Z does, and takes the terminal again when it continues. */
  suspend(): void;
  /** Gives the terminal back for good. */
  close(error?: unknown): void;
  /** 0, or 1 after an error (which then is on stderr), once the terminal is as it was. */
  readonly closed: Promise<number>;
}

/** Signals that end the console as `q` does. */
const ENDING = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;
/** A terminal that takes nothing for this long will not take its restoration either (ms). */
const DEAD_TERMINAL = 800;
/** Time for a stop signal to take effect, or to turn out to be ignored (ms). */
const STOP = 50;
/** A held key must not fill a slow line. */
const FRAMES_PER_SECOND = 30;

/**
 * Why no console can run here, in one line, or undefined where it can. Nothing of the terminal library is
 * loaded to find out.
 */
export function canRunConsole(): string | undefined {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return "the console needs a terminal";
  const { TERM = "" } = process.env;
  if (TERM === "" || TERM === "dumb") return `the console cannot draw on this terminal (TERM=${TERM})`;
  const native = `@opentui/core-linux-${process.arch}`;
  try {
    createRequire(import.meta.url).resolve(native);
    return undefined;
  } catch {
    return `the console's terminal library has no part for this machine (${native})`;
  }
}

/**
 * Takes the terminal: alternate screen, raw mode, mouse. Without `color`, or where the terminal has none and nobody
 * chose a theme, only bold and inverse are used. Throws where the terminal library cannot be loaded.
 */
export async function openTerminal(color: boolean, choice: ThemeChoice = "auto"): Promise<Terminal> {
  const guess = firstTheme(choice);
  // They would replace the library's native part, log every key to a file, or change the screen's mode.
  for (const name of Object.keys(process.env)) {
    if (/^(OTUI|OPENTUI)_/.test(name)) delete process.env[name];
  }
  const library = await import("@opentui/core");
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  let closing = false;
  const close = async (error?: unknown): Promise<void> => {
    if (closing) return;
    closing = true;
    // No other way out of a process whose write to a terminal that does not read blocks.
    const dead = setTimeout(() => process.kill(process.pid, "SIGKILL"), DEAD_TERMINAL);
    if (!renderer.isDestroyed) await erase();
    renderer.destroy();
    await renderer.closed.catch(() => undefined);
    clearTimeout(dead);
    leave();
    if (error !== undefined) complain(error);
    resolve(error === undefined ? 0 : 1);
  };
  const before = faultListeners();
  const renderer = await library.createCliRenderer({
    exitOnCtrlC: false,
    exitSignals: [],
    consoleMode: "disabled",
    openConsoleOnError: false,
    enableMouseMovement: false,
    useKittyKeyboard: null,
    targetFps: FRAMES_PER_SECOND,
    maxFps: FRAMES_PER_SECOND,
    environment: environment(),
    postProcessFns: color && guess !== undefined ? [] : [withoutColor(library)],
    // Also when the library gives up by itself: its output failed, the line was hung up.
    onDestroy: () => void close(),
  });
  // The library's own would print over the screen and go on.
  for (const [event, listener] of faultListeners()) {
    if (!before.some(([, known]) => known === listener)) process.off(event, listener);
  }
  // The library asks for the background at the start, and again when the terminal says that it changed.
  const first = guess ?? "dark";
  const theme = (): Theme => (choice === "auto" && first !== "basic" ? (renderer.themeMode ?? first) : first);
  renderer.on("theme_mode", () => renderer.requestRender());
  const job = jobControl(renderer);
  const leave = listening([
    ...ENDING.map((signal) => [signal, () => void close()] as const),
    // Whatever was thrown, even nothing, is an error.
    ...FAULTS.map((event) => [event, (error: unknown) => void close(error ?? event)] as const),
    ["SIGTSTP", job.suspend],
    ["SIGCONT", job.continued],
  ]);
  return {
    size: () => sizeOf(renderer),
    play: (actor) => play(library, renderer, actor, close, theme),
    ...clipboard(renderer),
    suspend: job.suspend,
    close: (error) => void close(error),
    closed,
  };
}

type Listener = (...args: readonly unknown[]) => void;

const FAULTS = ["uncaughtException", "unhandledRejection"] as const;

function faultListeners(): (readonly [(typeof FAULTS)[number], Listener])[] {
  return FAULTS.flatMap((event) => process.rawListeners(event).map((f) => [event, f as Listener] as const));
}

/** Listens to the process; the result stops it. */
function listening(pairs: readonly (readonly [string, Listener])[]): () => void {
  for (const [event, listener] of pairs) process.on(event, listener);
  return () => {
    for (const [event, listener] of pairs) process.off(event, listener);
  };
}

/** The theme before the terminal answered; undefined where it has no colours. */
function firstTheme(choice: ThemeChoice): Theme | undefined {
  if (choice !== "auto") return choice;
  const { TERM = "", COLORTERM = "", COLORFGBG = "" } = process.env;
  const depth = depthOf(TERM, COLORTERM);
  if (depth === "none") return undefined;
  return depth === "basic" ? "basic" : (backgroundOf(COLORFGBG) ?? "dark");
}

/** Colours as indexes: the library knows them by TERM only and sends RGB to any other terminal. */
function environment(): Record<string, string> {
  const { TERM = "", COLORTERM = "" } = process.env;
  return TERM.endsWith("-256color") || COLORTERM === "truecolor" ? {} : { TERM: "xterm-256color" };
}

/**
 * Empties our screen before it is left: a tmux whose window grew meanwhile would fold its wide lines into the
 * shell's. Not written at once, which could block for ever; where it fails, nobody looks.
 */
function erase(): Promise<void> {
  return writeAll(Buffer.from("\x1b[2J"));
}

function complain(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    writeSync(2, `nethergaze: ${text}\n`);
  } catch {
    // Nobody is there to read it.
  }
}

/** Copies, and paints meanwhile later: what is written beside the library must not fall into a frame. */
function clipboard(renderer: CliRenderer): { copy: (text: string) => void; repaint: () => void } {
  let copying = false;
  let wanted = false;
  const repaint = (): void => {
    if (copying) wanted = true;
    else renderer.requestRender();
  };
  /** tmux drops what the library sends it, a sequence wrapped for the terminal outside; it takes the plain one. */
  const inTmux = (): boolean =>
    process.env.TMUX !== undefined || renderer.capabilities?.multiplexer === "tmux";
  const copy = async (text: string): Promise<void> => {
    // A second one waits for nothing: whoever presses a key twice has copied already.
    if (copying || renderer.isDestroyed || !isCopyable(text)) return;
    if (!inTmux()) {
      renderer.copyToClipboardOSC52(text);
      return;
    }
    copying = true;
    await renderer.idle();
    if (!renderer.isDestroyed) await writeAll(Buffer.from(clipboardSequence(text)));
    copying = false;
    if (wanted && !renderer.isDestroyed) renderer.requestRender();
    wanted = false;
  };
  return { copy: (text) => void copy(text), repaint };
}

/** Writes to the terminal on another thread, as long as it takes; where it fails, the rest is dropped. */
async function writeAll(bytes: Buffer): Promise<void> {
  for (let at = 0, took = 1; at < bytes.length && took > 0; at += took) {
    took = await new Promise<number>((resolve) =>
      write(1, bytes, at, (error, count) => resolve(error ? 0 : count)),
    );
  }
}

/** Stopping and continuing, as a shell's job. */
function jobControl(renderer: CliRenderer): { suspend: () => void; continued: () => void } {
  let busy = false;
  const away = async (stop: () => Promise<void>): Promise<void> => {
    if (busy || renderer.isDestroyed) return;
    busy = true;
    await erase();
    await renderer.suspend();
    await stop();
    if (!renderer.isDestroyed) await renderer.resume();
    busy = false;
  };
  const suspend = (): void => {
    void away(async () => {
      process.off("SIGTSTP", suspend);
      // The whole group, with the launcher: the shell sees its job stopped. Not SIGSTOP, which would also
      // stop a job that no shell can continue; then this signal is ignored and the console comes back.
      process.kill(0, "SIGTSTP");
      await sleep(STOP);
      process.on("SIGTSTP", suspend);
    });
  };
  // Stopped from outside, nothing was given back, and the shell has changed the terminal since.
  const continued = (): void => void away(async () => undefined);
  return { suspend, continued };
}
