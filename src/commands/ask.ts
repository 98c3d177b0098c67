import { isatty } from "node:tty";
import { forgetTyped } from "../kernel/libc.ts";

/** Whether a person is there to be asked. */
export function isPersonThere(): boolean {
  return isatty(0) && isatty(1);
}

/**
 * Asks on the terminal: whether `y` or `yes` was answered. Anything else, also no answer within `seconds`, the end of the
 * input or Ctrl-C, is a no.
 */
export async function ask(question: string, seconds?: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let typed = "";
  let asked = false;
  const onData = (bytes: Buffer): void => {
    if (!asked) return;
    typed += bytes.toString("latin1");
    if (typed.includes("\n") || typed.length > LONGEST) resolve(typed);
  };
  const onEnd = (): void => resolve("");
  const timer = seconds === undefined ? undefined : setTimeout(onEnd, 1000 * seconds);
  process.stdin.on("data", onData);
  process.stdin.on("end", onEnd);
  // A second question finds it as the first one left it.
  process.stdin.resume();
  // What was typed before the question is no answer to it.
  await new Promise((resolve) => setTimeout(resolve, TYPED_AHEAD));
  // A line without its end yet is not read, but waits in the terminal.
  forgetTyped(0);
  asked = true;
  process.stdout.write(`${question} [y/N] `);
  process.on("SIGINT", onEnd);
  const answer = await promise;
  clearTimeout(timer);
  process.stdin.off("data", onData);
  process.stdin.off("end", onEnd);
  process.stdin.pause();
  process.off("SIGINT", onEnd);
  if (!answer.includes("\n")) process.stdout.write("\n");
  return /^\s*y(es)?\s*$/i.test(answer);
}

/** What waits in the terminal is read within so many milliseconds. */
const TYPED_AHEAD = 100;
/** More is no answer. */
const LONGEST = 100;
