import { listen } from "../kernel/programs.ts";
import type { Hook, HookRunner } from "../model/hook.ts";
import type { Ip } from "../model/ip.ts";
import { endingWords } from "./ending.ts";

/** A hook with the program it runs and its arguments, as execvp(3) takes them; `{ip}` in a word is the address. */
export interface ConsoleHook extends Hook {
  readonly command: readonly [string, ...string[]];
}

/** As long as somebody waits for an answer (ms), and more than a window shows (bytes). */
const TIME = 15_000;
const OUTPUT = 256 << 10;
/** One is looked at; a few more may go on behind a window that was closed. */
const AT_ONCE = 4;

/** What was run on an address, and how it ended in words. */
export type NoteHook = (argv: readonly [string, ...string[]], ip: Ip, words: string) => void;

/**
 * Runs hooks on addresses, a few at once. No shell takes part: a word of the command is one argument. `time`:
 * milliseconds that one may take, with all that it starts in its process group. `note` hears of each that has ended.
 */
export function hookRunner(
  hooks: readonly ConsoleHook[],
  note: NoteHook = () => {},
  time = TIME,
): HookRunner {
  const allowed = { time, output: OUTPUT };
  let running = 0;
  return {
    hooks,
    run(index, ip, onOutput, onEnd) {
      const controller = new AbortController();
      const { signal } = controller;
      const tell = (words: string): void => {
        if (!signal.aborted) onEnd(words);
      };
      const stop = (): void => controller.abort();
      const hook = hooks[index];
      if (hook === undefined || running >= AT_ONCE) {
        const words = hook === undefined ? "there is no such hook" : `not run: ${running} others still run`;
        queueMicrotask(() => tell(words));
        return { stop };
      }
      running++;
      const argv = argvOn(hook.command, ip);
      // Output is handed on at once and the end last: never before this returns.
      listen(argv, onOutput, { ...allowed, signal }).then((heard) => {
        running--;
        const words = endingWords(heard, argv[0], allowed);
        note(argv, ip, words);
        tell(words);
      });
      return { stop };
    },
  };
}

/** The program is never of the address's making. */
function argvOn([program, ...words]: ConsoleHook["command"], ip: Ip): [string, ...string[]] {
  return [program, ...words.map((word) => word.replaceAll("{ip}", ip))];
}
