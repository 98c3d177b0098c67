/** Longest message: room for the longest list of what is allowed, the rules; what is beyond was somebody's input. */
const MAX_MESSAGE = 720;
/** Longest piece of input repeated in a message. */
const MAX_ECHO = 60;

/**
 * The command line, the environment or the configuration is wrong: print `nethergaze: MESSAGE` on stderr and
 * exit with 2, or with 77 where it was denied. The message is one line that is safe to print, whatever it quotes.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /** Whether it is that the file which was named may not be read. */
  readonly denied: boolean;

  constructor(message: string, denied = false) {
    super(printable(message));
    this.denied = denied;
  }
}

/** One line of bounded length: controls, line breaks and invisible or reordering characters become `?`. */
export function printable(text: string): string {
  return cut(text, MAX_MESSAGE).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "?");
}

/** Input as a message repeats it: in quotes, cut to a readable length. */
export function quote(text: string): string {
  return `'${cut(text, MAX_ECHO)}'`;
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
