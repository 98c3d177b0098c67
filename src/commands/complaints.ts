import { printable } from "../config/error.ts";
import type { Input } from "../model/event.ts";

/** Sources remembered: as many as the core holds. Of more each time is told. */
const MOST = 1024;

/** Says on stderr of each source that it is down and why: once, until it is up again. For streams that tell of no source. */
export function complaining(accept: (input: Input) => void): (input: Input) => void {
  const told = new Set<string>();
  return (input) => {
    accept(input);
    if (input.kind !== "health") return;
    const { source, state, detail } = input;
    if (state !== "down") told.delete(source);
    else if (!told.has(source)) {
      if (told.size < MOST) told.add(source);
      process.stderr.write(`nethergaze: ${printable(source)}: ${printable(detail)}\n`);
    }
  };
}
