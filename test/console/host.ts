import { appendFileSync, writeFileSync } from "node:fs";
import { diesWithParent } from "../../src/kernel/libc.ts";
import { runConsole } from "../../src/tui/console.ts";
import { canRunConsole } from "../../src/tui/terminal.ts";
import { THEMES } from "../../src/tui/theme.ts";
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
      const { text } = query.filter ?? {};
      if (text === "crash") {
        setTimeout(() => {
          throw new Error("crashed on purpose");
        });
      }
      if (text === "reject") void Promise.reject(new Error("rejected on purpose"));
      if (text !== "paint") return answer(query);
      const { filter: _, ...all } = query;
      return answer(all, { rows: [unpaintable] });
    },
    // Always grown: every beat asks, and is answered the same.
    revision: () => revision++,
    onLines() {},
    refresh() {},
    freeze() {},
    now: Date.now,
  },
  fast: true,
  utc: true,
  color: process.env.NO_COLOR === undefined,
  theme: THEMES.find((theme) => theme === process.env.HOST_THEME) ?? "auto",
  maxLines: 100,
  sort: "req",
  reverse: false,
  group: "address",
  columns: [],
});
process.exit(code);
