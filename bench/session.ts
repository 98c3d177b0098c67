import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NETHERGAZE = join(import.meta.dir, "../bin/nethergaze");

/** The console in a terminal of 200x50 that is read at once. */
export interface Session {
  readonly pid: number;
  /** Milliseconds from start to the table's title on the terminal. */
  readonly firstFrame: number;
  write(keys: string): void;
  /** Bytes received so far. */
  received(): number;
  /** Resolves at the next bytes that hold `text`. */
  next(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function open(log: string, ...flags: string[]): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
  const started = performance.now();
  let bytes = 0;
  let waiting: { text: string; resolve: () => void }[] = [];
  const decoder = new TextDecoder();
  const child = Bun.spawn([NETHERGAZE, "--access-log", log, "--no-auth-log", ...flags], {
    env: {
      ...process.env,
      TERM: "xterm-256color",
      NO_COLOR: "",
      XDG_CONFIG_HOME: "/nonexistent",
      // A history of its own, and nobody outside is asked.
      XDG_STATE_HOME: folder,
      NETHERGAZE_WHOIS_ENABLED: "no",
    },
    terminal: {
      cols: 200,
      rows: 50,
      data(_terminal, data) {
        bytes += data.length;
        const text = decoder.decode(data);
        const ready = waiting.filter((wait) => text.includes(wait.text));
        waiting = waiting.filter((wait) => !ready.includes(wait));
        for (const { resolve } of ready) resolve();
      },
    },
  });
  const next = (text: string): Promise<void> => new Promise((resolve) => waiting.push({ text, resolve }));
  await next("Addresses");
  const firstFrame = performance.now() - started;
  return {
    // The launcher stays as the parent: what is measured is its only child.
    pid: Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim()),
    firstFrame,
    write: (keys) => child.terminal?.write(keys),
    received: () => bytes,
    next,
    async close() {
      // Right after an Escape it would be another key.
      await Bun.sleep(100);
      child.terminal?.write("\x03");
      await child.exited;
      rmSync(folder, { recursive: true });
    },
  };
}
