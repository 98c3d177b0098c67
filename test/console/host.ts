import { appendFileSync, writeFileSync } from "node:fs";
import { diesWithParent } from "../../src/kernel/libc.ts";
import { runConsole } from "../../src/tui/console.ts";
import { canRunConsole } from "../../src/tui/terminal.ts";
import { compiled } from "./compiled.ts";
import { answer, ROWS } from "./snapshots.ts";

/**
 * A program that is nothing but the console, for tests in a real terminal. It leaves its process id and a
 * mark for each question in the directory `HOST_DIR`. A filter can make it fail: `crash`, `reject`, `paint`.
 */
const directory = process.env.HOST_DIR ?? ".";
const SIGHUP = 1;

const obstacle = canRunConsole();
if (obstacle !== undefined) {
  process.stderr.write(`host: ${obstacle}\n`);
  process.exit(2);
}
diesWithParent(SIGHUP);
writeFileSync(`${directory}/pid`, String(process.pid));

const unpaintable = {
  ...ROWS[0],
  get last(): string {
    throw new Error("this row cannot be painted");
  },
} as (typeof ROWS)[number];

let revision = 0;
const code = await runConsole({
  host: {
    snapshot(query) {
      appendFileSync(`${directory}/questions`, ".");
      return answer(query, query.filter?.text === "paint" ? { rows: [unpaintable] } : {});
    },
    // Always grown: every beat asks, and is answered the same.
    revision: () => revision++,
    onLines() {},
    refresh() {},
    compileFilter(text) {
      if (text === "crash") {
        setTimeout(() => {
          throw new Error("crashed on purpose");
        });
      }
      if (text === "reject") void Promise.reject(new Error("rejected on purpose"));
      return text === "paint" ? { ...compiled(""), text } : compiled(text);
    },
  },
  fast: true,
  utc: true,
  color: process.env.NO_COLOR === undefined,
  maxLines: 100,
});
process.exit(code);
