import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ALONE } from "../program.ts";

const DEADLINE = 5_000;
const BIN = fileURLToPath(new URL("../../bin/", import.meta.url));
const HOST = fileURLToPath(new URL("host.ts", import.meta.url));

/** A shell in a real terminal, with the launcher at hand as `$RUN`, all of it gone at the end. */
export function shell(width: number, height: number, env: Readonly<Record<string, string>> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "nethergaze-tmux-"));
  const socket = join(directory, "socket");
  // The launcher as it is, but in a place where the program it starts is the test's.
  mkdirSync(join(directory, "bin"));
  mkdirSync(join(directory, "src"));
  copyFileSync(join(BIN, "nethergaze"), join(directory, "bin/nethergaze"));
  symlinkSync(join(BIN, "bun"), join(directory, "bin/bun"));
  writeFileSync(join(directory, "src/main.ts"), `import ${JSON.stringify(HOST)};\n`);

  const tmux = (...args: readonly string[]): string => {
    const { stdout, stderr, status } = spawnSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const variables = {
    HOST_DIR: directory,
    RUN: join(directory, "bin/nethergaze"),
    PS1: "$ ",
    ...ALONE,
    ...env,
  };
  tmux(
    ...["new-session", "-d", "-x", String(width), "-y", String(height)],
    ...[
      "env",
      "-u",
      "NO_COLOR",
      "-u",
      "COLORTERM",
      ...Object.entries(variables).map(([k, v]) => `${k}=${v}`),
    ],
    ...["bash", "--norc", "-i"],
    ...[";", "pipe-pane", `cat > ${directory}/bytes`],
    ...[";", "set", "-g", "set-clipboard", "on"],
  );

  const screen = (): string => tmux("capture-pane", "-p");
  const until = async <T>(what: string, look: () => T | undefined | false): Promise<T> => {
    const deadline = performance.now() + DEADLINE;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > deadline) throw new Error(`not seen: ${what}; the screen:\n${screen()}`);
      await Bun.sleep(20);
    }
  };
  const file = (name: string): string => {
    const path = join(directory, name);
    return existsSync(path) ? readFileSync(path, "latin1") : "";
  };

  return {
    directory,
    tmux,
    screen,
    until,
    /** Waits until the screen shows `text`. */
    shows: (text: string): Promise<string> =>
      until(text, () => {
        const seen = screen();
        return seen.includes(text) && seen;
      }),
    keys: (...names: readonly string[]) => tmux("send-keys", ...names),
    /** The other screen, mouse reports, and a visible cursor: 0 or 1 each. */
    modes: (): string => tmux("display", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}").trim(),
    /** What a process wrote there. */
    file,
    /** Bytes that were sent to the terminal. */
    sent: (): number => (existsSync(join(directory, "bytes")) ? statSync(join(directory, "bytes")).size : 0),
    pid: (): number => Number(file("pid")),
    [Symbol.dispose](): void {
      spawnSync("tmux", ["-S", socket, "kill-server"]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Whether a process runs; one that nobody waited for yet does not. */
export function runs(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
