import type { Heard } from "../kernel/programs.ts";

/** What a program was allowed that somebody set up. */
export interface Allowed {
  /** Milliseconds. */
  readonly time: number;
  /** Bytes. */
  readonly output: number;
}

/** execve(2) */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "may not be run: chmod +x?",
  ENOEXEC: "is no program: the first line of a script begins with #!",
};

/** How a program ended, in words for a person. */
export function endingWords(heard: Heard, program: string, { time, output }: Allowed): string {
  switch (heard.kind) {
    case "ended":
      return typeof heard.code === "number"
        ? `ended with exit code ${heard.code}`
        : `ended by ${heard.code || "a signal"}`;
    case "absent":
      // Of a path the interpreter may be what is missing.
      return program.includes("/")
        ? `${program}, or the program its first line names, is not there`
        : `${program} is not installed`;
    case "unstarted":
      return `${program} ${REFUSALS[heard.code] ?? `cannot be started: ${heard.code}`}`;
    case "timed-out":
      return `stopped after ${time / 1000} s`;
    case "too-long":
      return `stopped after ${output / 1024} KiB of output`;
    case "stopped":
      return "stopped";
  }
}
