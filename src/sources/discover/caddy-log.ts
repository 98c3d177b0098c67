import { resolve } from "node:path";
import type { Note } from "./found.ts";
import { globNote, pathGlob, streamNote } from "./logs.ts";
import type { Outlets, Written } from "./outlets.ts";
import type { Search } from "./search.ts";

/** Where a logger of Caddy writes, and how. */
export interface CaddyLogger {
  /** `file`, `stderr`, `stdout`, `discard`, `net` or a plugin's. */
  readonly output: string;
  /** Of `file`: its path. */
  readonly path?: string | undefined;
  /** Of the encoder; undefined for the default, which is JSON wherever no terminal is. */
  readonly format: string | undefined;
  readonly from: string;
}

/** Of all access logs; that of a server's own logger has its name behind a dot. */
export const ACCESS = "http.log.access";

/** Whether what is logged as `stream` falls under a logger's `name`. */
export function isUnder(stream: string, name: string): boolean {
  return `${stream}.`.startsWith(`${name}.`);
}

/** Encoders that write JSON; `filter` and `append` change fields of what they wrap. */
const JSON_ENCODERS = [undefined, "json", "filter", "append"];

/** What requests are written to that go to these loggers (caddyserver.com/docs/caddyfile/directives/log). */
export function caddyOutlets(loggers: readonly CaddyLogger[], { notes }: Search): Outlets {
  const logs: Written[] = [];
  const reasons: Note[] = [];
  for (const { output, path, format, from } of loggers) {
    if (output === "discard") continue;
    if (output === "stderr" || output === "stdout") reasons.push(streamNote(from));
    else if (output !== "file" || path === undefined) {
      const remedy = "let a log write to a file";
      reasons.push({ from, text: `requests go to ${output}, which cannot be followed`, remedy });
    } else if (format === "console") {
      const remedy = "use format json in that log";
      reasons.push({ from, text: `${path} is written for people and has no fixed format`, remedy });
    } else {
      // Caddy's unit names no working directory, so relative paths begin at the root.
      const whole = resolve("/", path);
      const glob = pathGlob(whole, /\{[^{}]*\}/g);
      if (glob !== whole) notes.add(globNote(from, whole, glob));
      logs.push({ path: glob, format: JSON_ENCODERS.includes(format) ? "caddy" : "auto", from });
    }
  }
  return { logs, notes: reasons };
}
