import { expect, test } from "bun:test";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeWith } from "../requires.ts";
import { shell } from "./tmux.ts";

const NETHERGAZE = fileURLToPath(new URL("../../bin/nethergaze", import.meta.url));

/** What strangers write into a log, as the server escapes it and as one that does not would. */
const HOSTILE = [
  "/\\x1b[2J\\x1b]52;c;aGFja2Vk\\x07\\x1b[31mred",
  "/\x1b[2J\x1b]0;owned\x07\x9b31m",
  "/[/x] [red]markup[/red]",
  "/\u202egnp.exe\u2066\u200b\u200d\ufeff",
  "/👩‍👩‍👧‍👦🇩🇪👍🏽/日本語/한국어",
  `/${"\u0301".repeat(300)}${"x".repeat(3_000)}`,
];

function line(address: string, path: string, status = 404): string {
  const time = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (.*) GMT$/, "$1/$2/$3:$4 +0000");
  return `${address} - - [${time}] "GET ${path} HTTP/1.1" ${status} 512 "-" "curl/8.5.0"\n`;
}

/** The place of a text on the screen, from 1 as terminals count. */
function placeOf(screen: string, text: string): { x: number; y: number } {
  const lines = screen.split("\n");
  const y = lines.findIndex((shown) => shown.includes(text));
  const x = lines[y]?.indexOf(text) ?? -1;
  if (x < 0) throw new Error(`not on the screen: ${text}\n${screen}`);
  return { x: x + 1, y: y + 1 };
}

describeWith(
  [{ program: "tmux" }, { program: "bash" }],
  "the program on a real log in a real terminal",
  () => {
    const open = async (width: number, height: number) => {
      const terminal = shell(width, height);
      const log = join(terminal.directory, "access.log");
      const lines = HOSTILE.map((path, i) => line(`45.77.12.${i + 1}`, path));
      writeFileSync(log, [...lines, ...lines.slice(0, 2), line("91.2.3.4", "/cart", 200)].join(""));
      await terminal.shows("$");
      terminal.keys(
        `clear; ${NETHERGAZE} --access-log ${log} --no-auth-log --from-start --sort req --utc`,
        "Enter",
      );
      await terminal.shows("45.77.12.6");
      /** Presses and lets go the left button there, as a terminal reports it (SGR, 1006). */
      const click = (x: number, y: number): void => {
        for (const end of ["M", "m"]) terminal.keys("-l", `\x1b[<0;${x};${y}${end}`);
      };
      const wheel = (x: number, y: number, down: boolean): void =>
        void terminal.keys("-l", `\x1b[<${down ? 65 : 64};${x};${y}M`);
      /** Until it is seen: a terminal still answering what it was asked at the start may take one for its answer. */
      const leave = (seen: string): Promise<true> =>
        terminal.until(seen, () => {
          terminal.keys("Escape");
          Bun.sleepSync(100);
          return terminal.screen().includes(seen);
        }) as Promise<true>;
      return Object.assign(terminal, { log, click, wheel, leave });
    };

    for (const [width, height] of [
      [80, 24],
      [200, 50],
    ] as const) {
      test(`lets nothing of a hostile log reach the terminal at ${width}x${height}`, async () => {
        using terminal = await open(width, height);
        for (let i = 0; i < HOSTILE.length; i++) {
          terminal.keys("Enter");
          await terminal.shows("REQUESTS");
          terminal.keys("End");
          await terminal.shows("curl");
          await terminal.leave("filter: none");
          terminal.keys("j");
        }
        terminal.keys("?");
        await terminal.shows("KEYS");
        terminal.keys("q");
        const sent = terminal.file("bytes");
        // No clipboard, title or colour but ours, nothing that turns text, no C1 control.
        expect(sent).not.toContain("\x1b]52;");
        expect(sent).not.toContain("\x1b]0;owned");
        expect(Buffer.from(sent, "latin1").toString()).not.toMatch(/[\x80-\x9f]|\p{Bidi_Control}|\p{Cf}/u);
        expect(terminal.screen()).not.toContain("hacked");
        const edges = terminal
          .screen()
          .split("\n")
          .filter((shown) => /^[│┌├└]/.test(shown));
        expect(edges.length).toBeGreaterThan(10);
        // Every line of a frame ends in the last column, whatever stands in it.
        for (const edge of edges) expect(Bun.stringWidth(edge)).toBe(width);
      });
    }

    test("hears the mouse: sorts and inverts, selects and opens, stops the live panel, closes a window", async () => {
      using terminal = await open(160, 45);
      const title = placeOf(terminal.screen(), "ADDRESS");
      terminal.click(title.x + 1, title.y);
      await terminal.shows("by address");
      terminal.click(title.x + 1, title.y);
      const inverted = await terminal.shows("by address, inverted");
      const row = placeOf(inverted, "·  45.77.12.3 ");
      terminal.click(row.x, row.y);
      await terminal.shows("›   ·  45.77.12.3 ");
      terminal.click(row.x, row.y);
      await terminal.shows("LAST 60 MINUTES");
      terminal.click(1, 1);
      const closed = await terminal.until("the window is closed", () => {
        const seen = terminal.screen();
        return !seen.includes("LAST 60") && seen;
      });
      const live = placeOf(closed, "200 GET  /cart");
      terminal.click(live.x, live.y);
      await terminal.shows("Live · stopped");
      appendFileSync(terminal.log, line("91.2.3.5", "/later"));
      await terminal.shows("1 new");
      expect(placeOf(terminal.screen(), "200 GET  /cart")).toEqual(live);
      terminal.wheel(live.x, live.y, true);
      await terminal.shows("/later");
      terminal.keys("q");
      await terminal.shows("$");
    });

    test("filters as a person would: completed, kept, in a form, suspicious only and back", async () => {
      using terminal = await open(100, 30);
      terminal.keys("/", "sta");
      await terminal.shows("status:");
      terminal.keys("BTab", "BTab");
      terminal.keys("C-u", "status:2");
      await terminal.shows("2xx");
      terminal.keys("Tab");
      await terminal.shows("Addresses 1 of 7");
      terminal.keys("Enter", "!");
      await terminal.shows("filter: suspicious");
      terminal.keys("!");
      await terminal.shows("filter: status 2xx");
      terminal.keys("f");
      await terminal.shows("[ Apply ]");
      terminal.keys("C-u", "4xx", "Enter");
      await terminal.shows("Addresses 6 of 7");
      terminal.keys("g");
      await terminal.shows("45.77.12.0/24 ×6");
      terminal.keys("Enter");
      await terminal.shows("in 45.77.12.0/24");
      terminal.keys("Escape");
      await terminal.shows("45.77.12.0/24 ×6");
      await terminal.leave("filter: none");
      terminal.keys("/", "stata:1");
      await terminal.shows("did you mean");
      terminal.keys("Enter");
      await terminal.shows("/ stata:1");
      await terminal.leave("q quit");
      terminal.keys("q");
      await terminal.shows("$");
    });

    test("copies what is marked, through tmux", async () => {
      using terminal = await open(80, 24);
      terminal.keys("m", "m", "c");
      await terminal.shows("sent 2 marked to the clipboard");
      await terminal.until("tmux has it", () => {
        try {
          return /^45\.77\.12\.[12]\n45\.77\.12\.[12]$/.test(terminal.tmux("show-buffer").trim());
        } catch {
          return false;
        }
      });
      terminal.keys("q");
      await terminal.shows("$");
    });
  },
);
