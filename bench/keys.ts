import { KEYMAP } from "../src/tui/keymap.ts";
import { median, printTable } from "./measure.ts";
import type { Session } from "./session.ts";

const KEYS = 20;

/** A kind of key: what is pressed before, the key that is measured, and what takes it back. */
interface Kind {
  readonly name: string;
  readonly before?: string;
  readonly key: string;
  readonly after?: string;
}

const KINDS: readonly Kind[] = [
  { name: "j: the next row", key: "j" },
  { name: "s: another order", key: "s" },
  { name: "g: other groups", key: "g" },
  { name: "/ and a letter: a filter over lines", before: "/", key: "e", after: "\x1b" },
  { name: "Enter: the detail", key: "\r", after: "\x1b" },
];

/** Prints the milliseconds from keys of each kind that means something to the next bytes. */
export async function keysToPaint(session: Session): Promise<void> {
  const rows: string[][] = [];
  for (const { name, before, key, after } of KINDS.filter(isBound)) {
    const times: number[] = [];
    for (let i = 0; i < KEYS; i++) {
      await pause(i);
      if (before !== undefined) {
        session.write(before);
        await pause(i);
      }
      const from = performance.now();
      session.write(key);
      await session.next("");
      times.push(performance.now() - from);
      if (after === undefined) continue;
      await pause(i);
      session.write(after);
    }
    rows.push([name, median(times).toFixed(0), Math.max(...times).toFixed(0)]);
  }
  printTable([`key to paint, ${KEYS} of each`, "median ms", "worst"], rows);
}

function isBound({ before, key }: Kind): boolean {
  const name = key === "\r" ? "return" : (before ?? key);
  return KEYMAP.some(({ modes, keys }) => modes.includes("main") && keys.includes(name));
}

/** Not in step with the console's own beat. */
function pause(i: number): Promise<void> {
  return Bun.sleep(150 + (i % 7) * 30);
}
