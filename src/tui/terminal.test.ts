import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPty } from "../../test/console/pty.ts";
import { runs, shell } from "../../test/console/tmux.ts";
import { unreadTerminal } from "../../test/console/unread-terminal.ts";
import { describeWith } from "../../test/requires.ts";
import { until } from "../../test/until.ts";

const COPY = fileURLToPath(new URL("../../test/console/copy.ts", import.meta.url));

type Shell = ReturnType<typeof shell>;

/**
 * Runs the console from a script, which notes the terminal's line settings before and after, and says with
 * what code the console ended once its process is gone.
 */
const SCRIPT = [
  'stty -g > "$HOST_DIR/before"',
  '"$RUN"; code=$?',
  'while grep -q "^State:.[^Z]" "/proc/$(cat "$HOST_DIR/pid")/status" 2>/dev/null; do sleep 0.02; done',
  'stty -g > "$HOST_DIR/after"',
  'echo "ended with $code"',
].join("; ");

async function open(terminal: Shell): Promise<void> {
  await terminal.shows("$");
  terminal.keys(`clear; bash -c '${SCRIPT}'`, "Enter");
  await terminal.shows("Addresses");
  await terminal.until("the other screen and the mouse", () => terminal.modes() === TAKEN);
}

/** The colours of text that were sent, by their index. */
function foregrounds(terminal: Shell, from = 0): number[] {
  return [
    ...terminal
      .file("bytes")
      .slice(from)
      .matchAll(/38;5;(\d+)/g),
  ].map((match) => Number(match[1]));
}

const TAKEN = "1 1 0";
const GIVEN_BACK = "0 0 1";

/** Waits for the end: everything is as it was before. */
async function ended(terminal: Shell, code: number): Promise<string> {
  const screen = await terminal.shows(`ended with ${code}`);
  expect(terminal.modes()).toBe(GIVEN_BACK);
  expect(terminal.file("after")).toBe(terminal.file("before"));
  return screen;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

describeWith(
  [{ program: "tmux" }, { program: "bash" }, { program: "screen" }],
  "the console in a real terminal",
  () => {
    test("draws, hears keys, follows the size, and quits", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      terminal.keys("j", "j");
      await terminal.shows("›   ·  2a01:4f8");
      terminal.tmux("resize-window", "-x", "160", "-y", "45");
      await terminal.shows("┐┌");
      terminal.tmux("resize-window", "-x", "40", "-y", "10");
      await terminal.shows("needs 60x15");
      terminal.tmux("resize-window", "-x", "80", "-y", "24");
      await terminal.shows("Addresses");
      terminal.keys("Enter");
      await terminal.shows("LAST 60 MINUTES");
      terminal.keys("Escape");
      await terminal.shows("Addresses");
      terminal.keys("/", "e", "n", "v");
      await terminal.shows(`filter: "env"`);
      terminal.keys("Escape");
      await terminal.shows("filter: none");
      terminal.keys("q");
      await ended(terminal, 0);
    });

    test("is right after twenty sizes in a row, with frames under way", async () => {
      using fresh = shell(100, 30);
      await open(fresh);
      using terminal = shell(80, 24);
      await open(terminal);
      for (let i = 0; i < 20; i++) {
        const [width, height] = i % 2 === 0 ? [20 + 7 * i, 5 + i] : [300 - 9 * i, 100 - 4 * i];
        terminal.keys("j", "k");
        terminal.tmux("resize-window", "-x", String(width), "-y", String(height));
      }
      terminal.tmux("resize-window", "-x", "100", "-y", "30");
      await terminal.until("the same as at a fresh one", () => terminal.screen() === fresh.screen());
      terminal.keys("j");
      await terminal.until("the next row", () => terminal.screen() !== fresh.screen());
      terminal.keys("q");
      await ended(terminal, 0);
    });

    test("leaves nothing on the shell's screen, also when the window grew meanwhile", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      terminal.tmux("resize-window", "-x", "200", "-y", "50");
      await terminal.until("the wider table", () => /Addresses.{120,}/.test(terminal.screen()));
      terminal.keys("q");
      await ended(terminal, 0);
      expect(terminal.screen()).not.toMatch(/[│┌└─]/);
    });

    test("is as it should be inside GNU screen, through keys, a resize and its end", async () => {
      using terminal = shell(80, 24);
      await terminal.shows("$");
      terminal.keys('mkdir -m 700 "$HOST_DIR/screens"', "Enter");
      terminal.keys('SCREENDIR="$HOST_DIR/screens" env -u TMUX screen -U -c /dev/null "$RUN"', "Enter");
      await terminal.shows("Addresses 5");
      expect(await terminal.shows("│›   ·  8.8.4.4 ")).toContain(
        "12:00:05 45.77.12.9      404 POST /wp-login.php",
      );
      // Colours arrive as colours, in screen's own spelling: what it cannot read it turns into other looks.
      expect(terminal.file("bytes")).toMatch(/\x1b\[(?:[0-9;]*;)?3[1-7]m|38;5;\d/);
      terminal.keys("j");
      await terminal.shows("›   ·  45.77.12.9");
      terminal.tmux("resize-window", "-x", "160", "-y", "45");
      await terminal.shows("┐┌");
      terminal.keys("q");
      await terminal.shows("[screen is terminating]");
    });

    test("sends nothing while nothing changes", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      const questions = () => terminal.file("questions").length;
      const settled = questions() + 2;
      await terminal.until("two questions", () => questions() >= settled);
      const sent = terminal.sent();
      const later = questions() + 4;
      await terminal.until("four questions more", () => questions() >= later);
      expect(terminal.sent()).toBe(sent);
    });

    test("puts the address on the clipboard that tmux keeps", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      terminal.keys("c");
      await terminal.until("the buffer", () => terminal.tmux("list-buffers") !== "");
      expect(terminal.tmux("show-buffer")).toBe("8.8.4.4");
    });

    test("copies many lines at once amid frames, and nothing that a terminal would not take", async () => {
      using terminal = shell(80, 24);
      await terminal.shows("$");
      terminal.keys(`"$HOST_DIR/bin/bun" ${COPY}`, "Enter");
      await terminal.until("the buffer", () => terminal.tmux("list-buffers") !== "");
      expect(terminal.tmux("show-buffer")).toBe(Buffer.from(terminal.file("text"), "latin1").toString());
      await terminal.shows("frame ");
      expect(terminal.screen().trim()).toMatch(/^frame \d+$/);
      terminal.keys("x");
      await terminal.until("its end", () => terminal.modes() === GIVEN_BACK);
      expect(terminal.tmux("list-buffers").trim().split("\n")).toHaveLength(1);
    });

    for (const [term, color] of [
      ["xterm", "38;5;"],
      ["tmux-256color", "38;5;"],
    ] as const) {
      test(`speaks 256 colours to TERM=${term}, never more`, async () => {
        using terminal = shell(80, 24, { TERM: term });
        await open(terminal);
        await terminal.until("colours", () => terminal.file("bytes").includes(color));
        expect(terminal.file("bytes")).not.toMatch(/[34]8;2;/);
      });
    }

    for (const [what, env] of [
      ["NO_COLOR is set", { NO_COLOR: "1" }],
      ["the terminal has none", { TERM: "vt100" }],
    ] as const) {
      test(`speaks no colour where ${what}`, async () => {
        using terminal = shell(80, 24, env);
        await open(terminal);
        await terminal.until("bold", () => terminal.file("bytes").includes("\x1b[1"));
        expect(terminal.file("bytes")).not.toMatch(/\x1b\[[0-9;]*(?:[34]8;[25];|[39][1-7]m)/);
      });
    }

    for (const [what, env] of [
      ["a terminal that promises no more", { TERM: "screen" }],
      ["whom the theme says so", { HOST_THEME: "basic" }],
    ] as const) {
      test(`speaks only the terminal's own 16 colours to ${what}`, async () => {
        using terminal = shell(80, 24, env);
        await open(terminal);
        await terminal.until("colours", () => foregrounds(terminal).length > 0);
        expect(foregrounds(terminal).filter((color) => color > 15)).toEqual([]);
      });
    }

    test("takes the colours for a light background where the terminal says it has one, also later", async () => {
      using terminal = shell(80, 24);
      terminal.tmux("set", "-g", "window-style", "bg=#ffffff");
      await open(terminal);
      await terminal.until("dark yellow", () => foregrounds(terminal).includes(130));
      terminal.tmux("set", "-g", "window-style", "bg=#000000");
      const before = terminal.file("bytes").length;
      // What a terminal sends by itself when its colours were changed.
      terminal.keys("-l", "\x1b[?997;1n");
      await terminal.until("yellow", () => foregrounds(terminal, before).includes(3));
    });

    for (const [name, command, reason] of [
      ["a dumb terminal", "TERM=dumb $RUN", "cannot draw on this terminal (TERM=dumb)"],
      ["no terminal type", "env -u TERM $RUN", "cannot draw on this terminal (TERM=)"],
      ["a pipe", "$RUN | cat", "needs a terminal"],
    ] as const) {
      test(`refuses ${name} in one line`, async () => {
        using terminal = shell(80, 24);
        await terminal.shows("$");
        terminal.keys(command, "Enter");
        await terminal.shows(reason);
        expect(terminal.file("pid")).toBe("");
      });
    }

    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const) {
      test(`gives the terminal back at ${signal}, to itself or to its launcher`, async () => {
        using terminal = shell(80, 24);
        for (const target of [(pid: number) => pid, parentOf]) {
          await open(terminal);
          process.kill(target(terminal.pid()), signal);
          await ended(terminal, 0);
        }
      });
    }

    test("gives the terminal back at Ctrl-C", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      terminal.keys("C-c");
      await ended(terminal, 0);
    });

    for (const [name, filter, words] of [
      ["an exception", "crash", "crashed on purpose"],
      ["a rejection", "reject", "rejected on purpose"],
      ["an exception while painting", "paint", "this row cannot be painted"],
    ] as const) {
      test(`ends at ${name}, and says it once the terminal is back`, async () => {
        using terminal = shell(100, 40);
        await open(terminal);
        terminal.keys("/", filter);
        const screen = await ended(terminal, 1);
        expect(screen).toContain(`Error: ${words}`);
        expect(screen).not.toContain("Addresses");
      });
    }

    test("is cleaned up after by its launcher when it is killed", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      process.kill(terminal.pid(), "SIGKILL");
      await ended(terminal, 137);
    });

    test("ends, and gives the terminal back, when its launcher is killed", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      process.kill(parentOf(terminal.pid()), "SIGKILL");
      await ended(terminal, 137);
    });

    test("ends with its terminal", async () => {
      using terminal = shell(80, 24);
      await open(terminal);
      const pid = terminal.pid();
      const launcher = parentOf(pid);
      terminal.tmux("set", "-g", "exit-empty", "off", ";", "kill-session");
      await terminal.until("the end of both", () => !runs(pid) && !runs(launcher));
    });

    test("is a shell's job: Ctrl-Z and fg", async () => {
      using terminal = shell(80, 24);
      await terminal.shows("$");
      terminal.keys('"$RUN"', "Enter");
      await terminal.shows("Addresses");
      terminal.keys("C-z");
      await terminal.shows("Stopped");
      expect(terminal.modes()).toBe(GIVEN_BACK);
      terminal.keys("echo still $((6 * 7))", "Enter");
      await terminal.shows("still 42");
      terminal.keys("fg", "Enter");
      await terminal.shows("Addresses");
      await terminal.until("the other screen and the mouse", () => terminal.modes() === TAKEN);
      terminal.keys("j");
      await terminal.shows("›   ·  45.77");
      terminal.keys("q");
      await terminal.until("its end", () => terminal.modes() === GIVEN_BACK && !runs(terminal.pid()));
    });

    test("comes back from Ctrl-Z by itself where no shell could continue it", async () => {
      using terminal = shell(80, 24);
      await terminal.shows("$");
      // The session's leader is the launcher now: its group is an orphan, which Ctrl-Z must not stop.
      terminal.keys('exec "$RUN"', "Enter");
      await terminal.shows("Addresses");
      terminal.keys("C-z");
      await terminal.until(
        "the screen taken twice",
        () => terminal.file("bytes").split("\x1b[?1049h").length > 2,
      );
      await terminal.until("the other screen and the mouse", () => terminal.modes() === TAKEN);
      terminal.keys("j");
      await terminal.shows("›   ·  45.77");
    });
  },
);

test("a terminal that takes nothing keeps neither the console nor its launcher", async () => {
  using terminal = unreadTerminal();
  const { fd } = terminal;
  const launcher = Bun.spawn([fileURLToPath(new URL("../../bin/nethergaze", import.meta.url)), "demo"], {
    stdin: fd,
    stdout: fd,
    stderr: fd,
    env: { PATH: process.env.PATH, TERM: "xterm-256color" },
  });
  const child = await until(() => {
    const pid = Number(readFileSync(`/proc/${launcher.pid}/task/${launcher.pid}/children`, "utf8").trim());
    return pid > 0 && readFileSync(`/proc/${pid}/maps`, "utf8").includes("libopentui") ? pid : undefined;
  }, "a console that has its library");
  // Then it takes the terminal.
  await Bun.sleep(300);
  launcher.kill("SIGTERM");
  // By the signal where it waits in the library's first write, else by its own hand.
  expect(await launcher.exited).toBeGreaterThan(128);
  expect(runs(child)).toBe(false);
});

test("a slow link delays what a key shows by what is under way, costs no memory, and ends the console", async () => {
  const directory = mkdtempSync(join(tmpdir(), "nethergaze-slow-"));
  using terminal = openPty(200, 50);
  const { fd } = terminal;
  const console = Bun.spawn(
    [process.execPath, fileURLToPath(new URL("../../test/console/host.ts", import.meta.url))],
    {
      stdin: fd,
      stdout: fd,
      stderr: fd,
      env: { PATH: process.env.PATH, TERM: "xterm-256color", HOST_DIR: directory },
    },
  );
  let seen = "";
  /** Reads as fast as it can until there is `text`. */
  const reads = (text: string): Promise<boolean> =>
    until(() => {
      seen += terminal.read(100_000);
      return seen.includes(text);
    }, text);
  await reads("Addresses");
  /** Whole screens, more than a link of 2 kB a second takes. */
  const flood = async (rounds: number): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      terminal.write(i % 2 === 0 ? "?" : "\x1b");
      terminal.read(100);
      await Bun.sleep(50);
    }
  };
  await flood(12);
  const before = residentMegabytes(console.pid);
  await flood(24);
  expect(residentMegabytes(console.pid) - before).toBeLessThan(10);
  terminal.write("\r");
  seen = "";
  await reads("LAST 60 MINUTES");
  // What the kernel holds of a terminal's output, one frame that waited, and this one: 25 kB when this was written.
  expect(seen.length).toBeLessThan(60_000);
  terminal.hangUp();
  await console.exited;
  rmSync(directory, { recursive: true });
});

function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
